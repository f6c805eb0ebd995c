/**
 * The error function and the normal distribution in double precision, accurate relatively in both tails.
 *
 * Sources: W. J. Cody (1969), "Rational Chebyshev Approximations for the Error Function", Math. Comp. 23, for the
 * coefficients; M. J. Wichura (1988), "Algorithm AS 241: The Percentage Points of the Normal Distribution", Appl. Stat. 37.
 */
import { DomainError } from '../errors.ts'

const INV_SQRT_PI = 0.5641895835477563
const INV_SQRT_2PI = 0.3989422804014327
const SQRT_2 = Math.SQRT2
/** Below this |x| erf(x) itself is approximated; above it erfcx(x). Cody's first boundary. */
const ERF_LIMIT = 0.46875
/** The same boundary as an argument of the normal distribution. */
const CDF_LIMIT = ERF_LIMIT * SQRT_2

/** exp(-x^2). x^2 alone would lose x^2 ulps, so x is split into h, a multiple of 1/16 whose square is exact, and a rest. */
function expMinusSquare(x: number): number {
  const h = Math.trunc(x * 16) / 16
  return Math.exp(-h * h) * Math.exp((h - x) * (h + x))
}

/** exp(-x^2 / 2), split in the same way. */
function expMinusHalfSquare(x: number): number {
  const h = Math.trunc(x * 16) / 16
  return Math.exp(-0.5 * h * h) * Math.exp(0.5 * (h - x) * (h + x))
}

/** erf(x) for |x| <= 0.46875. */
function erfNearZero(x: number): number {
  const z = x * x
  const p =
    (((0.18577770618460315 * z + 3.1611237438705655) * z + 113.86415415105016) * z + 377.485237685302) * z +
    3209.3775891384694
  const q = (((z + 23.601290952344122) * z + 244.02463793444417) * z + 1282.6165260773723) * z + 2844.2368334391704
  return (x * p) / q
}

/** erfcx(x) for 0.46875 <= x <= 4. */
function erfcxMiddle(x: number): number {
  const p =
    (((((((2.1531153547440383e-8 * x + 0.5641884969886701) * x + 8.883149794388377) * x + 66.11919063714163) * x +
      298.6351381974001) *
      x +
      881.952221241769) *
      x +
      1712.0476126340707) *
      x +
      2051.0783778260716) *
      x +
    1230.3393547979972
  const q =
    (((((((x + 15.744926110709835) * x + 117.6939508913125) * x + 537.1811018620099) * x + 1621.3895745666903) * x +
      3290.7992357334597) *
      x +
      4362.619090143247) *
      x +
      3439.3676741437216) *
      x +
    1230.3393548037495
  return p / q
}

/** erfcx(x) for x >= 4. */
function erfcxFar(x: number): number {
  const z = 1 / (x * x)
  const p =
    ((((0.016315387137302097 * z + 0.30532663496123236) * z + 0.36034489994980445) * z + 0.12578172611122926) * z +
      0.016083785148742275) *
      z +
    0.0006587491615298378
  const q =
    ((((z + 2.568520192289822) * z + 1.8729528499234673) * z + 0.5279051029514285) * z + 0.06051834131244132) * z +
    0.0023352049762686918
  return (INV_SQRT_PI - (z * p) / q) / x
}

/** erfcx(x) for x >= 0.46875. */
function erfcxTail(x: number): number {
  return x <= 4 ? erfcxMiddle(x) : erfcxFar(x)
}

/** The error function 2/sqrt(pi) * integral of exp(-t^2) over [0, x]. */
export function erf(x: number): number {
  const y = Math.abs(x)
  if (!(y > ERF_LIMIT)) return erfNearZero(x)
  if (y > 6) return Math.sign(x)
  const tail = expMinusSquare(y) * erfcxTail(y)
  return x > 0 ? 1 - tail : tail - 1
}

/** The complementary error function 1 - erf(x), with a relative error of about 1e-15 as long as the result is a normal double. */
export function erfc(x: number): number {
  const y = Math.abs(x)
  if (!(y > ERF_LIMIT)) return 1 - erfNearZero(x)
  if (y > 28) return x > 0 ? 0 : 2
  const tail = expMinusSquare(y) * erfcxTail(y)
  return x > 0 ? tail : 2 - tail
}

