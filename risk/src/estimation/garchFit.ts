import { inverse, Matrix } from 'ml-matrix'
import { DomainError } from '../errors.ts'
import { largest } from '../math/bounds.ts'
import { nelderMead } from '../math/minimise.ts'
import { type GarchParameters, garchVariances, type Presample } from './garchFilter.ts'
import { GARCH_ORDER, garchLogLikelihood, garchScores } from './garchLikelihood.ts'
import { mean as average, requireSeries, sampleVariance } from './series.ts'

/** What is estimated, and what stands before the first return. */
export type GarchFitOptions = {
  /** Whether the mean is estimated or held at zero. @default 'constant' */
  mean?: 'constant' | 'zero'
  /** @default 'mean-square' */
  presample?: Presample
}

/** Standard errors in the units of the parameters; that of a mean held at zero is 0. */
export type GarchStandardErrors = {
  /** From the inverse Hessian: right when the shocks are normal. */
  hessian: GarchParameters
  /** H^-1 (sum of score products) H^-1: right whatever the shocks' distribution (Bollerslev & Wooldridge 1992). */
  robust: GarchParameters
}

/** A fitted GARCH(1,1) with what is known about its accuracy. */
export type GarchFit = {
  parameters: GarchParameters
  /** Undefined where the theory fails: an estimate on the edge of its range, or a singular Hessian. */
  standardErrors: GarchStandardErrors | undefined
  logLikelihood: number
  /** h_1 .. h_{n+1}; the last is the forecast of the next period. */
  variances: Float64Array
  converged: boolean
}

const EDGE = 1e-6
const STARTS = [
  [0.05, 0.9],
  [0.1, 0.85],
  [0.15, 0.8],
  [0.03, 0.96],
  [0.2, 0.5],
] as const

/** The problem in units of the returns' own deviation, on vectors [omega, alpha, beta, mean?]. */
type Problem = { returns: Float64Array; presample: Presample; free: 3 | 4 }

function parametersOf(x: ArrayLike<number>): GarchParameters {
  return { omega: x[0] ?? 0, alpha: x[1] ?? 0, beta: x[2] ?? 0, mean: x[3] ?? 0 }
}

function negativeLikelihood({ returns, presample }: Problem, x: Float64Array): number {
  const parameters = parametersOf(x)
  const admissible = parameters.omega > 0 && parameters.alpha + parameters.beta < 1
  return admissible ? -garchLogLikelihood(returns, parameters, presample) : Number.POSITIVE_INFINITY
}

function gradient({ returns, presample, free }: Problem, x: Float64Array, scores: Float64Array): Float64Array {
  garchScores(returns, parametersOf(x), presample, scores)
  const sum = new Float64Array(free)
  for (let t = 0; t < returns.length; t++)
    for (let j = 0; j < free; j++) sum[j] = (sum[j] ?? 0) - (scores[4 * t + j] ?? 0)
  return sum
}

/** Hessian of the negative log likelihood: central differences of the analytic gradient, made symmetric. */
function hessian(problem: Problem, x: Float64Array, scores: Float64Array): Matrix {
  const { free } = problem
  const result = Matrix.zeros(free, free)
  for (let j = 0; j < free; j++) {
    const width = 1e-5 * Math.max(Math.abs(x[j] ?? 0), 1e-3)
    const slopes = [1, -1].map((side) => {
      const shifted = x.slice()
      shifted[j] = (x[j] ?? 0) + side * width
      return gradient(problem, shifted, scores)
    })
    for (let i = 0; i < free; i++) result.set(i, j, ((slopes[0]?.[i] ?? 0) - (slopes[1]?.[i] ?? 0)) / (2 * width))
  }
  return result.add(result.transpose()).mul(0.5)
}

function onEdge([omega = 0, alpha = 0, beta = 0]: Float64Array): boolean {
  return Math.min(omega, alpha, beta) < EDGE || alpha + beta > 1 - EDGE
}

/** Newton steps from where the simplex stopped, while they flatten the gradient: the last digits. */
function polish(problem: Problem, start: Float64Array, scores: Float64Array): Float64Array {
  let x = start
  let slope = gradient(problem, x, scores)
  for (let iteration = 0; iteration < 10 && !onEdge(x); iteration++) {
    const step = inverse(hessian(problem, x, scores), true)
      .mmul(Matrix.columnVector(slope))
      .to1DArray()
    const next = x.map((coordinate, j) => coordinate - (step[j] ?? 0))
    if (onEdge(next)) return x
    const nextSlope = gradient(problem, next, scores)
    if (!(largest(nextSlope) < largest(slope))) return x
    x = next
    slope = nextSlope
  }
  return x
}

