/**
 * Charges of one underlying beside its measure, USD, never negative. All are homogeneous of degree one in the positions.
 *
 * Arrays hold one number per strike or per expiry, read from `offset` on, `length` of them, so that a batch can keep all
 * accounts in one array. Source: the protocol's design; the square-root form of the concentration charge follows ISDA
 * (2021), "SIMM Methodology", and the square-root law of price impact (Barra, 1997, "Market Impact Model Handbook").
 */
import { normalPdf } from '../../math/normal.ts'
import { type LaneParameters, volatilityFactorDown, yearsAfterDay } from '../../scenarios/lanes.ts'
import type { StrikeQuote } from '../../scenarios/riskArray.ts'
import type { UnderlyingState } from './parameters.ts'

/** Nodes of the grid are range / 6 apart. */
const STEPS = 6

/**
 * p: how much more a long option may lose between two nodes than at both, as a fraction of spot per contract.
 *
 * Between nodes h = range / 6 apart a convex value lies below its chord by at most h / 4 times the change of slope (at most
 * D F) and by at most h^2 / 8 times the largest second derivative (at most D F phi(0) / ((1 - range) s), s the total
 * volatility of the down lanes, which have the least). A short option lies above its chord and needs nothing. Hence
 * W + spot * sum p * max(c, 0) covers every price inside the scan range, not only the nodes.
 */
export function gapRate(quote: StrikeQuote, lanes: LaneParameters): number {
  const { forward, discount, spot, years, volatility } = quote
  const { range } = lanes
  const deviation = volatility * volatilityFactorDown(years, lanes) * Math.sqrt(yearsAfterDay(years))
  const kinked = range / STEPS / 4
  const smooth = ((range / STEPS) ** 2 / 8) * (normalPdf(0) / ((1 - range) * deviation))
  return ((discount * forward) / spot) * Math.min(kinked, smooth)
}

/**
 * Option charge: spot * sum over strikes of (s * max(-c, 0) + p * max(c, 0)).
 * @param contracts c, calls plus puts of a strike. @param gapRates p of the same strikes. @param shortRate s.
 */
export function optionCharge(
  spot: number,
  contracts: Float64Array,
  gapRates: Float64Array,
  shortRate: number,
  offset = 0,
  length = contracts.length - offset,
): number {
  let sum = 0
  for (let i = offset; i < offset + length; i++) {
    const count = contracts[i] ?? 0
    sum += count < 0 ? -count * shortRate : count * (gapRates[i] ?? 0)
  }
  return spot * sum
}

/** The lesser of what is gained and what is lost over the array: how much of one sign offsets the other. */
export function offsetting(values: Float64Array, offset = 0, length = values.length - offset): number {
  let gained = 0
  let lost = 0
  for (let i = offset; i < offset + length; i++) {
    const value = values[i] ?? 0
    if (value > 0) gained += value
    else lost -= value
  }
  return Math.min(gained, lost)
}

/**
 * Calendar charge: rate * min(sum nu+, sum nu-).
 * @param pnls nu: each expiry's profit and loss, USD, with the price unmoved and volatility up.
 */
export function calendarCharge(pnls: Float64Array, rate: number, offset = 0, length = pnls.length - offset): number {
  return rate * offsetting(pnls, offset, length)
}

/**
 * Basis charge: b0 * min(sum D+, sum D-) + b1 * sum over adjacent expiries of
 * (T_{j+1} - T_j) * min(|D left of the gap|, |D right of it|) where both nets have opposite signs.
 * @param deltas D: dollar delta of each expiry, ascending in time; spot and perpetuals are the first, at 0 years.
 * @param years T of the same expiries.
 */
export function basisCharge(
  deltas: Float64Array,
  years: Float64Array,
  rate: number,
  ratePerYear: number,
  offset = 0,
  length = deltas.length - offset,
): number {
  let right = 0
  for (let i = offset; i < offset + length; i++) right += deltas[i] ?? 0
  let left = 0
  let spread = 0
  for (let i = offset; i + 1 < offset + length; i++) {
    left += deltas[i] ?? 0
    right -= deltas[i] ?? 0
    if (left * right < 0) spread += ((years[i + 1] ?? 0) - (years[i] ?? 0)) * Math.min(Math.abs(left), Math.abs(right))
  }
  return rate * offsetting(deltas, offset, length) + ratePerYear * spread
}

/**
 * Concentration charge: W * (sqrt(max(1, N / Q)) - 1) with N = max(|dollar delta|, |P(0, up)| / range).
 * @param worst W, USD. @param depth Q, USD of notional; Infinity charges nothing.
 */
export function concentrationCharge(
  worst: number,
  dollarDelta: number,
  unmovedPnl: number,
  range: number,
  depth: number,
): number {
  const notional = Math.max(Math.abs(dollarDelta), Math.abs(unmovedPnl) / range)
  return worst * (Math.sqrt(Math.max(1, notional / depth)) - 1)
}

/**
 * k_u: what multiplies the requirement in initial margin: the scan range that maintenance margin is going to, over the one
 * that it has, both with eps, times oi_u.
 */
export function initialFactor(state: UnderlyingState, epsilon: number): number {
  const ramp = Math.max(1, (state.targetScanRange + epsilon) / (state.scanRange + epsilon))
  return ramp * (state.openInterestFactor ?? 1)
}

/**
 * oi_u: 1 up to half the cap of market-wide open interest, then linear to 1 / (initialRatio * linearRelief * range) at the
 * cap, where a linear book posts its whole notional.
 * @param openInterest long lots of all accounts. @param cap in the same unit. @param range PSR_target with eps.
 */
export function openInterestFactor(
  openInterest: number,
  cap: number,
  range: number,
  linearRelief: number,
  initialRatio: number,
): number {
  const half = cap / 2
  if (openInterest <= half) return 1
  const top = 1 / (initialRatio * linearRelief * range)
  if (openInterest >= cap) return top
  return 1 + ((top - 1) * (openInterest - half)) / (cap - half)
}
