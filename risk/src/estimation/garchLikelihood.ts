import {
  firstVariance,
  type GarchParameters,
  meanSquaredResidual,
  type Presample,
  requireGarch,
} from './garchFilter.ts'
import { requireSeries } from './series.ts'

const LOG_TWO_PI = Math.log(2 * Math.PI)

/** Order of the parameters in every vector and matrix of derivatives. */
export const GARCH_ORDER = ['omega', 'alpha', 'beta', 'mean'] as const

/**
 * Gaussian log likelihood of the returns: -1/2 sum (ln 2 pi + ln h_t + e_t^2 / h_t). Throws DomainError for a series or
 * parameters without a likelihood.
 */
export function garchLogLikelihood(
  returns: ArrayLike<number>,
  parameters: GarchParameters,
  presample: Presample = 'mean-square',
): number {
  requireSeries('returns', returns, 1)
  requireGarch(parameters)
  const { mean, omega, alpha, beta } = parameters
  let variance = firstVariance(parameters, presample, meanSquaredResidual(returns, mean))
  let sum = returns.length * LOG_TWO_PI
  for (let t = 0; t < returns.length; t++) {
    const square = ((returns[t] ?? 0) - mean) ** 2
    sum += Math.log(variance) + square / variance
    variance = omega + alpha * square + beta * variance
  }
  return -sum / 2
}

/** Derivatives of h_1 in GARCH_ORDER. A mean squared residual moves with the mean, too. */
function firstVarianceSlopes(
  { alpha, beta }: GarchParameters,
  presample: Presample,
  meanSquare: number,
  meanSquareSlope: number,
): [number, number, number, number] {
  if (presample === 'first-variance') return [0, 0, 0, meanSquareSlope]
  if (presample === 'mean-square') return [1, meanSquare, meanSquare, (alpha + beta) * meanSquareSlope]
  return [1, presample.squaredResidual, presample.variance, 0]
}

/**
 * Scores: the derivatives of each return's log likelihood by omega, alpha, beta and mean, into `scores[4 t + j]`.
 *
 * Source: Fiorentini, Calzolari & Panattoni (1996), "Analytic derivatives and the computation of GARCH estimates".
 */
export function garchScores(
  returns: ArrayLike<number>,
  parameters: GarchParameters,
  presample: Presample,
  scores: Float64Array,
): void {
  const { mean, omega, alpha, beta } = parameters
  const count = returns.length
  const meanSquare = meanSquaredResidual(returns, mean)
  let meanResidual = 0
  for (let t = 0; t < count; t++) meanResidual += ((returns[t] ?? 0) - mean) / count
  let variance = firstVariance(parameters, presample, meanSquare)
  let [dOmega, dAlpha, dBeta, dMean] = firstVarianceSlopes(parameters, presample, meanSquare, -2 * meanResidual)
  for (let t = 0; t < count; t++) {
    const residual = (returns[t] ?? 0) - mean
    const square = residual * residual
    const weight = (square / variance - 1) / (2 * variance)
    scores[4 * t] = weight * dOmega
    scores[4 * t + 1] = weight * dAlpha
    scores[4 * t + 2] = weight * dBeta
    scores[4 * t + 3] = weight * dMean + residual / variance
    dOmega = 1 + beta * dOmega
    dAlpha = square + beta * dAlpha
    dBeta = variance + beta * dBeta
    dMean = -2 * alpha * residual + beta * dMean
    variance = omega + alpha * square + beta * variance
  }
}
