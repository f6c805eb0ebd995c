/**
 * Twin of `contracts/libraries/Maturity.sol`: marks of an expiry's strikes at live spot, risk arrays at the epoch's. The
 * volatility of a strike sticks to the strike until the next surface; variance, carry and discount run off linearly in time.
 * Inside the settlement window an option on done * average + (1 - done) * spot is (1 - done) options on spot with strike
 * (K - done * average) / (1 - done).
 */
import { callValue, discounted } from './black76.ts'
import { type ExpirySurface, type SurfaceSlice, totalDeviation, totalVariance } from './essvi.ts'
import { mulDivUp, WAD } from './fixedPoint.ts'
import { lnWad } from './logarithm.ts'
import { MAX_PRICE, SETTLEMENT_WINDOW } from './parameters.ts'
import { type RiskNode, type RiskWords, riskWords } from './riskArray.ts'
import { minUsd } from './usd.ts'

/** How far the settlement window has been averaged. */
export type Progress = {
  /** done * average, USD per unit, 18 decimals. */
  readonly averaged: bigint
  /** Seconds of the window not averaged yet: all of it before it begins, 0 when it is complete. */
  readonly rest: bigint
}

/** One moment's prices of an expiry. */
export type Moment = {
  /** Of what still moves, per unit of it. */
  readonly forward: bigint
  /** WAD. */
  readonly discount: bigint
  /** ln(forward / surface forward), WAD. */
  readonly logShift: bigint
  /** Part of the surface's variance that is left, WAD. */
  readonly variance: bigint
}

/** Everything that the strikes of one expiry share. */
export type MaturityTerms = {
  readonly smile: SurfaceSlice
  /** Forward when the surface was made. */
  readonly surfaceForward: bigint
  readonly progress: Progress
  readonly now: Moment
  readonly atEpoch: Moment
  /** The two bounds of the gap rate, see `gapBounds`. */
  readonly kinked: bigint
  readonly smooth: bigint
  /** Factors of the total deviation in the lanes. */
  readonly up: bigint
  readonly down: bigint
  /** Reference spot S0. */
  readonly spot: bigint
}

/** What one strike of an expiry is worth now, and what its risk array is a function of. */
export type StrikeQuote = {
  readonly callMark: bigint
  readonly gapRate: bigint
  readonly logStrike: bigint
  readonly variance: bigint
}

const WINDOW = BigInt(SETTLEMENT_WINDOW)
/** 1 / sqrt(2 pi), WAD. */
const DENSITY_0 = 398_942_280_401_432_678n
/** ln(F / K) of a strike at or below 0. */
const FAR = 64n * WAD
/** No bound: the volatility of the down lanes is 0. */
const UNBOUNDED = 2n ** 128n - 1n
/** WAD units per unit of the stored gap rate, and its largest number of units. */
const GAP_UNIT = 10n ** 6n
const MAX_GAP = 2n ** 40n - 1n

export type MomentInput = {
  readonly surface: ExpirySurface
  readonly spot: bigint
  /** Seconds left, at most `life`. */
  readonly tau: bigint
  /** Seconds that were left when the surface was made, above 0. */
  readonly life: bigint
  readonly surfaceForward: bigint
}

/** ratio, discount and forward toward 0. The forward is cut at the largest price, as spot is, so that marks fit. */
export function momentAt({ surface, spot, tau, life, surfaceForward }: MomentInput): Moment {
  const carry = (surface.forwardRatio - WAD) * tau
  const forward = minUsd((spot * (WAD + carry / life)) / WAD, MAX_PRICE)
  return {
    forward,
    discount: WAD - ((WAD - surface.discount) * tau) / life,
    variance: (WAD * tau) / life,
    logShift: log(forward, surfaceForward),
  }
}

export type GapInput = {
  readonly discountedMoving: bigint
  readonly spot: bigint
  /** Scan range, WAD. */
  readonly range: bigint
  /** Factor of the deviation in the down lanes now, WAD. */
  readonly down: bigint
}

/** Both WAD, `smooth` times the deviation of a strike. R-42: D F / S * min(range / 24, range^2 / 288 * phi(0) / ((1 - range) * deviation in the down lanes)), up. */
export function gapBounds({ discountedMoving, spot, range, down }: GapInput): { kinked: bigint; smooth: bigint } {
  const size = mulDivUp(discountedMoving, WAD, spot)
  const kinked = mulDivUp(size, range, 24n * WAD)
  if (down === 0n) return { kinked, smooth: UNBOUNDED }
  const smooth = mulDivUp(size * range, range * DENSITY_0, 288n * WAD * WAD * (WAD - range))
  return { kinked, smooth: mulDivUp(smooth, WAD, down) }
}

/** Mark and gap rate of a strike now. @param strike USD, 18 decimals, > 0 */
export function quoteOf(m: MaturityTerms, strike: bigint): StrikeQuote {
  const { averaged, rest } = m.progress
  const logStrike = log(strike, m.surfaceForward)
  const variance = totalVariance(m.smile, logStrike)
  const deviation = totalDeviation((variance * m.now.variance) / WAD)
  let value = 0n
  if (rest !== 0n) {
    const shifted = shiftedStrike(m.progress, m.now, strike, logStrike)
    value = callValue({ forward: m.now.forward, ...shifted, deviation })
    if (rest !== WINDOW) value = (value * rest) / WINDOW
  }
  if (averaged > strike) value += averaged - strike
  const callMark = discounted(value, m.now.discount)
  return { callMark, gapRate: gapRateOf(m, deviation), logStrike, variance }
}

function gapRateOf({ kinked, smooth }: MaturityTerms, deviation: bigint): bigint {
  const gap = deviation === 0n ? kinked : minUsd(kinked, divUp(smooth * WAD, deviation))
  return minUsd(divUp(gap, GAP_UNIT), MAX_GAP) * GAP_UNIT
}

/** Risk array of a strike in the epoch, tag 0. */
export function arrayOf(
  m: MaturityTerms,
  nodes: readonly RiskNode[],
  strike: bigint,
  { logStrike, variance }: Pick<StrikeQuote, 'logStrike' | 'variance'>,
): RiskWords {
  const deviation = totalDeviation((variance * m.atEpoch.variance) / WAD)
  return riskWords(
    {
      spot: m.spot,
      forward: m.atEpoch.forward,
      ...shiftedStrike(m.progress, m.atEpoch, strike, logStrike),
      discount: (m.atEpoch.discount * m.progress.rest) / WINDOW,
      deviation,
      deviationUp: (deviation * m.up) / WAD,
      deviationDown: (deviation * m.down) / WAD,
    },
    nodes,
  )
}

/** Strike of the part that still moves, and ln(forward / that). */
function shiftedStrike({ averaged, rest }: Progress, { forward, logShift }: Moment, strike: bigint, logStrike: bigint) {
  if (rest === WINDOW) return { strike, logMoneyness: logShift - logStrike }
  if (rest === 0n || strike <= averaged) return { strike: 0n, logMoneyness: FAR }
  const shifted = ((strike - averaged) * WINDOW) / rest
  return { strike: shifted, logMoneyness: log(forward, shifted) }
}

/** ln(a / b), WAD; the quotient toward 0, at least 1 unit. */
function log(a: bigint, b: bigint): bigint {
  const quotient = (a * WAD) / b
  return lnWad(quotient > 0n ? quotient : 1n)
}

function divUp(a: bigint, b: bigint): bigint {
  return (a + b - 1n) / b
}
