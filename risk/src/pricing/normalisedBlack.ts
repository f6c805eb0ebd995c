/**
 * Black's formula in two variables: b(x, s) = exp(x/2) N(x/s + s/2) - exp(-x/2) N(x/s - s/2), the undiscounted value of
 * an out-of-the-money call over sqrt(F K), where x = ln(F/K) <= 0 and s = volatility * sqrt(years).
 *
 * Source: P. Jaeckel (2015), "Let's Be Rational", Wilmott 75, sections 3 and 6. With a = -x/s, t = s/2 and Mills' ratio
 * M(y) = N(-y)/n(y) it reads b = n(a) exp(-t^2/2) (M(a - t) - M(a + t)); where that difference cancels, series in t or
 * in 1/a take its place, so that b keeps its relative accuracy however small it is.
 */
import { erfcx, normalCdf } from '../math/normal.ts'

const INV_SQRT_2PI = 0.3989422804014327
const SQRT_HALF_PI = 1.2533141373155003
/** Above this distance a - t Mills' ratio is its asymptotic series. */
const ASYMPTOTIC_FROM = 10
/** Below this t the difference of Mills' ratios is its Taylor series in t; its terms beyond t^13 are under 1e-17. */
const TAYLOR_BELOW = 0.21
/** Above this t - a Black's formula does not cancel as it stands. */
const PLAIN_FROM = 0.85

/** Mills' ratio N(-y) / n(y) of the normal distribution. */
export function millsRatio(y: number): number {
  return SQRT_HALF_PI * erfcx(y * Math.SQRT1_2)
}

/** 1 - y M(y) for 1 <= y <= 10.5, where the difference would cancel: rational minimax fit, relative error 4e-17. */
function millsDefect(y: number): number {
  const p =
    ((((((3.468832177754329e-5 * y + 0.0007000108585269347) * y + 0.007090231294820237) * y + 0.04527339910018707) * y +
      0.19513726700103942) *
      y +
      0.5690234359134743) *
      y +
      1.0536615202547595) *
      y +
    1.0000000043110424
  const q =
    ((((((((3.4688322712171714e-5 * y + 0.000700010766613977) * y + 0.0071943005250189075) * y + 0.047373307367544935) *
      y +
      0.21620238543482032) *
      y +
      0.7006042347386683) *
      y +
      1.5984588473772294) *
      y +
      2.460388514895336) *
      y +
      2.3069756976035682) *
      y +
    1
  return p / q
}

/** (M(a - t) - M(a + t)) by Taylor's series around a: D0 = M, D1 = 1 - a M, D(n+1) = n D(n-1) - a D(n) are (-1)^n times M's derivatives. */
function millsDifferenceTaylor(a: number, t: number): number {
  const fitted = a >= 1
  const ratio = fitted ? 0 : millsRatio(a)
  let odd = fitted ? millsDefect(a) : 1 - a * ratio
  let even = fitted ? (1 - odd) / a : ratio
  const square = t * t
  let power = t
  let sum = t * odd
  for (let n = 1; n < 13; n += 2) {
    even = n * even - a * odd
    odd = (n + 1) * odd - a * even
    power *= square / ((n + 1) * (n + 2))
    sum += power * odd
  }
  return 2 * sum
}

/** The same by Mills' asymptotic series 1/y - 1/y^3 + 3/y^5 - ..., differenced term by term without cancellation. */
function millsDifferenceAsymptotic(a: number, t: number): number {
  const far = a + t
  const near = a - t
  const inverseNear = 1 / (near * near)
  const inverseFar = 1 / (far * far)
  let tail = (2 * a * inverseFar) / far
  let difference = 1 / (near * far) // (1/near - 1/far) / (far - near), then the same of higher odd powers
  let factor = 1
  let sum = difference
  for (let k = 1; k < 40; k += 1) {
    difference = (difference + tail) * inverseNear
    tail *= inverseFar
    factor *= 1 - 2 * k
    const term = factor * difference
    sum += term
    if (Math.abs(term) < 1e-17 * sum) break
  }
  return 2 * t * sum
}

/** db/ds, the normalised vega: n(x/s) exp(-s^2/8). */
export function normalisedVega(x: number, s: number): number {
  const a = x / s
  return INV_SQRT_2PI * Math.exp(-0.5 * (a * a + 0.25 * s * s))
}

/** b(x, s) for x <= 0 and s > 0, with nearly full relative accuracy (1e-14 at worst, where x/s and s/2 are both large). */
export function normalisedBlack(x: number, s: number): number {
  const a = -x / s
  const t = 0.5 * s
  if (t - a > PLAIN_FROM) return Math.exp(0.5 * x) * normalCdf(t - a) - Math.exp(-0.5 * x) * normalCdf(-t - a)
  const difference =
    a - t >= ASYMPTOTIC_FROM
      ? millsDifferenceAsymptotic(a, t)
      : t < TAYLOR_BELOW
        ? millsDifferenceTaylor(a, t)
        : millsRatio(a - t) - millsRatio(a + t)
  return normalisedVega(x, s) * difference
}

/** exp(x/2) - b(x, s), what is missing to the largest possible value, without the cancellation of that difference. */
export function normalisedComplement(x: number, s: number): number {
  const a = -x / s
  const t = 0.5 * s
  return normalisedVega(x, s) * (millsRatio(t - a) + millsRatio(t + a))
}
