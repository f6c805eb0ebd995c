/** Surfaces of the evaluation: from three quotes per expiry, or assumed from realised volatility. */

import { DAY } from '../estimation/priceHistory.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import { strikeFromDelta } from '../pricing/index.ts'
import { type EssviParameters, fitEssvi, type SliceQuotes, type Surface } from '../surface/index.ts'
import type { SmileQuote, SmileSnapshot } from './smileHistory.ts'

/** Expiries outside of this are left out: too close to settlement, or hardly quoted. */
const SHORTEST_SECONDS = 1.5 * DAY
const LONGEST_SECONDS = 400 * DAY

/** One unit of residual: half a volatility point. */
const QUOTE_WEIGHT = 1 / 0.005

/** The three quotes as points of a smile; deltas by the forward, as published. */
function pointsOf({ expiry, forward, atTheMoney, put25, call25 }: SmileQuote, time: number): SliceQuotes {
  const years = (expiry - time) / SECONDS_PER_YEAR
  const moneyness = (kind: 'call' | 'put', delta: number, volatility: number) =>
    Math.log(strikeFromDelta(kind, delta, forward, years, volatility, 'forward') / forward)
  return {
    years,
    k: Float64Array.of(moneyness('put', -0.25, put25), 0, moneyness('call', 0.25, call25)),
    volatility: Float64Array.of(put25, atTheMoney, call25),
    weight: new Float64Array(3).fill(QUOTE_WEIGHT),
  }
}

/**
 * eSSVI through the three quotes of every expiry; spot is the forward of the nearest one. Undefined with fewer than two
 * expiries inside the bounds.
 */
export function surfaceOf({ symbol, time, quotes }: SmileSnapshot): Surface | undefined {
  const used = quotes.filter(({ expiry }) => expiry - time >= SHORTEST_SECONDS && expiry - time <= LONGEST_SECONDS)
  const spot = quotes[0]?.forward ?? Number.NaN
  if (used.length < 2) return undefined
  const parameters = fitEssvi(used.map((quote) => pointsOf(quote, time)))
  const slices = used.flatMap(({ expiry, forward }, i) => {
    const essvi = parameters[i]
    return essvi === undefined ? [] : [{ expiry, forward, discount: spot / forward, ...essvi }]
  })
  return { underlying: symbol, time, spot, slices }
}

/** Slope of the assumed smile, psi over sqrt(theta): the wings at 25 delta stand about 4 % above the money. */
const ASSUMED_SLOPE = 0.8

/** Days to expiry of the assumed slices. */
const ASSUMED_DAYS = [2, 7, 14, 30, 60, 90, 180]

/**
 * A surface where no option market is known: `volatility` at the money of every expiry, a symmetric smile, forwards at
 * spot. An assumption, not an estimate.
 */
export function assumedSurface(underlying: string, time: number, spot: number, volatility: number): Surface {
  const slices = ASSUMED_DAYS.map((days) => {
    const theta = (volatility ** 2 * days * DAY) / SECONDS_PER_YEAR
    const essvi: EssviParameters = { theta, rho: 0, psi: ASSUMED_SLOPE * Math.sqrt(theta) }
    return { expiry: time + days * DAY, forward: spot, discount: 1, ...essvi }
  })
  return { underlying, time, spot, slices }
}
