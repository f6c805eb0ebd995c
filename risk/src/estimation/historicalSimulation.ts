import { DomainError } from '../errors.ts'
import { Random } from '../math/random.ts'
import { requireAligned } from './covariance.ts'
import { ageWeights } from './ewma.ts'
import { requireSeries } from './series.ts'
import type { VolatilityFilter } from './volatilityFilter.ts'

/** Possible returns over the horizon with their probabilities (which sum to 1), oldest date first. */
export type WeightedScenarios = { returns: Float64Array; weights: Float64Array }

/** Plain historical simulation: every past return is as likely as any other. */
export function historicalScenarios(returns: ArrayLike<number>): WeightedScenarios {
  return ageWeightedScenarios(returns, 1)
}

/**
 * Historical simulation in which a return loses the share 1 - lambda of its probability with every period.
 *
 * Source: Boudoukh, Richardson & Whitelaw (1998), "The best of both worlds", Risk 11(5).
 */
export function ageWeightedScenarios(returns: ArrayLike<number>, lambda: number): WeightedScenarios {
  requireSeries('returns', returns, 1)
  return { returns: Float64Array.from(returns), weights: ageWeights(returns.length, lambda) }
}

/**
 * Past returns rescaled to today's volatility: r_t sigma_now / sigma_t, around zero. `variances` are the conditional ones
 * of each return, one more (that of the next period) may follow. `scaleTo` 'next' takes sigma_now from that entry, 'last'
 * from the last return's own: the former knows the newest return, the latter is one day late.
 *
 * Source: Hull & White (1998), "Incorporating volatility updating into the historical simulation method for VaR".
 */
export function volatilityWeightedReturns(
  returns: ArrayLike<number>,
  variances: ArrayLike<number>,
  scaleTo: 'next' | 'last',
): Float64Array {
  requireSeries('returns', returns, 1)
  requireSeries('variances', variances, returns.length + (scaleTo === 'next' ? 1 : 0))
  const now = variances[scaleTo === 'next' ? returns.length : returns.length - 1] ?? 0
  return Float64Array.from(returns, (value, t) => {
    const variance = variances[t] ?? 0
    if (!(variance > 0)) throw new DomainError(`variances[${t}]`, variance, 'positive')
    return value * Math.sqrt(now / variance)
  })
}

/** Size and seed of a simulation. */
export type BootstrapOptions = {
  /** Periods of each path. */
  steps: number
  paths: number
  seed: number
}

/**
 * Filtered historical simulation: each step of each path draws one past date and gives every asset that date's
 * standardised residual, scaled by the variance which the asset's own recursion has reached on that path. So the shocks
 * keep their joint distribution, fat tails included, and volatility keeps its clustering. Returns the sum of the returns
 * over the steps, one array per asset, entry p of each from the same path. The same seed gives the same paths.
 *
 * Source: Barone-Adesi, Giannopoulos & Vosper (1999), "VaR without correlations for portfolios of derivative securities".
 */
export function filteredHistoricalSimulation(
  filters: readonly VolatilityFilter[],
  { steps, paths, seed }: BootstrapOptions,
): Float64Array[] {
  const dates = requireAligned(
    filters.map(({ residuals }) => residuals),
    1,
  )
  for (const [name, value] of Object.entries({ steps, paths }))
    if (!Number.isInteger(value) || value < 1) throw new DomainError(name, value, 'an integer of 1 or more')
  const drawn = drawDates(new Random(seed), dates, steps * paths)
  return filters.map((filter) => simulateAsset(filter, drawn, steps))
}

function drawDates(random: Random, dates: number, count: number): Uint32Array {
  const drawn = new Uint32Array(count)
  for (let i = 0; i < count; i++) drawn[i] = random.integer(dates)
  return drawn
}

/** One asset's total return on every path, `steps` dates each. */
function simulateAsset({ recursion, variances, residuals }: VolatilityFilter, drawn: Uint32Array, steps: number) {
  const { mean, omega, alpha, beta } = recursion
  const next = variances[residuals.length] ?? 0
  const totals = new Float64Array(drawn.length / steps)
  for (let path = 0; path < totals.length; path++) {
    let variance = next
    let total = 0
    for (let step = 0; step < steps; step++) {
      const shock = (residuals[drawn[path * steps + step] ?? 0] ?? 0) * Math.sqrt(variance)
      total += mean + shock
      variance = omega + alpha * shock * shock + beta * variance
    }
    totals[path] = total
  }
  return totals
}