/** The scaled complementary error function exp(x^2) * erfc(x): neither underflows nor cancels for large x. */
export function erfcx(x: number): number {
  if (x > ERF_LIMIT) return erfcxTail(x)
  if (x >= -ERF_LIMIT) return Math.exp(x * x) * (1 - erfNearZero(x))
  return x < -27 ? Infinity : 2 / expMinusSquare(x) - erfcxTail(-x)
}

/** Density of the standard normal distribution. */
export function normalPdf(x: number): number {
  return Math.abs(x) > 39 ? 0 : INV_SQRT_2PI * expMinusHalfSquare(x)
}

/** Probability that a standard normal variable is at most x, with a relative error of about 1e-15 in both tails. */
export function normalCdf(x: number): number {
  const y = Math.abs(x)
  if (!(y > CDF_LIMIT)) return 0.5 + 0.5 * erfNearZero(x / SQRT_2)
  if (y > 39) return x > 0 ? 1 : 0
  const tail = 0.5 * expMinusHalfSquare(y) * erfcxTail(y / SQRT_2)
  return x > 0 ? 1 - tail : tail
}

/** Quantile for |p - 1/2| <= 0.425, given q = p - 1/2. */
function quantileCentral(q: number): number {
  const r = 0.180625 - q * q
  const a =
    ((((((2509.0809287301227 * r + 33430.57558358813) * r + 67265.7709270087) * r + 45921.95393154987) * r +
      13731.69376550946) *
      r +
      1971.5909503065513) *
      r +
      133.14166789178438) *
      r +
    3.3871328727963665
  const b =
    ((((((5226.495278852854 * r + 28729.085735721943) * r + 39307.89580009271) * r + 21213.794301586597) * r +
      5394.196021424751) *
      r +
      687.1870074920579) *
      r +
      42.31333070160091) *
      r +
    1
  return (q * a) / b
}

/** Distance of the quantile of the tail probability p from zero, where r = sqrt(-ln p) <= 5. */
function quantileTail(r: number): number {
  const t = r - 1.6
  const c =
    ((((((0.0007745450142783414 * t + 0.022723844989269184) * t + 0.2417807251774506) * t + 1.2704582524523684) * t +
      3.6478483247632045) *
      t +
      5.769497221460691) *
      t +
      4.630337846156546) *
      t +
    1.4234371107496835
  const d =
    ((((((1.0507500716444169e-9 * t + 0.0005475938084995345) * t + 0.015198666563616457) * t + 0.14810397642748008) *
      t +
      0.6897673349851) *
      t +
      1.6763848301838038) *
      t +
      2.053191626637759) *
      t +
    1
  return c / d
}

/** The same, where r > 5. */
function quantileFarTail(r: number): number {
  const t = r - 5
  const e =
    ((((((2.0103343992922881e-7 * t + 2.7115555687434876e-5) * t + 0.0012426609473880784) * t + 0.026532189526576124) *
      t +
      0.29656057182850487) *
      t +
      1.7848265399172913) *
      t +
      5.463784911164114) *
      t +
    6.657904643501103
  const f =
    ((((((2.0442631033899397e-15 * t + 1.421511758316446e-7) * t + 1.8463183175100548e-5) * t + 0.0007868691311456133) *
      t +
      0.014875361290850615) *
      t +
      0.1369298809227358) *
      t +
      0.599832206555888) *
      t +
    1
  return e / f
}

/** One step of Halley's method on cdf(x) = p, for a tail x < 0. */
function polish(x: number, p: number): number {
  const error = (normalCdf(x) - p) / normalPdf(x)
  return x - error / (1 + 0.5 * x * error)
}

/**
 * The x with normalCdf(x) = p, to about 1e-15 relative. 0 and 1 give -Infinity and Infinity.
 * @throws DomainError unless 0 <= p <= 1.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new DomainError('p', p, 'a probability between 0 and 1')
  const q = p - 0.5
  if (Math.abs(q) <= 0.425) return quantileCentral(q)
  if (p === 0 || p === 1) return q * Infinity
  const tail = q < 0 ? p : 1 - p
  const r = Math.sqrt(-Math.log(tail))
  const x = -(r <= 5 ? quantileTail(r) : quantileFarTail(r))
  const polished = tail > 1e-300 ? polish(x, tail) : x
  return q < 0 ? polished : -polished
}
