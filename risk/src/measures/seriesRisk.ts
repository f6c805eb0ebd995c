/** Value-at-risk and expected shortfall of the next period from one history of profits and losses, by any method. */
import { DomainError } from '../errors.ts'
import { fitGarch } from '../estimation/garchFit.ts'
import {
  ageWeightedScenarios,
  filteredHistoricalSimulation,
  volatilityWeightedReturns,
} from '../estimation/historicalSimulation.ts'
import { ewmaFilter, garchFilter, type VolatilityFilter } from '../estimation/volatilityFilter.ts'
import { cornishFisherExpectedShortfall, cornishFisherValueAtRisk } from './cornishFisher.ts'
import { matchCornishFisher } from './cornishFisherMoments.ts'
import { expectedShortfall, type ShortfallConvention } from './expectedShortfall.ts'
import { moments } from './moments.ts'
import {
  normalExpectedShortfall,
  normalValueAtRisk,
  studentTExpectedShortfall,
  studentTValueAtRisk,
} from './parametric.ts'
import {
  fitPeaksOverThreshold,
  peaksOverThresholdExpectedShortfall,
  peaksOverThresholdValueAtRisk,
} from './peaksOverThreshold.ts'
import { type QuantileConvention, valueAtRisk } from './quantile.ts'
import { ascendingLosses, requireLevel, snapped } from './sample.ts'

/** How quantile and shortfall of the scenarios are read. */
export type ScenarioConventions = { convention: QuantileConvention; shortfallConvention: ShortfallConvention }

/** Volatility by an exponential average of decay `lambda`, or by a GARCH(1,1) fitted to the history. */
export type VolatilityModel = { kind: 'ewma'; lambda: number } | { kind: 'garch' }

/**
 * - `historical`: every past period alike. `age`: weights that decay by `lambda`, Boudoukh, Richardson, Whitelaw (1998).
 * - `volatility`: past periods scaled to today's volatility ('next') or the last period's ('last'), Hull, White (1998).
 * - `filtered`: bootstrap of standardised residuals over `steps` periods, Barone-Adesi, Giannopoulos, Vosper (1999).
 * - `normal`, `student-t` (mean and deviation of the sample), `cornish-fisher` (its skewness and kurtosis, too: as
 *   parameters, or with `matchMoments` as the moments of the result, Maillard 2012).
 * - `extreme-value`: generalised Pareto tail of the worst `tailShare` of the losses.
 */
export type RiskMethod =
  | ({ kind: 'historical' } & ScenarioConventions)
  | ({ kind: 'age'; lambda: number } & ScenarioConventions)
  | ({ kind: 'volatility'; volatility: VolatilityModel; scaleTo: 'next' | 'last' } & ScenarioConventions)
  | ({
      kind: 'filtered'
      volatility: VolatilityModel
      steps: number
      paths: number
      seed: number
    } & ScenarioConventions)
  | { kind: 'normal' }
  | { kind: 'student-t'; degreesOfFreedom: number }
  | { kind: 'cornish-fisher'; matchMoments?: boolean }
  | { kind: 'extreme-value'; tailShare: number }

/** Both measures (positive = loss, unit of the history) and the numbers that were estimated on the way. */
export type RiskEstimate = {
  valueAtRisk: number
  expectedShortfall: number
  estimates: Record<string, number>
}

function ofLosses(
  losses: Float64Array,
  level: number,
  { convention, shortfallConvention }: ScenarioConventions,
  estimates: Record<string, number>,
  weights?: Float64Array,
): RiskEstimate {
  return {
    valueAtRisk: valueAtRisk(losses, level, convention, weights),
    expectedShortfall: expectedShortfall(losses, level, shortfallConvention, weights),
    estimates,
  }
}

function filterOf(pnl: ArrayLike<number>, model: VolatilityModel): VolatilityFilter {
  return model.kind === 'ewma' ? ewmaFilter(pnl, model.lambda) : garchFilter(pnl, fitGarch(pnl).parameters)
}

function filterEstimates({ recursion, variances }: VolatilityFilter): Record<string, number> {
  return { ...recursion, volatilityNow: Math.sqrt(variances.at(-1) ?? Number.NaN) }
}