function minimise(problem: Problem, firstMean: number): { x: Float64Array; converged: boolean } {
  const { free, returns } = problem
  const starts = STARTS.map(([alpha, beta]) =>
    Float64Array.from([1 - alpha - beta, alpha, beta, firstMean].slice(0, free)),
  )
  const values = starts.map((x) => negativeLikelihood(problem, x))
  const best = starts[values.indexOf(Math.min(...values))] ?? Float64Array.of()
  const { x, converged } = nelderMead((point) => negativeLikelihood(problem, point), best, {
    lower: [1e-9, 0, 0, -10],
    upper: [10, 1, 1, 10],
    step: [0.02, 0.02, 0.02, 0.02],
  })
  return { x: polish(problem, x, new Float64Array(4 * returns.length)), converged }
}

/** Factors from the problem's units back to those of the returns. */
function unitsOf(scale: number): GarchParameters {
  return { omega: scale ** 2, alpha: 1, beta: 1, mean: scale }
}

function standardErrors(problem: Problem, x: Float64Array, scale: number): GarchStandardErrors | undefined {
  if (onEdge(x)) return undefined
  const { returns, presample, free } = problem
  const scores = new Float64Array(4 * returns.length)
  const covariance = inverse(hessian(problem, x, scores), true)
  garchScores(returns, parametersOf(x), presample, scores)
  const outer = Matrix.zeros(free, free)
  for (let t = 0; t < returns.length; t++)
    for (let i = 0; i < free; i++)
      for (let j = 0; j < free; j++)
        outer.set(i, j, outer.get(i, j) + (scores[4 * t + i] ?? 0) * (scores[4 * t + j] ?? 0))
  const units = unitsOf(scale)
  const errorsOf = (matrix: Matrix) => {
    const errors = parametersOf(matrix.diagonal().map(Math.sqrt))
    for (const name of GARCH_ORDER) errors[name] *= units[name]
    return errors
  }
  const result = { hessian: errorsOf(covariance), robust: errorsOf(covariance.mmul(outer).mmul(covariance)) }
  const sound = [result.hessian, result.robust].every((errors) => Object.values(errors).every(Number.isFinite))
  return sound ? result : undefined
}

function scaledPresample(presample: Presample, scale: number): Presample {
  if (typeof presample === 'string') return presample
  const { squaredResidual, variance } = presample
  return { squaredResidual: squaredResidual / scale ** 2, variance: variance / scale ** 2 }
}

/**
 * Fits a GARCH(1,1) by Gaussian (quasi) maximum likelihood. Units: mean as the returns, omega in their square, per
 * period. Deterministic. Needs 20 returns that are not all equal; throws DomainError otherwise.
 *
 * Sources: Bollerslev (1986), "Generalized autoregressive conditional heteroskedasticity"; Bollerslev & Wooldridge
 * (1992), "Quasi-maximum likelihood estimation and inference in dynamic models with time-varying covariances". Checked
 * against the benchmark of Fiorentini, Calzolari & Panattoni (1996) on the data of Bollerslev & Ghysels (1996).
 */
export function fitGarch(returns: ArrayLike<number>, options: GarchFitOptions = {}): GarchFit {
  const { mean = 'constant', presample = 'mean-square' } = options
  requireSeries('returns', returns, 20)
  const scale = Math.sqrt(sampleVariance(returns))
  if (!(scale > 1e-12 * largest(Float64Array.from(returns))))
    throw new DomainError('the deviation of the returns', scale, 'positive: they are all equal')
  const problem: Problem = {
    returns: Float64Array.from(returns, (value) => value / scale),
    presample: scaledPresample(presample, scale),
    free: mean === 'zero' ? 3 : 4,
  }
  const { x, converged } = minimise(problem, average(problem.returns))
  const parameters = parametersOf(x)
  for (const name of GARCH_ORDER) parameters[name] *= unitsOf(scale)[name]
  return {
    parameters,
    standardErrors: standardErrors(problem, x, scale),
    logLikelihood: garchLogLikelihood(returns, parameters, presample),
    variances: garchVariances(returns, parameters, presample),
    converged,
  }
}
