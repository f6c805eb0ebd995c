/** The common portfolio and market as Derive's managers see them. */
import { RiskError } from '../../errors.ts'
import { isOption, yearsUntil } from '../../scenarios/index.ts'
import type { Market, Position, UnderlyingMarket } from '../portfolio.ts'
import { positionValue, underlyingOf } from '../valuation.ts'
import {
  type DeriveExpiry,
  type DeriveMarket,
  type DeriveOption,
  type DerivePortfolio,
  splitForward,
} from './market.ts'

/** Derive has no market for the instrument. */
export class UnsupportedInstrumentError extends RiskError {
  readonly code = 'UNSUPPORTED_INSTRUMENT'
  readonly instrument: string

  constructor(instrument: string, reason: string) {
    super(`${instrument} cannot be margined here: ${reason}.`)
    this.instrument = instrument
  }
}

/** Dated futures are not listed there; spot is the collateral `spot`. */
export function derivePositions(positions: readonly Position[], market: Market): Omit<DerivePortfolio, 'cash'> {
  const options: DeriveOption[] = []
  let perpetual = 0
  let spot = 0
  let unsettled = 0
  for (const position of positions) {
    const { instrument, quantity } = position
    if (isOption(instrument)) {
      const { kind, expiry, strike } = instrument
      options.push({ kind, expiry, strike, quantity })
    } else if (instrument.kind === 'perpetual') {
      perpetual += quantity
      unsettled += positionValue(position, market)
    } else if (instrument.kind === 'spot') {
      spot += quantity
    } else {
      throw new UnsupportedInstrumentError(`The ${instrument.underlying} future`, 'Derive lists no dated futures')
    }
  }
  const collaterals = spot === 0 ? [] : [{ name: 'spot', quantity: spot }]
  return { perpetual, unsettled, collaterals, options }
}

function deriveExpiries({ expiries }: UnderlyingMarket, time: number): ReadonlyMap<number, DeriveExpiry> {
  return new Map(
    [...expiries].map(([expiry, { forward, discount, volatility }]) => {
      const years = yearsUntil(expiry, time)
      const rate = years > 0 ? -Math.log(discount) / years : 0
      return [expiry, { ...splitForward(forward, expiry - time), rate, confidence: 1, volatility }]
    }),
  )
}

/** Every oracle at full confidence, the stable price at 1. @throws MissingUnderlyingError, DomainError */
export function deriveMarket(underlying: string, market: Market): DeriveMarket {
  const found = underlyingOf(market, { underlying })
  const spot = { price: found.spot, confidence: 1 }
  return {
    time: market.time,
    spot,
    perpetual: { price: found.perpetual, confidence: 1 },
    stable: 1,
    collaterals: { spot },
    expiries: deriveExpiries(found, market.time),
  }
}
