/** What a trade is worth and what it costs, for its verdict and its preview: twin of the terms in `contracts/core/Exchange.sol`. */
import { MissingRowError } from './errors.ts'
import { divCeil, divFloor, mulDivUp, WAD } from './fixedPoint.ts'
import { isTradableStrike } from './listing.ts'
import { type Market, marketOf, type Snapshot } from './market.ts'
import { markOf } from './matrix.ts'
import { MAKER_FEE, OPTION_FEE_CAP, TAKER_FEE } from './parameters.ts'
import { type Instrument, isOption } from './portfolio.ts'
import { minUsd } from './usd.ts'

type Role = 'maker' | 'taker'

/** Lots of one instrument per unit of a structure. */
type Leg = { readonly instrument: Instrument; readonly ratio: bigint }

/**
 * Whether an instrument may be traded. Futures have no strike, options one on the grid and, unless they close a position, near
 * spot; both end with their expiry.
 */
export function isListed(instrument: Instrument, snapshot: Snapshot, closes: boolean): boolean {
  const { kind, expiry, strike, underlying } = instrument
  const market = marketOf(snapshot, underlying)
  if (!market) return false
  if (kind === 'spot') return expiry === 0 && strike === 0n && market.tokenUnit > 0n
  if (market.lotUnit === 0n) return false
  if (kind === 'perpetual') return expiry === 0 && strike === 0n
  const isTradable = isOption(instrument) ? isTradableStrike(strike, market.spot, closes) : strike === 0n
  return expiry > snapshot.time && isTradable
}

/**
 * Value at mark of one unit; funding and notional of all. USD, the first two with 36 decimals; the notional up.
 * @throws MissingRowError, MissingSeriesRowError
 */
export function totals(snapshot: Snapshot, legs: readonly Leg[], units: bigint) {
  let [value36, funding36, notional36] = [0n, 0n, 0n]
  for (const { instrument, ratio } of legs) {
    const market = marketOf(snapshot, instrument.underlying)
    if (!market) throw new MissingRowError({ underlying: instrument.underlying })
    const unit = instrument.kind === 'spot' ? market.tokenUnit : market.lotUnit
    const mark = markOf(snapshot, instrument)
    value36 += ratio * unit * mark
    if (instrument.kind === 'perpetual') funding36 += ratio * units * unit * market.fundingIndex
    notional36 += (ratio < 0n ? -ratio : ratio) * units * unit * feePrice(instrument, market, mark)
  }
  return { value36, funding36, notional: divCeil(notional36, WAD) }
}

/** Notional per unit that bears the fee. */
function feePrice(instrument: Instrument, { spot }: Market, mark: bigint): bigint {
  if (instrument.kind === 'perpetual') return mark
  return isOption(instrument) ? minUsd(spot, (mark * OPTION_FEE_CAP) / TAKER_FEE) : spot
}

/** up. USD, 18 decimals. */
export function feeOf(role: Role, notional: bigint): bigint {
  return mulDivUp(notional, role === 'maker' ? MAKER_FEE : TAKER_FEE, WAD)
}

/**
 * USD, 18 decimals, that the account pays the other one for `units`, funding that the price contains settled. The maker's side
 * is what is rounded; the taker's is its opposite.
 */
export function cashOf(role: Role, price: bigint, units: bigint, funding36: bigint): bigint {
  return price * units - (role === 'maker' ? divFloor(funding36, WAD) : divCeil(funding36, WAD))
}
