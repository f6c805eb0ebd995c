/** The algorithm behind a posting as a document, so that its hash stands for it. */
import { LONGEST_PRICE_AGE } from '../estimation/dailyPrices.ts'
import { HISTORY_DAYS, LEAST_RETURNS, VOLATILITY_DECAY } from '../estimation/historicalWeights.ts'
import { CORRELATION_DAYS, MAX_OFFSET } from '../estimation/offset.ts'
import { ACCOUNT_DEFAULTS } from '../methods/plimsoll/parameters.ts'
import { FULL_CAP, LEAST_CAPS } from '../methods/plimsoll/tailCaps.ts'
import { canonicalHash } from './canonicalHash.ts'

/**
 * Every choice that decides a posting besides its inputs. `version` rises with every change that can change a result without
 * changing a parameter here.
 */
export const ALGORITHM = {
  name: 'plimsoll-history',
  version: 1,
  prices: {
    time: '00:00 UTC',
    newestWithinSeconds: LONGEST_PRICE_AGE,
    days: HISTORY_DAYS,
    leastReturns: LEAST_RETURNS,
  },
  weights: {
    returns: 'log, midnight to midnight, none across a missing one',
    filter: { name: 'ewma around zero', decay: VOLATILITY_DECAY, first: 'sample variance' },
    scaledTo: 'next day',
    nodes: 'hat',
  },
  caps: { tail: ACCOUNT_DEFAULTS.tail, full: FULL_CAP, rounding: 'up', least: LEAST_CAPS },
  offset: {
    correlations: 'of log returns around zero, least over members',
    halfLifeDays: { fast: CORRELATION_DAYS.fast, slow: CORRELATION_DAYS.slow },
    stressed: { windowDays: CORRELATION_DAYS.stressed, leastReturns: CORRELATION_DAYS.stressedLeast },
    formula: '1 - sqrt((1 - rho) / 2)',
    most: MAX_OFFSET,
    rounding: 'down, millionths',
  },
} as const

/** SHA-256 of the canonical form of an algorithm, 0x and 64 hexadecimal digits. */
export function codeHash(algorithm: unknown = ALGORITHM): `0x${string}` {
  return `0x${canonicalHash(algorithm)}`
}
