/**
 * Static arbitrage of any smile, checked on a grid: butterflies by Durrleman's function, calendars by total variance.
 *
 * Sources: V. Durrleman (2005), "From implied to spot volatilities", thesis; J. Gatheral and A. Jacquier (2014),
 * "Arbitrage-free SVI volatility surfaces", Lemma 2.2; M. Fukasawa (2012), "The normalizing transformation of the implied
 * volatility smile", Mathematical Finance 22.
 */
import { DomainError, RiskError } from '../errors.ts'
import { type Smile, smileAt } from './smile.ts'

/** A smile that some butterfly would exploit: Durrleman's g is `value` < 0 at log-moneyness `k`. */
export class ArbitrageError extends RiskError {
  readonly code = 'ARBITRAGE'
  readonly k: number
  readonly value: number

  constructor(k: number, value: number) {
    super(
      `The smile implies a negative density: g = ${value} at k = ${k}. Refit it under the no-arbitrage constraints.`,
    )
    this.k = k
    this.value = value
  }
}

/** g(k) = (1 - k w'/(2w))^2 - w'^2/4 (1/w + 1/4) + w''/2: the density of ln S times a positive factor. */
export function durrlemanG(k: number, w: number, slope: number, curvature: number): number {
  const tilt = 1 - (0.5 * k * slope) / w
  return tilt * tilt - 0.25 * slope * slope * (1 / w + 0.25) + 0.5 * curvature
}

/** Grid of log-moneyness: `steps` + 1 points from `from` to `to`. */
export type MoneynessGrid = { from: number; to: number; steps: number }

function requireGrid({ from, to, steps }: MoneynessGrid): void {
  if (!(from < to)) throw new DomainError('from', from, `below to = ${to}`)
  if (!(Number.isInteger(steps) && steps > 0)) throw new DomainError('steps', steps, 'a positive whole number')
}

/** Smallest g on the grid and where; a negative value is a butterfly arbitrage. @throws DomainError for an empty grid. */
export function minimumDurrleman(smile: Smile, grid: MoneynessGrid): { k: number; g: number } {
  requireGrid(grid)
  const out = new Float64Array(3)
  let [at, least] = [grid.from, Infinity]
  for (let i = 0; i <= grid.steps; i++) {
    const k = grid.from + ((grid.to - grid.from) * i) / grid.steps
    smile(k, out)
    const [w = 0, slope = 0, curvature = 0] = out
    const g = durrlemanG(k, w, slope, curvature)
    if (!(g >= least)) [at, least] = [k, g]
  }
  return { k: at, g: least }
}

/** Grid that covers `deviations` standard deviations of a smile to both sides, by its variance at the money. */
export function gridOf(smile: Smile, deviations = 12, steps = 2400): MoneynessGrid {
  const reach = deviations * Math.sqrt(smileAt(smile, 0).w)
  return { from: -reach, to: reach, steps }
}

/** @throws ArbitrageError at the worst point, if g < -tolerance somewhere on the grid. */
export function requireNoButterfly(smile: Smile, grid: MoneynessGrid = gridOf(smile), tolerance = 1e-9): void {
  const { k, g } = minimumDurrleman(smile, grid)
  if (!(g >= -tolerance)) throw new ArbitrageError(k, g)
}

/** Smallest late(k) - early(k) in total variance on the grid; a negative value is a calendar arbitrage. */
export function minimumCalendar(early: Smile, late: Smile, grid: MoneynessGrid): { k: number; difference: number } {
  requireGrid(grid)
  const [first, second] = [new Float64Array(3), new Float64Array(3)]
  let [at, least] = [grid.from, Infinity]
  for (let i = 0; i <= grid.steps; i++) {
    const k = grid.from + ((grid.to - grid.from) * i) / grid.steps
    early(k, first)
    late(k, second)
    const difference = (second[0] ?? 0) - (first[0] ?? 0)
    if (!(difference >= least)) [at, least] = [k, difference]
  }
  return { k: at, difference: least }
}