const negated = (values: ArrayLike<number>) => Float64Array.from(values, (value) => -value)

/** The methods that read scenarios of the history, possibly rescaled or redrawn. */
function scenarioRisk(
  pnl: ArrayLike<number>,
  level: number,
  method: Extract<RiskMethod, ScenarioConventions>,
): RiskEstimate {
  switch (method.kind) {
    case 'historical':
      return ofLosses(negated(pnl), level, method, {})
    case 'age': {
      const { returns, weights } = ageWeightedScenarios(pnl, method.lambda)
      return ofLosses(negated(returns), level, method, { lambda: method.lambda }, weights)
    }
    case 'volatility': {
      const filter = filterOf(pnl, method.volatility)
      const scaled = volatilityWeightedReturns(pnl, filter.variances, method.scaleTo)
      return ofLosses(negated(scaled), level, method, filterEstimates(filter))
    }
    case 'filtered': {
      const filter = filterOf(pnl, method.volatility)
      const [drawn = new Float64Array()] = filteredHistoricalSimulation([filter], method)
      return ofLosses(negated(drawn), level, method, filterEstimates(filter))
    }
  }
}

function extremeValueRisk(losses: Float64Array, level: number, tailShare: number): RiskEstimate {
  if (!(tailShare > 0 && tailShare < 1)) throw new DomainError('tailShare', tailShare, 'between 0 and 1, both excluded')
  const ascending = ascendingLosses(losses)
  const below = Math.floor(snapped(ascending.length * (1 - tailShare)))
  if (below < 1) throw new DomainError('tailShare', tailShare, 'small enough to leave a loss below the threshold')
  const threshold = ascending[below - 1] ?? Number.NaN
  const tail = fitPeaksOverThreshold(losses, threshold)
  const { shape, scale, exceedances, shapeError, scaleError } = tail
  return {
    valueAtRisk: peaksOverThresholdValueAtRisk(tail, level),
    expectedShortfall: peaksOverThresholdExpectedShortfall(tail, level),
    estimates: { threshold, exceedances, shape, scale, shapeError, scaleError },
  }
}

/** The methods that fit a distribution. */
function fittedRisk(
  losses: Float64Array,
  level: number,
  method: Exclude<RiskMethod, ScenarioConventions>,
): RiskEstimate {
  if (method.kind === 'extreme-value') return extremeValueRisk(losses, level, method.tailShare)
  const { mean, variance, skewness, excessKurtosis } = moments(losses)
  const standardDeviation = Math.sqrt(variance)
  switch (method.kind) {
    case 'normal':
      return {
        valueAtRisk: normalValueAtRisk(mean, standardDeviation, level),
        expectedShortfall: normalExpectedShortfall(mean, standardDeviation, level),
        estimates: { mean, standardDeviation },
      }
    case 'student-t': {
      const degrees = method.degreesOfFreedom
      return {
        valueAtRisk: studentTValueAtRisk(mean, standardDeviation, degrees, level),
        expectedShortfall: studentTExpectedShortfall(mean, standardDeviation, degrees, level),
        estimates: { mean, standardDeviation, degreesOfFreedom: degrees },
      }
    }
    case 'cornish-fisher': {
      const sample = { mean, standardDeviation, skewness, excessKurtosis }
      const parameters = method.matchMoments === true ? matchCornishFisher(sample) : sample
      return {
        valueAtRisk: cornishFisherValueAtRisk(parameters, level),
        expectedShortfall: cornishFisherExpectedShortfall(parameters, level),
        estimates: sample,
      }
    }
  }
}

/**
 * Risk of the next period (for `filtered`: of the next `steps`) from past profits (positive) and losses, oldest first.
 * `estimates` of mean and skewness are those of the losses.
 *
 * @throws RiskError of the method: DomainError for too short or constant a history, CornishFisherDomainError,
 * WeightedConventionError.
 */
export function riskOfSeries(pnl: ArrayLike<number>, level: number, method: RiskMethod): RiskEstimate {
  requireLevel(level)
  switch (method.kind) {
    case 'historical':
    case 'age':
    case 'volatility':
    case 'filtered':
      return scenarioRisk(pnl, level, method)
    default:
      return fittedRisk(negated(pnl), level, method)
  }
}
