/**
 * The 16 scenarios of SPAN: price 0, 1/3, 2/3 and 1 scan range up and down, each with volatility up and down, then two
 * extreme moves of which only a part of the loss counts.
 *
 * Source: CME Group, "SPAN Methodology"; L. McMillan, "Options as a Strategic Investment", chapter 34.
 */

/** `price` in scan ranges, `volatility` in volatility scan ranges, `weight` the share of the loss that counts. */
export type SpanScenario = { readonly price: number; readonly volatility: number; readonly weight: number }

/** Classic: 2 scan ranges at 35 %. Many products moved to 3 at 33 %. */
export type Extremes = { readonly multiple: number; readonly weight: number }

/** Two scan ranges, of which 35 % of the loss counts. */
export const CLASSIC_EXTREMES: Extremes = { multiple: 2, weight: 0.35 }
/** Three scan ranges at 33 %. */
export const WIDE_EXTREMES: Extremes = { multiple: 3, weight: 0.33 }

/** Numbers in a risk array. */
export const SPAN_SCENARIOS = 16

const GRID_PRICES = [0, 1 / 3, -1 / 3, 2 / 3, -2 / 3, 1, -1]

/** All 16 in SPAN's order: scenario 2i+1 (from 1) has volatility up, 2i+2 the same price with volatility down. */
export function spanScenarios({ multiple, weight }: Extremes): SpanScenario[] {
  const grid = GRID_PRICES.flatMap((price) => [1, -1].map((volatility) => ({ price, volatility, weight: 1 })))
  return [...grid, ...[multiple, -multiple].map((price) => ({ price, volatility: 0, weight }))]
}

/** Index of the scenario with the same price and the other volatility; an extreme is its own. */
export function pairedScenario(index: number): number {
  if (index >= 2 * GRID_PRICES.length) return index
  return index % 2 === 0 ? index + 1 : index - 1
}

/** A readable name, prices in percent of the scan range. */
export function spanScenarioName({ price, volatility, weight }: SpanScenario): string {
  const percent = `${price > 0 ? '+' : ''}${Math.round(price * 100)} % of scan`
  if (volatility === 0) return `price ${percent}, ${Math.round(weight * 100)} % of the loss`
  return `price ${percent}, vol ${volatility > 0 ? 'up' : 'down'}`
}
