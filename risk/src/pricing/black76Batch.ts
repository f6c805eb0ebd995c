/**
 * Black-76 over columns of options.
 *
 * `black76Batch` is the fast form. It takes exp and log apart into table and polynomial and N(-y) = n(y) M(y) into one
 * exponential and a rational fit of Mills' ratio M, in loops over small blocks without branches, so that the
 * computations of neighbouring options overlap. `black76GreeksBatch` is `black76Greeks` in a loop.
 *
 * Source of the reductions: J.-M. Muller (2016), "Elementary Functions", 3rd ed., chapters 4 and 6. The fits are our own.
 */
import { type Black76Greeks, black76Greeks, isContract } from './black76.ts'
import { requireLength } from './columns.ts'

/** Columns of one length: `sign` is 1 for a call and -1 for a put, the others as in `black76Price`. */
export type OptionColumns = {
  sign: Float64Array
  forward: Float64Array
  strike: Float64Array
  expiryYears: Float64Array
  volatility: Float64Array
  discount: Float64Array
}

/** Results of `black76Batch`, as long as its options. Units as in `Black76Greeks`. */
export type ValueColumns = { value: Float64Array; delta: Float64Array; vega: Float64Array }

/** Results of `black76GreeksBatch`, as long as its options. Units as in `Black76Greeks`. */
export type GreeksColumns = ValueColumns & {
  gamma: Float64Array
  theta: Float64Array
  rho: Float64Array
  vanna: Float64Array
  volga: Float64Array
}

/** Options per block: the scratch of a block stays in the first-level cache. */
const BLOCK = 512
const INV_SQRT_2PI = 0.3989422804014327
const LN_2 = Math.LN2
const LN_2_OVER_64 = LN_2 / 64
/** Total volatility is taken as no less, so that d1 stays finite; every limit comes out right. */
const SMALLEST_S = 1e-150
/** Beyond this distance tails are 0 in double precision, whatever the fit of Mills' ratio says. */
const FARTHEST = 38
/** Forwards and strikes are compared up to this many binary orders of magnitude apart. */
const MOST_BINARY_ORDERS = 1000
/** Where the high word of a double is: 1 on little-endian machines. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

const NO_GREEKS: Black76Greeks = {
  value: NaN,
  delta: NaN,
  gamma: NaN,
  vega: NaN,
  theta: NaN,
  rho: NaN,
  vanna: NaN,
  volga: NaN,
}

/** Scratch and tables of a call. */
class Block {
  readonly rootTime = new Float64Array(BLOCK)
  readonly s = new Float64Array(BLOCK)
  readonly d1 = new Float64Array(BLOCK)
  /** n(d1). */
  readonly density = new Float64Array(BLOCK)
  /** 2^(j - 1000). */
  readonly powers = Float64Array.from({ length: 2 * MOST_BINARY_ORDERS + 1 }, (_, j) => 2 ** (j - MOST_BINARY_ORDERS))
  /** 2^(-j/64), and 2^-j. */
  readonly fractions = Float64Array.from({ length: 64 }, (_, j) => 2 ** (-j / 64))
  readonly inversePowers = Float64Array.from({ length: 1024 }, (_, j) => 2 ** -j)
}

/** Made at the first call and kept, as no call can interrupt another. */
let scratch: Block | undefined

/** Forwards and strikes as 32-bit words. */
type Words = { forward: Int32Array; strike: Int32Array }

/** The same bytes as 32-bit words. */
function wordsOf(column: Float64Array): Int32Array {
  return new Int32Array(column.buffer, column.byteOffset, 2 * column.length)
}

/**
 * d1 = ln(F/K)/s + s/2. With e the difference of the exponents, ln(F/K) = e ln 2 + 2 atanh((F - K 2^e)/(F + K 2^e)), whose
 * argument is within +-0.2; the fit of atanh has a relative error of 1e-17. A row outside the domain gets NaN, which every
 * result inherits. Returns how many do.
 */
