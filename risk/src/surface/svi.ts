/**
 * Raw SVI w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)) and its jump-wings (JW) form.
 *
 * Source: J. Gatheral and A. Jacquier (2014), "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14, sections 3
 * and 5; the raw form is J. Gatheral (2004), "A parsimonious arbitrage-free implied volatility parameterization".
 */
import { DomainError } from '../errors.ts'
import type { EssviParameters } from './essvi.ts'
import type { Smile } from './smile.ts'

/** Total variance (not divided by time): a level, b >= 0 wing slope, rho tilt, m shift in k, sigma > 0 curvature radius. */
export type RawSvi = { a: number; b: number; rho: number; m: number; sigma: number }

/**
 * Quantities a trader sees, nearly independent of expiry: v at-the-money variance per year, psi at-the-money skew
 * d sigma sqrt(T) / dk, p and c slopes of the put and call wings over sqrt(w(0)), vMin smallest variance per year.
 */
export type JumpWings = { v: number; psi: number; p: number; c: number; vMin: number }

/** @throws DomainError unless b >= 0, -1 < rho < 1, sigma > 0 and the smallest variance is not negative. */
function requireRawSvi({ a, b, rho, m, sigma }: RawSvi): void {
  if (!(b >= 0 && b < Infinity)) throw new DomainError('b', b, '0 or more')
  if (!(Math.abs(rho) < 1)) throw new DomainError('rho', rho, 'between -1 and 1, both excluded')
  if (!Number.isFinite(m)) throw new DomainError('m', m, 'finite')
  if (!(sigma > 0 && sigma < Infinity)) throw new DomainError('sigma', sigma, 'positive')
  const least = a + b * sigma * Math.sqrt(1 - rho * rho)
  if (!(least >= 0)) throw new DomainError('a', a, `at least ${a - least}, so that no variance is negative`)
}

/** Total variance w(k). */
export function rawVariance({ a, b, rho, m, sigma }: RawSvi, k: number): number {
  return a + b * (rho * (k - m) + Math.sqrt((k - m) ** 2 + sigma * sigma))
}

/** @throws DomainError as `requireRawSvi`. */
export function rawSmile(parameters: RawSvi): Smile {
  requireRawSvi(parameters)
  const { a, b, rho, m, sigma } = parameters
  return (k, out) => {
    const x = k - m
    const root = Math.sqrt(x * x + sigma * sigma)
    out[0] = a + b * (rho * x + root)
    out[1] = b * (rho + x / root)
    out[2] = (b * sigma * sigma) / (root * root * root)
  }
}

/** The raw SVI slice equal to an eSSVI slice. */
export function rawOfEssvi({ theta, rho, psi }: EssviParameters): RawSvi {
  const chi = theta / psi
  const bend = (1 - rho) * (1 + rho)
  return { a: 0.5 * theta * bend, b: 0.5 * psi, rho, m: -rho * chi, sigma: chi * Math.sqrt(bend) }
}

/** @throws DomainError for an expiry that is not positive, or a smile without variance at the money. */
export function jumpWingsOf(raw: RawSvi, expiryYears: number): JumpWings {
  requireRawSvi(raw)
  if (!(expiryYears > 0)) throw new DomainError('expiryYears', expiryYears, 'positive')
  const { a, b, rho, m, sigma } = raw
  const w0 = rawVariance(raw, 0)
  if (!(w0 > 0)) throw new DomainError('w(0)', w0, 'positive')
  const root = Math.sqrt(w0)
  return {
    v: w0 / expiryYears,
    psi: (b / (2 * root)) * (rho - m / Math.sqrt(m * m + sigma * sigma)),
    p: (b * (1 - rho)) / root,
    c: (b * (1 + rho)) / root,
    vMin: (a + b * sigma * Math.sqrt(1 - rho * rho)) / expiryYears,
  }
}

/**
 * Inverse of `jumpWingsOf`. `beta` = rho - 2 psi sqrt(w0) / b is m / sqrt(m^2 + sigma^2); the denominator of m below is
 * (w(0) - w_min) / (b m), written for both signs of m.
 * @throws DomainError where no raw slice has these jump wings (|beta| > 1, or v below vMin), or none is determined (v = vMin
 * at k = 0 leaves sigma free).
 */
export function rawOfJumpWings({ v, psi, p, c, vMin }: JumpWings, expiryYears: number): RawSvi {
  if (!(v > 0)) throw new DomainError('v', v, 'positive')
  if (!(c + p > 0)) throw new DomainError('c + p', c + p, 'positive')
  if (!(expiryYears > 0)) throw new DomainError('expiryYears', expiryYears, 'positive')
  const root = Math.sqrt(v * expiryYears)
  const b = 0.5 * root * (c + p)
  const rho = 1 - (p * root) / b
  const beta = rho - (2 * psi * root) / b
  if (!(Math.abs(beta) <= 1))
    throw new DomainError('psi', psi, `between ${-p / 2} and ${c / 2}, half the wings' slopes`)
  const rise = (v - vMin) * expiryYears
  const tail = Math.sqrt(1 - rho * rho)
  // per unit of sqrt(m^2 + sigma^2): w(0) - w_min = b (1 - rho beta - sqrt(1 - rho^2) sqrt(1 - beta^2)) r
  const perRadius = b * (1 - rho * beta - tail * Math.sqrt(1 - beta * beta))
  if (!(rise > 0 && perRadius > 0)) throw new DomainError('vMin', vMin, `below v = ${v}, with psi not 0`)
  const radius = rise / perRadius
  const sigma = radius * Math.sqrt(1 - beta * beta)
  return requireRaw({ a: vMin * expiryYears - b * sigma * tail, b, rho, m: beta * radius, sigma })
}

function requireRaw(raw: RawSvi): RawSvi {
  requireRawSvi(raw)
  return raw
}
