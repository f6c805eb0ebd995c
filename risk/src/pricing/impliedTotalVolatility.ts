/**
 * The inverse of the normalised Black formula by s, to machine precision in two steps.
 *
 * Source: P. Jaeckel (2015), "Let's Be Rational", Wilmott 75. b as a function of s is cut at its inflection point
 * s_c = sqrt(2 |x|) and where the tangent there meets 0 and the largest value. On each of the four pieces a rational cubic
 * guesses s, and two Householder steps of third order on an objective that is nearly linear in s finish.
 */
import { normalCdf, normalQuantile } from '../math/normal.ts'
import { millsRatio, normalisedBlack, normalisedComplement, normalisedVega } from './normalisedBlack.ts'
import { controlForLeftCurvature, controlForRightCurvature, rationalCubic } from './rationalCubic.ts'

const STEPS = 2
const SQRT_3 = Math.sqrt(3)
const SQRT_HALF_PI = 1.2533141373155003
const INV_SQRT_2PI = 0.3989422804014327

/** Householder's step of third order from value over slope and the second and third derivative over the slope. */
function householder(newton: number, second: number, third: number): number {
  return (newton * (1 + 0.5 * second * newton)) / (1 + newton * (second + (third * newton) / 6))
}

/** b''/b' and b'''/b' by s. */
function curvatures(x: number, s: number): { second: number; third: number } {
  const a = x / s
  const second = (a * a) / s - 0.25 * s
  return { second, third: second * second - (3 * a * a) / (s * s) - 0.25 }
}

/** Solves 1/ln b(s) = 1/ln b: for small b. */
function refineLow(x: number, b: number, guess: number): number {
  const target = Math.log(b)
  let s = guess
  for (let step = 0; step < STEPS; step += 1) {
    const value = normalisedBlack(x, s)
    const log = Math.log(value)
    const slope = normalisedVega(x, s) / value
    const { second, third } = curvatures(x, s)
    const lean = slope * (1 + 2 / log)
    const bend = 2 * slope * slope * (1 + (3 / log) * (1 + 1 / log)) - 3 * second * lean
    s += householder(((target - log) * log) / (target * slope), second - lean, third + bend)
  }
  return s
}

/** Solves b(s) = b: around the inflection point. */
function refineMiddle(x: number, b: number, guess: number): number {
  let s = guess
  for (let step = 0; step < STEPS; step += 1) {
    const { second, third } = curvatures(x, s)
    s += householder((b - normalisedBlack(x, s)) / normalisedVega(x, s), second, third)
  }
  return s
}

/** Solves ln(b_max - b(s)) = ln(complement): for b close to its largest value. */
function refineHigh(x: number, complement: number, guess: number): number {
  let s = guess
  for (let step = 0; step < STEPS; step += 1) {
    const value = normalisedComplement(x, s)
    const slope = normalisedVega(x, s) / value
    const { second, third } = curvatures(x, s)
    const newton = Math.log(value / complement) / slope
    s += householder(newton, second + slope, third + slope * (2 * slope + 3 * second))
  }
  return s
}

/** Guess below the tangent's zero (s, b): interpolates f(b) = 2 pi |x| / (3 sqrt 3) N(x / (sqrt 3 s))^3, which is b as b -> 0. */
function guessLowest(x: number, b: number, s: number, bound: number): number {
  const scale = (-2 * Math.PI * x) / (3 * SQRT_3)
  const z = -x / (SQRT_3 * s)
  const mills = millsRatio(z)
  const cdf = normalCdf(-z)
  const slopeRight = z * z * mills * mills * Math.exp(0.125 * s * s)
  const relativeCurvature = (2 * (z / mills - 1 - z * z)) / s + 0.25 * s
  const segment = { width: bound, left: 0, right: scale * cdf * cdf * cdf, slopeLeft: 1, slopeRight }
  const control = controlForRightCurvature(segment, (slopeRight * relativeCurvature) / normalisedVega(x, s))
  const f = rationalCubic(segment, control, b / bound, 1 - b / bound)
  return x / (SQRT_3 * normalQuantile(Math.cbrt(f / scale)))
}

/** Guess above the point where the tangent meets the largest value: interpolates f(b) = N(-s/2). */
function guessHighest(x: number, complement: number, s: number, width: number): number {
  const a = x / s
  const slopeLeft = -0.5 * Math.exp(0.5 * a * a)
  const curvature = ((SQRT_HALF_PI * a * a) / s) * Math.exp(a * a + 0.125 * s * s)
  const segment = { width, left: normalCdf(-0.5 * s), right: 0, slopeLeft, slopeRight: -0.5 }
  const control = controlForLeftCurvature(segment, curvature)
  return -2 * normalQuantile(rationalCubic(segment, control, 1 - complement / width, complement / width))
}

/** Below the inflection point (s, centre). */
function solveBelow(x: number, b: number, s: number, centre: number, slope: number): number {
  const low = s - centre / slope
  const bound = normalisedBlack(x, low)
  if (b < bound) return refineLow(x, b, guessLowest(x, b, low, bound))
  const width = centre - bound
  const segment = { width, left: low, right: s, slopeLeft: 1 / normalisedVega(x, low), slopeRight: 1 / slope }
  const control = controlForRightCurvature(segment, 0)
  return refineMiddle(x, b, rationalCubic(segment, control, (b - bound) / width, (centre - b) / width))
}

/** Above the inflection point (s, centre). */
function solveAbove(x: number, b: number, complement: number, s: number, centre: number, slope: number): number {
  const largest = Math.exp(0.5 * x)
  const high = s + (largest - centre) / slope
  const left = normalisedComplement(x, high)
  if (complement < left) {
    const guess = guessHighest(x, complement, high, left)
    return complement < 0.5 * largest ? refineHigh(x, complement, guess) : refineMiddle(x, b, guess)
  }
  const width = largest - left - centre
  const segment = { width, left: s, right: high, slopeLeft: 1 / slope, slopeRight: 1 / normalisedVega(x, high) }
  const control = controlForLeftCurvature(segment, 0)
  return refineMiddle(x, b, rationalCubic(segment, control, (b - centre) / width, (complement - left) / width))
}

/**
 * The s = volatility * sqrt(years) with normalisedBlack(x, s) = b.
 *
 * @param x ln(F/K) of an out-of-the-money call, <= 0.
 * @param b its value over sqrt(F K), strictly between 0 and exp(x/2).
 * @param complement exp(x/2) - b, given apart since it carries the information where b is close to exp(x/2).
 */
export function impliedTotalVolatility(x: number, b: number, complement: number): number {
  const s = Math.sqrt(-2 * x)
  const centre = s === 0 ? 0 : normalisedBlack(x, s)
  const slope = s === 0 ? INV_SQRT_2PI : normalisedVega(x, s)
  return b < centre ? solveBelow(x, b, s, centre, slope) : solveAbove(x, b, complement, s, centre, slope)
}