function fillD1(options: OptionColumns, words: Words, start: number, count: number, block: Block): number {
  const { sign, forward, strike, expiryYears, volatility, discount } = options
  const { s, d1, rootTime, powers } = block
  let refused = 0
  for (let j = 0; j < count; j += 1) {
    const i = start + j
    const side = sign[i] ?? NaN
    const f = forward[i] ?? NaN
    const strikeOfRow = strike[i] ?? NaN
    const t = expiryYears[i] ?? NaN
    const vol = volatility[i] ?? NaN
    const d = discount[i] ?? NaN
    const positive = f > 0 && strikeOfRow > 0 && d > 0 && t >= 0 && vol >= 0
    const valid = positive && f + strikeOfRow + t + vol + d < Infinity && side * side === 1
    if (!valid) refused += 1
    const exponents = ((words.forward[2 * i + HIGH] ?? 0) - (words.strike[2 * i + HIGH] ?? 0) + 0x80000) >> 20
    const e = Math.max(Math.min(exponents, MOST_BINARY_ORDERS), -MOST_BINARY_ORDERS)
    const k = strikeOfRow * (powers[e + MOST_BINARY_ORDERS] ?? NaN)
    const w = (f - k) / (f + k)
    const z = w * w
    const z2 = z * z
    const low = 2.0 + 0.6666666666667584 * z + z2 * (0.399999999952224 + 0.28571429517186914 * z)
    const high = 0.22222130456872752 + 0.18186638534914787 * z + z2 * (0.15245163774292927 + 0.15403791448885612 * z)
    const root = Math.sqrt(valid ? t : NaN)
    const total = Math.max(vol * root, SMALLEST_S)
    rootTime[j] = root
    s[j] = total
    d1[j] = (e * LN_2 + w * (low + z2 * z2 * high)) / total + 0.5 * total
  }
  return refused
}

/** n(d1): exp(-y) = 2^(-n/64) exp(n ln 2 / 64 - y), the last factor by a fit of relative error 1e-18. */
function fillDensity(count: number, { d1, density, fractions, inversePowers }: Block): void {
  for (let j = 0; j < count; j += 1) {
    const d = d1[j] ?? NaN
    const y = Math.min(0.5 * d * d, 708)
    const n = (y / LN_2_OVER_64 + 0.5) | 0
    const r = n * LN_2_OVER_64 - y
    const r2 = r * r
    const p =
      1 +
      r +
      r2 * (0.4999999999993255 + 0.16666666666657032 * r + r2 * (0.04166672788170936 + 0.008333342078338286 * r))
    density[j] = INV_SQRT_2PI * p * (fractions[n & 63] ?? NaN) * (inversePowers[n >> 6] ?? NaN)
  }
}

/** Numerator of the fit of Mills' ratio N(-y) / n(y): with n(y), a tail is off by less than 1e-16. */
function millsNumerator(y: number): number {
  const z = y * y
  const high = 0.03683958250451834 + 0.004066917275466049 * y + z * 0.00020591357493199088
  return 1.2533141373155003 + 1.2645721768666545 * y + z * (0.6428384065261197 + 0.19522447652654373 * y + z * high)
}

/** Its denominator. */
function millsDenominator(y: number): number {
  const z = y * y
  const high = 0.199330213728787 + 0.037042618970917846 * y + z * (0.004067056476127212 + 0.00020591027289962817 * y)
  return 1 + 1.806867176745656 * y + z * (1.4545822634044911 + 0.6788832580037649 * y + z * high)
}

/**
 * Values from d1 and n(d1). F n(d1) = K n(d2), so both tails share one exponential: F N(-|d1|) = F n(d1) M(|d1|),
 * K N(-|d2|) = F n(d1) M(|d2|).
 */
