/** Derive's volatility feed: a raw SVI slice at the signer's own forward and term. */

/**
 * Total variance w(k) = a + b (rho (k - m) + sqrt((k - m)^2 + sigma^2)), k = ln(K / `forward`), read as a volatility over
 * `years`. The feed's forward and term, not the market's, so that volatility does not roll between two prints.
 */
export type DeriveSvi = {
  a: number
  b: number
  rho: number
  m: number
  sigma: number
  forward: number
  years: number
}

/** The feed's bound on w. */
const MAXIMUM_VARIANCE = 144
/** k is clamped to this many standard deviations of the feed. */
const WIDTH = 4

/**
 * Volatility of a strike, per square root year. 0 once the feed's own term is over. Source: J. Gatheral (2004), "A
 * parsimonious arbitrage-free implied volatility parameterization"; clamps as Derive documents its feed.
 */
export function deriveVolatility({ a, b, rho, m, sigma, forward, years }: DeriveSvi, strike: number): number {
  if (years <= 0) return 0
  const bound = WIDTH * Math.sqrt(Math.max(a + b * sigma, 0))
  const x = Math.min(Math.max(Math.log(strike / forward), -bound), bound) - m
  const variance = a + b * (rho * x + Math.sqrt(x * x + sigma * sigma))
  return Math.sqrt(Math.min(Math.max(variance, 0), MAXIMUM_VARIANCE) / years)
}
