/**
 * Raw SVI fitted to one expiry: five parameters instead of eSSVI's three, so closer to the quotes, and free of butterfly
 * arbitrage, but without a guarantee between expiries.
 */
import { levenbergMarquardt } from '../math/minimise.ts'
import { durrlemanG, gridOf, type MoneynessGrid, minimumDurrleman } from './arbitrage.ts'
import { type EssviParameters, requireEssvi } from './essvi.ts'
import type { SliceQuotes } from './fitEssvi.ts'
import { type RawSvi, rawOfEssvi, rawSmile } from './svi.ts'

/** Parameters of the search: least variance, slopes b (1 - rho) and b (1 + rho) of the wings, m, sigma. */
function rawOf([least = 0, left = 0, right = 0, m = 0, sigma = 0]: ArrayLike<number> & Iterable<number>): RawSvi {
  const b = 0.5 * (left + right)
  const rho = (right - left) / (left + right)
  return { a: least - sigma * Math.sqrt(left * right), b, rho, m, sigma }
}

/** Points at which the search is told of a negative g, and the residual that -1 there counts as. */
const GUARDS = 60
const PENALTY = 1000
const BISECTIONS = 40

/** Weighted errors of volatility, then penalties for Durrleman's g below 0 on the guard points. */
function residualsOf({ years, k, volatility, weight }: SliceQuotes, guards: MoneynessGrid) {
  const out = new Float64Array(3)
  return (x: Float64Array): Float64Array => {
    const { a, b, rho, m, sigma } = rawOf(x)
    const residuals = new Float64Array(k.length + guards.steps + 1)
    const write = (point: number) => {
      const y = point - m
      const root = Math.sqrt(y * y + sigma * sigma)
      out[0] = Math.max(a + b * (rho * y + root), 1e-12)
      out[1] = b * (rho + y / root)
      out[2] = (b * sigma * sigma) / (root * root * root)
    }
    k.forEach((point, i) => {
      write(point)
      residuals[i] = (weight[i] ?? 0) * (Math.sqrt((out[0] ?? 0) / years) - (volatility[i] ?? 0))
    })
    for (let i = 0; i <= guards.steps; i++) {
      const point = guards.from + ((guards.to - guards.from) * i) / guards.steps
      write(point)
      residuals[k.length + i] = PENALTY * Math.min(0, durrlemanG(point, out[0] ?? 0, out[1] ?? 0, out[2] ?? 0))
    }
    return residuals
  }
}

/** The point furthest along the line from `start` to `end` whose slice has no negative g on the grid. */
function lastFree(start: readonly number[], end: ArrayLike<number>, grid: MoneynessGrid): RawSvi {
  const at = (share: number) => rawOf(start.map((value, i) => value + share * ((end[i] ?? value) - value)))
  const isFree = (raw: RawSvi) => minimumDurrleman(rawSmile(raw), grid).g >= 0
  if (isFree(at(1))) return at(1)
  let [low, high] = [0, 1]
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = 0.5 * (low + high)
    if (isFree(at(middle))) low = middle
    else high = middle
  }
  return at(low)
}

/**
 * Raw SVI in weighted least squares of volatility, started from an eSSVI slice (which is a raw SVI slice), its wings within
 * Lee's bound of 2 (R. W. Lee, 2004, "The moment formula for implied volatility at extreme strikes").
 *
 * @param start an eSSVI fit of the same quotes, free of butterfly arbitrage.
 * @returns a slice whose Durrleman g is not negative on a grid of 12 standard deviations to both sides.
 * @throws DomainError for a start that is no eSSVI slice.
 */
export function fitRawSvi(slice: SliceQuotes, start: EssviParameters): RawSvi {
  requireEssvi(start)
  const { b, rho, m, sigma } = rawOfEssvi(start)
  const least = start.theta * (1 - rho) * (1 + rho)
  const grid = gridOf(rawSmile(rawOfEssvi(start)))
  const reach = 2 * Math.max(...slice.k.map(Math.abs), Math.abs(m), sigma)
  const first = [least, b * (1 - rho), b * (1 + rho), m, sigma]
  const { x } = levenbergMarquardt(residualsOf(slice, { ...grid, steps: GUARDS }), first, {
    lower: [1e-9 * least, 1e-9, 1e-9, -reach, 1e-4 * reach],
    upper: [Math.max(...slice.volatility) ** 2 * slice.years, 2, 2, reach, reach],
    maxIterations: 100,
    tolerance: 1e-9,
  })
  return lastFree(first, x, grid)
}
