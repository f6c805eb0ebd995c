import { PlimsollError } from '../errors/base.ts'
import type { Kind } from './portfolio.ts'

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

/** The engine of this release measures spot and perpetuals only. */
export class UnmeasuredInstrumentError extends PlimsollError {
  override readonly name = 'UnmeasuredInstrumentError'
  readonly code = 'UNMEASURED_INSTRUMENT'
  readonly kind: Kind
  constructor({ kind }: { kind: Kind }) {
    super(`The engine does not measure a ${kind}. Use spot collateral and perpetuals.`, {
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
