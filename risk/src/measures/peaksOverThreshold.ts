/**
 * Value-at-risk and expected shortfall beyond a high threshold: the generalised Pareto distribution of the excesses.
 *
 * Sources: A. J. McNeil, R. Frey (2000), "Estimation of tail-related risk measures for heteroscedastic financial time
 * series"; S. D. Grimshaw (1993), "Computing Maximum Likelihood Estimates for the Generalized Pareto Distribution"
 * (reduction of the likelihood to one parameter); R. L. Smith (1987), "Estimating Tails of Probability Distributions"
 * (standard errors).
 */
import { DomainError } from '../errors.ts'
import { ascendingLosses, requireLevel } from './sample.ts'

/**
 * `count` losses, of which `exceedances` lie above `threshold`; their excesses are generalised Pareto with `shape` (xi)
 * and `scale` (beta, in the unit of the losses): P(excess > y) = (1 + xi y / beta)^(-1/xi), exp(-y / beta) for xi = 0.
 */
export type GeneralisedParetoTail = {
  threshold: number
  count: number
  exceedances: number
  shape: number
  scale: number
}

/** A fitted tail with its maximal log-likelihood and asymptotic standard errors (NaN for a shape of at most -1/2). */
export type FittedTail = GeneralisedParetoTail & {
  logLikelihood: number
  shapeError: number
  scaleError: number
}

/** Shapes of at most this are not searched: below -1/2 the likelihood has no regular maximum. */
const LOWEST_SHAPE = -0.5
const MIN_EXCESSES = 10

/** Mean of ln(1 + theta y): the shape that maximises the likelihood when theta = shape / scale is given. */
function shapeAt(theta: number, excesses: Float64Array): number {
  let sum = 0
  for (let i = 0; i < excesses.length; i++) sum += Math.log1p(theta * (excesses[i] ?? 0))
  return sum / excesses.length
}

function mean(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0
  return sum / values.length
}

/** Log-likelihood per excess, maximised over all but theta. Continuous at theta = 0, the exponential distribution. */
function profile(theta: number, excesses: Float64Array): number {
  if (theta === 0) return -Math.log(mean(excesses)) - 1
  const shape = shapeAt(theta, excesses)
  return -Math.log(shape / theta) - shape - 1
}

/** Smallest theta with shapeAt(theta) >= LOWEST_SHAPE, by bisection between the pole -1/max and 0. */
function lowestTheta(excesses: Float64Array, largest: number): number {
  let low = -1 / largest
  let high = 0
  for (let step = 0; step < 100; step++) {
    const middle = 0.5 * (low + high)
    if (shapeAt(middle, excesses) >= LOWEST_SHAPE) high = middle
    else low = middle
  }
  return high
}

const GOLDEN = (Math.sqrt(5) - 1) / 2

/** Maximum of a function with one peak in [low, high]: golden section. */
function peak(f: (x: number) => number, low: number, high: number): number {
  let [a, b] = [low, high]
  let [x1, x2] = [b - GOLDEN * (b - a), a + GOLDEN * (b - a)]
  let [f1, f2] = [f(x1), f(x2)]
  for (let step = 0; step < 60; step++) {
    if (f1 > f2) {
      ;[b, x2, f2] = [x2, x1, f1]
      x1 = b - GOLDEN * (b - a)
      f1 = f(x1)
    } else {
      ;[a, x1, f1] = [x1, x2, f2]
      x2 = a + GOLDEN * (b - a)
      f2 = f(x2)
    }
  }
  return 0.5 * (a + b)
}

const GRID = 96

/** Theta of the highest profile likelihood: a coarse grid, then golden section around its best node. */
function bestTheta(excesses: Float64Array): number {
  const average = mean(excesses)
  const largest = excesses[excesses.length - 1] ?? Number.NaN
  const low = lowestTheta(excesses, largest)
  // Positive thetas on a scale that is linear near zero and logarithmic far out; shapes up to about 5 are reached.
  const theta = (t: number) => (t < 0 ? -t * low : Math.expm1(t) / average)
  const step = 6 / GRID
  let best = 0
  let highest = Number.NEGATIVE_INFINITY
  for (let i = -GRID; i <= 2 * GRID; i++) {
    const t = i < 0 ? i / GRID : i * step
    const value = profile(theta(t), excesses)
    if (value > highest) [best, highest] = [t, value]
  }
  const left = best <= 0 ? Math.max(-1, best - 1 / GRID) : best - step
  return theta(peak((t) => profile(theta(t), excesses), left, best + step))
}

/**
 * Fits the tail of `losses` above `threshold` (strictly) by maximum likelihood. Deterministic.
 * @throws DomainError for fewer than 10 excesses or an unusable sample.
 */
export function fitPeaksOverThreshold(losses: ArrayLike<number>, threshold: number): FittedTail {
  const ascending = ascendingLosses(losses)
  const excesses = ascending.filter((loss) => loss > threshold).map((loss) => loss - threshold)
  const exceedances = excesses.length
  if (exceedances < MIN_EXCESSES)
    throw new DomainError('the number of losses above the threshold', exceedances, `at least ${MIN_EXCESSES}`)
  const theta = bestTheta(excesses)
  const shape = shapeAt(theta, excesses)
  const scale = theta === 0 ? mean(excesses) : shape / theta
  return {
    threshold,
    count: ascending.length,
    exceedances,
    shape,
    scale,
    logLikelihood: exceedances * profile(theta, excesses),
    shapeError: shape > LOWEST_SHAPE ? (1 + shape) / Math.sqrt(exceedances) : Number.NaN,
    scaleError: shape > LOWEST_SHAPE ? scale * Math.sqrt((2 * (1 + shape)) / exceedances) : Number.NaN,
  }
}

/** (x^-xi - 1) / xi without loss of digits near xi = 0, where it is -ln x. */
function excessOverScale(x: number, shape: number): number {
  const logarithm = -Math.log(x)
  return shape === 0 ? logarithm : Math.expm1(shape * logarithm) / shape
}

/**
 * VaR = u + beta / xi * ((n / n_u * (1 - level))^-xi - 1).
 * @throws DomainError for a level below that of the threshold, where the tail says nothing, or bad parameters.
 */
export function peaksOverThresholdValueAtRisk(tail: GeneralisedParetoTail, level: number): number {
  requireLevel(level)
  const { threshold, count, exceedances, shape, scale } = tail
  if (!(scale > 0)) throw new DomainError('scale', scale, 'above 0')
  if (!(exceedances > 0 && exceedances <= count))
    throw new DomainError('exceedances', exceedances, `between 1 and the count of losses, ${count}`)
  const share = (count / exceedances) * (1 - level)
  if (share > 1 + 1e-9)
    throw new DomainError('level', level, `at least that of the threshold, ${1 - exceedances / count}`)
  return threshold + scale * excessOverScale(share, shape)
}

/** ES = (VaR + beta - xi u) / (1 - xi). Throws DomainError as the VaR does, also unless xi < 1 (infinite mean). */
export function peaksOverThresholdExpectedShortfall(tail: GeneralisedParetoTail, level: number): number {
  if (!(tail.shape < 1)) throw new DomainError('shape', tail.shape, 'below 1, else the mean of the tail is infinite')
  const valueAtRisk = peaksOverThresholdValueAtRisk(tail, level)
  return (valueAtRisk + tail.scale - tail.shape * tail.threshold) / (1 - tail.shape)
}
