/**
 * The moments that a Cornish-Fisher distribution really has, and the parameters that give it wanted ones: the skewness and
 * kurtosis that go into the expansion are not those that come out, the less so the further they are from normal.
 *
 * Source: D. Maillard (2012), "A User's Guide to the Cornish Fisher Expansion".
 */
import {
  CornishFisherDomainError,
  type CornishFisherParameters,
  cornishFisherCoefficients,
  isInCornishFisherDomain,
} from './cornishFisher.ts'

/** Product of two polynomials given by their coefficients, constant first. */
function product(a: readonly number[], b: readonly number[]): number[] {
  const result = new Array<number>(a.length + b.length - 1).fill(0)
  for (const [i, x] of a.entries()) for (const [j, y] of b.entries()) result[i + j] = (result[i + j] ?? 0) + x * y
  return result
}

/** Mean of a polynomial of a standard normal variable: E z^(2k) = (2k - 1)!!, odd powers vanish. */
function normalMean(polynomial: readonly number[]): number {
  let moment = 1
  let sum = 0
  for (const [power, coefficient] of polynomial.entries()) {
    if (power % 2 === 1) continue
    if (power > 0) moment *= power - 1
    sum += coefficient * moment
  }
  return sum
}

/** Variance, skewness and excess kurtosis of w(Z), whose mean is 0, for parameters of the expansion. */
export function cornishFisherMoments(skewness: number, excessKurtosis: number) {
  const w = cornishFisherCoefficients(skewness, excessKurtosis)
  const square = product(w, w)
  const variance = normalMean(square)
  return {
    variance,
    skewness: normalMean(product(square, w)) / variance ** 1.5,
    excessKurtosis: normalMean(product(square, square)) / (variance * variance) - 3,
  }
}

const MAX_STEPS = 60
const DIFFERENCE = 1e-6

/** One Newton step towards parameters with the wanted moments. */
function newtonStep(s: number, k: number, wanted: { skewness: number; excessKurtosis: number }): [number, number] {
  const here = cornishFisherMoments(s, k)
  const bySkewness = cornishFisherMoments(s + DIFFERENCE, k)
  const byKurtosis = cornishFisherMoments(s, k + DIFFERENCE)
  const a = (bySkewness.skewness - here.skewness) / DIFFERENCE
  const b = (byKurtosis.skewness - here.skewness) / DIFFERENCE
  const c = (bySkewness.excessKurtosis - here.excessKurtosis) / DIFFERENCE
  const d = (byKurtosis.excessKurtosis - here.excessKurtosis) / DIFFERENCE
  const [x, y] = [wanted.skewness - here.skewness, wanted.excessKurtosis - here.excessKurtosis]
  const determinant = a * d - b * c
  return [(d * x - b * y) / determinant, (a * y - c * x) / determinant]
}

/**
 * Parameters of a Cornish-Fisher distribution that has the mean, deviation, skewness and excess kurtosis of `sample`.
 * Reaches an excess kurtosis of about 43, where the sample's own numbers as parameters reach 8.
 * @throws CornishFisherDomainError where no monotone expansion has these moments.
 */
export function matchCornishFisher(sample: CornishFisherParameters): CornishFisherParameters {
  let [s, k] = [0, 0]
  for (let step = 0; step < MAX_STEPS; step++) {
    const [ds, dk] = newtonStep(s, k, sample)
    const damping = Math.min(1, 0.5 / Math.max(Math.abs(ds), Math.abs(dk)))
    s += damping * ds
    k += damping * dk
    if (Math.max(Math.abs(ds), Math.abs(dk)) < 1e-12) break
  }
  const reached = cornishFisherMoments(s, k)
  const isReached =
    Math.abs(reached.skewness - sample.skewness) < 1e-8 &&
    Math.abs(reached.excessKurtosis - sample.excessKurtosis) < 1e-8
  if (!isReached || !isInCornishFisherDomain(s, k))
    throw new CornishFisherDomainError(sample.skewness, sample.excessKurtosis)
  const standardDeviation = sample.standardDeviation / Math.sqrt(reached.variance)
  return { mean: sample.mean, standardDeviation, skewness: s, excessKurtosis: k }
}
