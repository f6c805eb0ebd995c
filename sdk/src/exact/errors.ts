import { PlimsollError } from '../errors/base.ts'
import type { Instrument, Kind } from './portfolio.ts'

/** The snapshot lacks the row of an underlying that the portfolio holds. */
export class MissingRowError extends PlimsollError {
  override readonly name = 'MissingRowError'
  readonly code = 'MISSING_ROW'
  readonly underlying: number
  constructor({ underlying }: { underlying: number }) {
    super(`No market row for underlying ${underlying}. Take the snapshot over every underlying of the portfolio.`, {
      docsPath: '/sdk/errors.md#missingrow',
    })
    this.underlying = underlying
  }
}

/** The snapshot lacks the expiry or the strike of a position. */
export class MissingSeriesRowError extends PlimsollError {
  override readonly name = 'MissingSeriesRowError'
  readonly code = 'MISSING_SERIES_ROW'
  readonly instrument: Instrument
  constructor({ instrument }: { instrument: Instrument }) {
    const { kind, underlying, expiry, strike } = instrument
    super(
      `No row for the ${kind} on underlying ${underlying}, expiry ${expiry}, strike ${strike}. Take the snapshot over every instrument of the portfolio.`,
      { docsPath: '/sdk/errors.md#missingseriesrow' },
    )
    this.instrument = instrument
  }
}

/** The bits of an instrument make no sense together. */
export class UnmeasuredInstrumentError extends PlimsollError {
  override readonly name = 'UnmeasuredInstrumentError'
  readonly code = 'UNMEASURED_INSTRUMENT'
  readonly kind: Kind
  constructor({ kind }: { kind: Kind }) {
    super(`The engine measures a ${kind} without a strike, and spot and perpetuals without an expiry. Leave them 0.`, {
      docsPath: '/sdk/errors.md#unmeasuredinstrument',
    })
    this.kind = kind
  }
}

/** A position is larger than any account can hold. */
export class PositionTooLargeError extends PlimsollError {
  override readonly name = 'PositionTooLargeError'
  readonly code = 'POSITION_TOO_LARGE'
  readonly underlying: number
  readonly lots: bigint
  readonly limit: bigint
  constructor({ underlying, lots, limit }: { underlying: number; lots: bigint; limit: bigint }) {
    super(`${lots} lots of underlying ${underlying} are too many: lots times unit must stay below ${limit}.`, {
      docsPath: '/sdk/errors.md#positiontoolarge',
    })
    this.underlying = underlying
    this.lots = lots
    this.limit = limit
  }
}

/** Netted option lots of one underlying are more than the lanes of a sum can hold apart. */
export class TooManyOptionLotsError extends PlimsollError {
  override readonly name = 'TooManyOptionLotsError'
  readonly code = 'TOO_MANY_OPTION_LOTS'
  readonly gross: bigint
  readonly limit: bigint
  constructor({ gross, limit }: { gross: bigint; limit: bigint }) {
    super(`${gross} option lots of one underlying are too many: their sum must stay below ${limit}.`, {
      docsPath: '/sdk/errors.md#toomanyoptionlots',
    })
    this.gross = gross
    this.limit = limit
  }
}

/** A strike beyond the largest price. */
export class StrikeTooLargeError extends PlimsollError {
  override readonly name = 'StrikeTooLargeError'
  readonly code = 'STRIKE_TOO_LARGE'
  readonly strike: bigint
  readonly limit: bigint
  constructor({ strike, limit }: { strike: bigint; limit: bigint }) {
    super(`A strike of ${strike} (18 decimals) is beyond ${limit}. Use a smaller one.`, {
      docsPath: '/sdk/errors.md#striketoolarge',
    })
    this.strike = strike
    this.limit = limit
  }
}
