/**
 * The Basel traffic light: how far the number of exceedances of a value-at-risk speaks against the model.
 *
 * Sources: Basel Committee (1996), "Supervisory framework for the use of backtesting in conjunction with the internal
 * models approach" (bcbs22); Basel Framework MAR32 (multipliers); ISDA (2017), SIMM backtesting (bounds for overlapping
 * ten-day returns, simulated with normal returns).
 */
import { DomainError } from '../errors.ts'
import { binomialCdf } from '../math/incompleteBeta.ts'
import { requireLevel } from '../measures/sample.ts'

/** Green: no objection. Yellow: a higher multiplier. Red: the model is presumed wrong. */
export type Zone = 'green' | 'yellow' | 'red'

/**
 * `cumulativeProbability` is that of at most so many exceedances if the model is right. `multiplier` (MAR32) and
 * `plusFactor` (1996) exist only for what the rules define them for: 250 days at 0.99.
 */
export type TrafficLight = {
  zone: Zone
  cumulativeProbability: number
  multiplier: number | undefined
  plusFactor: number | undefined
}

const YELLOW_FROM = 0.95
const RED_FROM = 0.9999
/** By number of exceedances, 10 and more last. */
const MULTIPLIERS = [1.5, 1.5, 1.5, 1.5, 1.5, 1.7, 1.76, 1.83, 1.88, 1.92, 2]
const PLUS_FACTORS = [0, 0, 0, 0, 0, 0.4, 0.5, 0.65, 0.75, 0.85, 1]

/**
 * Zone of `exceptions` in `observations` independent days: yellow from a cumulative probability of 95 %, red from 99.99 %.
 * At 250 days and 0.99 that is 5 to 9 and 10 or more. Throws DomainError.
 */
export function baselTrafficLight(observations: number, exceptions: number, level: number): TrafficLight {
  requireLevel(level)
  if (!(exceptions >= 0 && exceptions <= observations))
    throw new DomainError('exceptions', exceptions, `an integer from 0 to ${observations}`)
  const cumulativeProbability = binomialCdf(exceptions, observations, 1 - level)
  const zone = cumulativeProbability >= RED_FROM ? 'red' : cumulativeProbability >= YELLOW_FROM ? 'yellow' : 'green'
  const ruled = observations === 250 && level === 0.99
  const row = Math.min(exceptions, 10)
  return {
    zone,
    cumulativeProbability,
    multiplier: ruled ? MULTIPLIERS[row] : undefined,
    plusFactor: ruled ? PLUS_FACTORS[row] : undefined,
  }
}

/** Numbers of observations from which one exceedance more is green (95 %); a number twice is two more at once. */
const GREEN_STEPS = [
  30, 40, 60, 80, 110, 140, 180, 220, 270, 320, 370, 430, 480, 540, 600, 650, 720, 780, 840, 900, 970, 1030, 1100, 1160,
  1230, 1300, 1360, 1430, 1500, 1570, 1640, 1710, 1780, 1850, 1930, 2000, 2070, 2140, 2220, 2290, 2360, 2440, 2510,
  2590, 2660, 2740, 2810, 2890, 2970, 3040, 3120, 3200, 3270, 3350, 3430, 3510, 3580, 3660,
]
/** The same for yellow (99.99 %). */
const YELLOW_STEPS = [
  2, 3, 4, 5, 6, 7, 8, 9, 11, 14, 18, 30, 40, 40, 60, 70, 80, 100, 120, 140, 160, 180, 210, 230, 260, 290, 320, 350,
  380, 410, 450, 480, 520, 550, 590, 630, 660, 710, 740, 780, 820, 870, 920, 960, 1010, 1050, 1100, 1140, 1190, 1230,
  1280, 1330, 1380, 1430, 1480, 1530, 1570, 1630, 1690, 1730, 1780, 1830, 1880, 1950, 1990, 2040, 2080, 2140, 2200,
  2260, 2310, 2370, 2430, 2480, 2540, 2590, 2650, 2710, 2770, 2820, 2880, 2940, 3000, 3060, 3110, 3170, 3230, 3290,
  3350, 3410, 3470, 3540, 3600, 3660,
]
const LAST_OBSERVATIONS = 3690

/** Largest numbers of exceedances that are still green and still yellow. */
export type ZoneBounds = { green: number; yellow: number }

/**
 * Bounds for returns over ten days that overlap, at 0.99. The binomial does not hold there: one bad day is in ten windows.
 * Tabulated for every number of days to 20 and every tenth after; between two, the lower one holds.
 * Throws DomainError outside 1 to 3,699 observations.
 */
export function overlappingTenDayBounds(observations: number): ZoneBounds {
  if (!(Number.isInteger(observations) && observations >= 1 && observations < LAST_OBSERVATIONS + 10))
    throw new DomainError('observations', observations, `an integer from 1 to ${LAST_OBSERVATIONS + 9}`)
  const reached = (steps: readonly number[]) => steps.filter((step) => step <= observations).length
  return { green: reached(GREEN_STEPS), yellow: reached(YELLOW_STEPS) }
}

/** Zone of a number of exceedances under given bounds. */
export function zoneWithin(bounds: ZoneBounds, exceptions: number): Zone {
  return exceptions <= bounds.green ? 'green' : exceptions <= bounds.yellow ? 'yellow' : 'red'
}
