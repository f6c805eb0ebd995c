/** How well a smile fits the quotes it came from, in vol points (1 = 1 % of volatility) against the bid-ask width. */
import { median } from '../math/median.ts'
import { type Smile, smileAt } from './smile.ts'
import type { SmileQuote } from './smileQuotes.ts'

/**
 * `rmse`: root mean square of fitted minus mid volatility. `weightedRmse`: the same in the weights of the fit. `largest`:
 * largest absolute difference. `width`: median bid-ask width, `meanWidth`: mean. All in vol points.
 * `inside`: share of quotes whose bid and ask enclose the fitted volatility.
 */
export type FitDiagnostics = {
  quotes: number
  rmse: number
  weightedRmse: number
  largest: number
  width: number
  meanWidth: number
  inside: number
}

const POINTS = 100

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** @param weights as used in the fit, one per quote. */
export function diagnose(
  smile: Smile,
  years: number,
  quotes: readonly SmileQuote[],
  weights: Float64Array,
): FitDiagnostics {
  const fitted = quotes.map(({ k }) => Math.sqrt(smileAt(smile, k).w / years))
  const errors = quotes.map(({ mid }, i) => (fitted[i] ?? 0) - mid)
  const squares = weights.map((weight) => weight * weight)
  const weighted = errors.reduce((sum, error, i) => sum + (squares[i] ?? 0) * error * error, 0)
  const widths = quotes.map(({ bid, ask }) => ask - bid)
  const inside = quotes.filter(({ bid, ask }, i) => bid <= (fitted[i] ?? 0) && (fitted[i] ?? 0) <= ask)
  return {
    quotes: quotes.length,
    rmse: POINTS * Math.sqrt(mean(errors.map((error) => error * error))),
    weightedRmse: POINTS * Math.sqrt(weighted / squares.reduce((sum, square) => sum + square, 0)),
    largest: POINTS * Math.max(...errors.map(Math.abs)),
    width: POINTS * median(widths),
    meanWidth: POINTS * mean(widths),
    inside: inside.length / quotes.length,
  }
}
