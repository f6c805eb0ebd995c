/** Every backtest of one series of forecasts in one object. */
import { requireLevel } from '../measures/sample.ts'
import {
  acerbiSzekelyNull,
  acerbiSzekelyZ1,
  acerbiSzekelyZ2,
  criticalValue,
  type NullOptions,
  simulatedPValue,
} from './acerbiSzekely.ts'
import {
  christoffersenConditionalCoverage,
  christoffersenIndependence,
  kupiecProportionOfFailures,
  kupiecTimeUntilFirstFailure,
  type LikelihoodRatio,
} from './coverage.ts'
import { countOf, exceedances, type Transitions, transitionsOf } from './exceedances.ts'
import { fisslerZiegelScore, quantileScore } from './scoring.ts'
import { baselTrafficLight, overlappingTenDayBounds, type Zone, type ZoneBounds, zoneWithin } from './trafficLight.ts'

/** One value per day; `expectedShortfall` only where it was forecast too. Losses are positive in both measures. */
export type ForecastSeries = {
  pnl: ArrayLike<number>
  valueAtRisk: ArrayLike<number>
  expectedShortfall?: ArrayLike<number> | undefined
}

/** How the null distribution of the shortfall tests is simulated, and whether returns overlap. */
export type BacktestOptions = NullOptions & {
  /** Whether `pnl` are returns over ten days that overlap; then the tabulated bounds are reported. @default false */
  overlappingTenDays?: boolean
}

/** Tests 1 and 2 of Acerbi and Szekely; `z1` is null without exceedances. `critical` are values of z2. */
export type ShortfallReport = {
  z1: number | null
  z1PValue: number | null
  z2: number
  z2PValue: number
  critical: { fivePercent: number; oneBasisPoint: number }
  fisslerZiegelScore: number
}

/** Nulls stand for what a series cannot say: no exceedance, no rule for so many days, no shortfall forecast. */
export type BacktestReport = {
  observations: number
  level: number
  exceedances: { count: number; expected: number; days: number[] }
  proportionOfFailures: LikelihoodRatio
  timeUntilFirstFailure: (LikelihoodRatio & { day: number }) | null
  transitions: Transitions
  independence: LikelihoodRatio
  conditionalCoverage: LikelihoodRatio
  trafficLight: {
    zone: Zone
    cumulativeProbability: number
    multiplier: number | null
    plusFactor: number | null
    overlappingTenDays: (ZoneBounds & { zone: Zone }) | null
  }
  quantileScore: number
  expectedShortfall: ShortfallReport | null
}

function shortfallReport(
  series: Required<{ [K in keyof ForecastSeries]: ArrayLike<number> }>,
  level: number,
  options: NullOptions,
): ShortfallReport {
  const simulated = acerbiSzekelyNull(series.pnl.length, level, options)
  const z1 = acerbiSzekelyZ1(series)
  const z2 = acerbiSzekelyZ2(series, level)
  return {
    z1: z1 ?? null,
    z1PValue: z1 === undefined ? null : simulatedPValue(simulated.z1, z1),
    z2,
    z2PValue: simulatedPValue(simulated.z2, z2),
    critical: {
      fivePercent: criticalValue(simulated.z2, 0.05),
      oneBasisPoint: criticalValue(simulated.z2, 0.0001),
    },
    fisslerZiegelScore: fisslerZiegelScore(series, level),
  }
}

function trafficLightReport(observations: number, count: number, level: number, overlapping: boolean) {
  const light = baselTrafficLight(observations, count, level)
  const bounds = overlapping ? overlappingTenDayBounds(observations) : undefined
  return {
    ...light,
    multiplier: light.multiplier ?? null,
    plusFactor: light.plusFactor ?? null,
    overlappingTenDays: bounds === undefined ? null : { ...bounds, zone: zoneWithin(bounds, count) },
  }
}

/**
 * All tests of forecasts at `level`. Days count from 1. Deterministic for a seed.
 * @throws DomainError for series of different lengths, values that are not finite, a shortfall that is not positive or
 * below its value-at-risk.
 */
export function backtestReport(series: ForecastSeries, level: number, options: BacktestOptions = {}): BacktestReport {
  requireLevel(level)
  const { pnl, valueAtRisk, expectedShortfall } = series
  const hits = exceedances(pnl, valueAtRisk)
  const observations = hits.length
  const count = countOf(hits)
  const days = [...hits.keys()].filter((day) => hits[day] === 1).map((day) => day + 1)
  const [first] = days
  const transitions = transitionsOf(hits)
  return {
    observations,
    level,
    exceedances: { count, expected: observations * (1 - level), days },
    proportionOfFailures: kupiecProportionOfFailures(observations, count, level),
    timeUntilFirstFailure: first === undefined ? null : { day: first, ...kupiecTimeUntilFirstFailure(first, level) },
    transitions,
    independence: christoffersenIndependence(transitions),
    conditionalCoverage: christoffersenConditionalCoverage(observations, count, transitions, level),
    trafficLight: trafficLightReport(observations, count, level, options.overlappingTenDays === true),
    quantileScore: quantileScore(pnl, valueAtRisk, level),
    expectedShortfall:
      expectedShortfall === undefined ? null : shortfallReport({ pnl, valueAtRisk, expectedShortfall }, level, options),
  }
}
