/** Expected shortfall of any book under the law of a smile: full revaluation on a fine grid. */
import { DomainError } from '../errors.ts'
import { gaussLegendre } from '../math/gaussLegendre.ts'
import type { Smile } from '../surface/smile.ts'
import { logDensity, logQuantile } from './density.ts'
import { discreteTail } from './discreteTail.ts'

/**
 * Profit of a book at a horizon as a function of x = S/F there, in any currency. `kinks`: the x at which the profit bends or
 * jumps (strikes that expire within the horizon, over the forward); the grid has a boundary at each.
 */
export type HorizonBook = { profit: (x: number) => number; kinks: readonly number[] }

/**
 * `expectedShortfall`: mean loss of the worst `level`. `valueAtRisk`: loss exceeded with probability `level`. `mean`: expected
 * profit under the implied law. `nodes`: points revalued in the last pass.
 */
export type BookShortfall = { expectedShortfall: number; valueAtRisk: number; mean: number; nodes: number }

/** Tail probabilities at which panels end, on both sides; beyond the first, outcomes are neglected. */
const TAILS = [1e-20, 1e-16, 1e-13, 1e-10, 1e-8, 1e-6, 1e-5, 1e-4, 5e-4, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.35]
const POINTS = 24
const LEGENDRE = gaussLegendre(POINTS)

/** Ascending distinct values. */
function boundaries(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.filter((value, i) => i === 0 || value - (sorted[i - 1] ?? 0) > 1e-14)
}

type Grid = { k: Float64Array; probability: Float64Array; loss: Float64Array }

/** Gauss-Legendre points of all panels with their probabilities and the book's losses. */
function gridOf(smile: Smile, book: HorizonBook, edges: readonly number[]): Grid {
  const count = (edges.length - 1) * POINTS
  const grid = { k: new Float64Array(count), probability: new Float64Array(count), loss: new Float64Array(count) }
  for (let panel = 0; panel + 1 < edges.length; panel++) {
    const [from = 0, to = 0] = edges.slice(panel, panel + 2)
    const half = 0.5 * (to - from)
    for (let i = 0; i < POINTS; i++) {
      const k = from + half * (1 + (LEGENDRE.nodes[i] ?? 0))
      grid.k[panel * POINTS + i] = k
      grid.probability[panel * POINTS + i] = half * (LEGENDRE.weights[i] ?? 0) * logDensity(smile, k)
      const profit = book.profit(Math.exp(k))
      if (!Number.isFinite(profit)) throw new DomainError(`profit at ${Math.exp(k)}`, profit, 'finite at every price')
      grid.loss[panel * POINTS + i] = -profit
    }
  }
  return grid
}

/** Where the loss crosses `value` between neighbouring grid points, by bisection. */
function crossings({ k, loss }: Grid, book: HorizonBook, value: number): number[] {
  const found: number[] = []
  for (let i = 1; i < k.length; i++) {
    const above = (loss[i - 1] ?? 0) > value
    if (above === (loss[i] ?? 0) > value) continue
    let [low = 0, high = 0] = [k[i - 1], k[i]]
    for (let step = 0; step < 50; step++) {
      const middle = 0.5 * (low + high)
      if (-book.profit(Math.exp(middle)) > value === above) low = middle
      else high = middle
    }
    found.push(0.5 * (low + high))
  }
  return found
}

/** Passes that move the panel boundaries to where the loss equals the value at risk. */
const PASSES = 4

/**
 * Expected shortfall of a book by Gauss-Legendre panels in k: between quantiles, kinks, and (from the second pass on) the
 * points where the loss crosses the value at risk, so that every panel is smooth. About 900 revaluations a pass.
 *
 * @param level probability of the tail, 0.01 for the worst 1 %.
 * @throws DomainError unless 1e-9 <= level < 1, or where a profit is not finite.
 */
export function bookShortfall(smile: Smile, book: HorizonBook, level: number): BookShortfall {
  if (!(level >= 1e-9 && level < 1)) throw new DomainError('level', level, 'at least 1e-9 and below 1')
  const fixed = [
    ...TAILS.map((p) => logQuantile(smile, p)),
    logQuantile(smile, 0.5),
    ...TAILS.map((p) => logQuantile(smile, p, 'upper')),
    logQuantile(smile, level),
    logQuantile(smile, level, 'upper'),
  ]
  const [low, high] = [Math.min(...fixed), Math.max(...fixed)]
  const kinks = book.kinks.map(Math.log).filter((k) => k > low && k < high)
  let grid = gridOf(smile, book, boundaries([...fixed, ...kinks]))
  let found = discreteTail(grid.loss, grid.probability, level)
  for (let pass = 1; pass < PASSES; pass++) {
    grid = gridOf(smile, book, boundaries([...fixed, ...kinks, ...crossings(grid, book, found.valueAtRisk)]))
    found = discreteTail(grid.loss, grid.probability, level)
  }
  const mean = -grid.loss.reduce((sum, loss, i) => sum + loss * (grid.probability[i] ?? 0), 0)
  return { ...found, mean, nodes: grid.k.length }
}
