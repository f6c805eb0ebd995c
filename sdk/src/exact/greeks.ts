/** Sensitivities read off the risk array of an underlying: what the engine itself believes, not a model beside it. */
import type { UnderlyingRisk } from './assessment.ts'
import { divFloor, WAD2 } from './fixedPoint.ts'

/** USD, 18 decimals, rounded down. */
export type Greeks = {
  /** Change of value for a rise of spot by 100 % at today's slope: `UnderlyingRisk.delta`. */
  readonly delta: bigint
  /**
   * Change of `delta` for a rise of spot by 1 %: the second difference of the mean of the up and down lanes at -1/6, 0 and
   * +1/6 of the scan range, over the square of the sixth, times 1 %. Linear positions add nothing.
   */
  readonly gamma: bigint
  /**
   * Profit and loss of the up shock of volatility with the price unmoved (lane 12). The shock of an expiry tau seconds away is
   * VU * sqrt(30 d / max(tau, 2 d)), wider when the surface was old.
   */
  readonly vega: bigint
  /** Profit and loss of the down shock of volatility and one day of time with the price unmoved (lane 13). */
  readonly theta: bigint
}

/** @param scanRange Of the underlying's market row: what the lanes' moves are fractions of */
export function greeksOf({ delta, pnl54 }: Pick<UnderlyingRisk, 'delta' | 'pnl54'>, scanRange: bigint): Greeks {
  const twiceMean = (lane: number) => (pnl54[lane] ?? 0n) + (pnl54[lane + 1] ?? 0n)
  // (2 * second difference) / 2 / (range / 6)^2 / 100, USD with 54 + 18 decimals over WAD^2.
  const bend = twiceMean(14) + twiceMean(10) - 2n * twiceMean(12)
  return {
    delta,
    gamma: divFloor(bend * 36n, 200n * scanRange * scanRange),
    vega: divFloor(pnl54[12] ?? 0n, WAD2),
    theta: divFloor(pnl54[13] ?? 0n, WAD2),
  }
}