function fillValues(options: OptionColumns, start: number, count: number, block: Block, out: ValueColumns): void {
  const { sign, forward, strike, discount } = options
  const { d1: d1s, s, density, rootTime } = block
  const { value, delta, vega } = out
  for (let j = 0; j < count; j += 1) {
    const i = start + j
    const f = forward[i] ?? NaN
    const k = strike[i] ?? NaN
    const d = discount[i] ?? NaN
    const d1 = d1s[j] ?? NaN
    const d2 = d1 - (s[j] ?? NaN)
    const n = density[j] ?? NaN
    const y1 = Math.min(Math.abs(d1), FARTHEST)
    const y2 = Math.min(Math.abs(d2), FARTHEST)
    const q1 = millsDenominator(y1)
    const q2 = millsDenominator(y2)
    const scale = n / (q1 * q2)
    const n1 = 0.5 + (d1 / (Math.abs(d1) + 1e-300)) * (0.5 - scale * millsNumerator(y1) * q2) // N(d1)
    const n2 = 0.5 * k + (d2 / (Math.abs(d2) + 1e-300)) * (0.5 * k - f * (scale * millsNumerator(y2) * q1)) // K N(d2)
    const put = 0.5 - 0.5 * (sign[i] ?? NaN)
    const v = f * n1 - n2 - put * (f - k)
    value[i] = 0.5 * d * (v + Math.abs(v))
    delta[i] = d * (n1 - put)
    vega[i] = d * f * n * (rootTime[j] ?? NaN)
  }
}

/**
 * Value, delta and vega of every option, fast. Rows whose arguments are outside the domain of `black76Price` get NaN.
 *
 * Off `black76Greeks` by at most 2e-15 of discount * max(forward, strike) in value, of discount in delta and of
 * discount * forward * sqrt(expiryYears) in vega; what is worth less than that is not resolved. Forward and strike must
 * be within 2^1000 times each other.
 *
 * @param out receives the results, as long as the columns of `options`.
 * @returns the number of rows outside the domain.
 * @throws DomainError if the lengths differ.
 */
export function black76Batch(options: OptionColumns, out: ValueColumns): number {
  const length = out.value.length
  requireLength(length, { ...options, ...out })
  scratch ??= new Block()
  const block = scratch
  const words = { forward: wordsOf(options.forward), strike: wordsOf(options.strike) }
  let refused = 0
  for (let start = 0; start < length; start += BLOCK) {
    const count = Math.min(BLOCK, length - start)
    refused += fillD1(options, words, start, count, block)
    fillDensity(count, block)
    fillValues(options, start, count, block, out)
  }
  return refused
}

/**
 * Value and all Greeks of every option, equal to `black76Greeks` to the last bit. Rows whose arguments are outside its
 * domain get NaN.
 *
 * @param out receives the results, as long as the columns of `options`.
 * @returns the number of rows outside the domain.
 * @throws DomainError if the lengths differ.
 */
export function black76GreeksBatch(options: OptionColumns, out: GreeksColumns): number {
  const { sign, forward, strike, expiryYears, volatility, discount } = options
  const length = out.value.length
  requireLength(length, { ...options, ...out })
  let refused = 0
  for (let i = 0; i < length; i += 1) {
    const side = sign[i] ?? NaN
    const f = forward[i] ?? NaN
    const k = strike[i] ?? NaN
    const t = expiryYears[i] ?? NaN
    const vol = volatility[i] ?? NaN
    const d = discount[i] ?? NaN
    const valid = (side === 1 || side === -1) && isContract(f, k, t, d) && vol >= 0 && vol < Infinity
    if (!valid) refused += 1
    const greeks = valid ? black76Greeks(side === 1 ? 'call' : 'put', f, k, t, vol, d) : NO_GREEKS
    out.value[i] = greeks.value
    out.delta[i] = greeks.delta
    out.gamma[i] = greeks.gamma
    out.vega[i] = greeks.vega
    out.theta[i] = greeks.theta
    out.rho[i] = greeks.rho
    out.vanna[i] = greeks.vanna
    out.volga[i] = greeks.volga
  }
  return refused
}
