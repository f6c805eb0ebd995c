/**
 * Raw SVI fitted to one expiry: five parameters instead of eSSVI's three, so closer to the quotes, but without a guarantee
 * across expiries. Butterfly arbitrage is removed by the closed-form repair of sviRepair.ts.
 */
import { levenbergMarquardt } from '../math/minimise.ts'
import { type EssviParameters, requireEssvi } from './essvi.ts'
import type { SliceQuotes } from './fitEssvi.ts'
import { type RawSvi, rawOfEssvi } from './svi.ts'
import { repairButterfly } from './sviRepair.ts'

/** Parameters of the search: least variance w_min >= 0, b, rho, m, sigma; a = w_min - b sigma sqrt(1 - rho^2). */
function rawOf([least = 0, b = 0, rho = 0, m = 0, sigma = 0]: Float64Array): RawSvi {
  return { a: least - b * sigma * Math.sqrt(1 - rho * rho), b, rho, m, sigma }
}

/** Derivatives of the weighted volatility by the five search parameters, row by row. */
function jacobianOf({ years, k, weight }: SliceQuotes): (x: Float64Array, out: Float64Array) => void {
  return (x, out) => {
    const [least = 0, b = 0, rho = 0, m = 0, sigma = 0] = x
    const tail = Math.sqrt(1 - rho * rho)
    k.forEach((point, i) => {
      const y = point - m
      const root = Math.sqrt(y * y + sigma * sigma)
      const variance = least + b * (rho * y + root - sigma * tail)
      const by = (weight[i] ?? 0) / (2 * Math.sqrt(Math.max(variance, 1e-300) * years))
      out[5 * i] = by
      out[5 * i + 1] = by * (rho * y + root - sigma * tail)
      out[5 * i + 2] = by * b * (y + (sigma * rho) / tail)
      out[5 * i + 3] = by * b * (-rho - y / root)
      out[5 * i + 4] = by * b * (sigma / root - tail)
    })
  }
}

/**
 * Raw SVI in weighted least squares of volatility, started from an eSSVI slice (which is a raw SVI slice), bounded by
 * Lee's b (1 + |rho|) <= 2, a non-negative variance, and |m| and sigma within five widths of the quoted strikes.
 *
 * @param start an eSSVI fit of the same quotes.
 * @returns a slice free of butterfly arbitrage on a grid of 12 standard deviations.
 * @throws DomainError for a start that is no eSSVI slice.
 */
export function fitRawSvi(slice: SliceQuotes, start: EssviParameters): RawSvi {
  requireEssvi(start)
  const { years, k, volatility, weight } = slice
  const first = rawOfEssvi(start)
  const least = first.a + first.b * first.sigma * Math.sqrt(1 - first.rho ** 2)
  const reach = 5 * Math.max(...k.map(Math.abs), Math.abs(first.m), first.sigma)
  const residuals = (x: Float64Array) => {
    const { a, b, rho, m, sigma } = rawOf(x)
    return k.map((point, i) => {
      const y = point - m
      const variance = a + b * (rho * y + Math.sqrt(y * y + sigma * sigma))
      return (weight[i] ?? 0) * (Math.sqrt(Math.max(variance, 0) / years) - (volatility[i] ?? 0))
    })
  }
  const { x } = levenbergMarquardt(residuals, [least, first.b, first.rho, first.m, first.sigma], {
    lower: [0, 1e-9, -0.999, -reach, 1e-5 * reach],
    upper: [Math.max(...volatility) ** 2 * years, 1, 0.999, reach, reach],
    jacobian: jacobianOf(slice),
  })
  return repairButterfly(rawOf(Float64Array.from(x)), years)
}
