/** Expected shortfall of a linear position, straight from option prices. */
import { DomainError } from '../errors.ts'
import type { Smile } from '../surface/smile.ts'
import { callOverForward, logQuantile, putOverForward } from './density.ts'

/**
 * Losses of one unit of the underlying per unit of forward. `long` loses when the price falls, `short` when it rises.
 * `longQuantile` and `shortQuantile`: S/F at the lower and at the upper quantile; 1 - longQuantile and shortQuantile - 1 are
 * the values at risk.
 */
export type LinearShortfall = { long: number; short: number; longQuantile: number; shortQuantile: number }

/**
 * Mean loss in the worst `level` of outcomes, exact for any smile without arbitrage:
 * long 1 - q + P(q)/level with q the `level` quantile, short q - 1 + C(q)/level with q the 1 - `level` quantile, where
 * P and C are undiscounted put and call over the forward.
 *
 * Source: R. T. Rockafellar and S. Uryasev (2000), "Optimization of conditional value-at-risk", J. Risk 2: the shortfall is
 * the minimum over q of these expressions.
 *
 * @param level probability of the tail, 0.01 for the worst 1 %.
 * @throws DomainError unless 0 < level < 1.
 */
export function linearShortfall(smile: Smile, level: number): LinearShortfall {
  if (!(level > 0 && level < 1)) throw new DomainError('level', level, 'between 0 and 1, both excluded')
  const longQuantile = Math.exp(logQuantile(smile, level))
  const shortQuantile = Math.exp(logQuantile(smile, level, 'upper'))
  return {
    long: 1 - longQuantile + putOverForward(smile, longQuantile) / level,
    short: shortQuantile - 1 + callOverForward(smile, shortQuantile) / level,
    longQuantile,
    shortQuantile,
  }
}
