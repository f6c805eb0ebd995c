// AssemblyScript. The same computation as risk/src/pricing/black76Batch.ts, two options per instruction; see there for
// the mathematics. Columns lie in linear memory at fixed offsets, one after the other, CAPACITY doubles each.

/** Options per run; the wrapper repeats runs. Even, and small enough that all columns stay in the first-level cache. */
const CAPACITY: usize = 256
const COLUMN: usize = CAPACITY * 8

const SIGN: usize = 0 * COLUMN
const FORWARD: usize = 1 * COLUMN
const STRIKE: usize = 2 * COLUMN
const EXPIRY: usize = 3 * COLUMN
const VOLATILITY: usize = 4 * COLUMN
const DISCOUNT: usize = 5 * COLUMN
const VALUE: usize = 6 * COLUMN
const DELTA: usize = 7 * COLUMN
const VEGA: usize = 8 * COLUMN
// scratch
const ROOT: usize = 9 * COLUMN
const TOTAL: usize = 10 * COLUMN
const D1: usize = 11 * COLUMN
const DENSITY: usize = 12 * COLUMN

// Constants are read from memory: one load each, where the engine would build a vector constant in four instructions.
// Polynomials from the constant term on.
const HALF: usize = memory.data<f64>([0.5])
const ATANH: usize = memory.data<f64>([
  2.0, 0.6666666666667584, 0.399999999952224, 0.28571429517186914, 0.22222130456872752, 0.18186638534914787,
  0.15245163774292927, 0.15403791448885612,
])
const EXP: usize = memory.data<f64>([
  1.0, 1.0, 0.5000000000000019, 0.1666666666666668, 0.04166666666648795, 0.008333333333319589, 0.0013888888952352863,
  0.00019841269890076403, 2.4801485441561313e-5, 2.755724088722987e-6, 2.763265472252779e-7, 2.5110049204818658e-8,
])
const MILLS_P: usize = memory.data<f64>([
  1.2533141373155003, 1.2645721768666545, 0.6428384065261197, 0.19522447652654373, 0.03683958250451834,
  0.004066917275466049, 0.00020591357493199088,
])
const MILLS_Q: usize = memory.data<f64>([
  1.0, 1.806867176745656, 1.4545822634044911, 0.6788832580037649, 0.199330213728787, 0.037042618970917846,
  0.004067056476127212, 0.00020591027289962817,
])
const LN_2: usize = memory.data<f64>([0.6931471805599453])
const LOG2_E: usize = memory.data<f64>([1.4426950408889634])
const INV_SQRT_2PI: usize = memory.data<f64>([0.3989422804014327])
const SMALLEST_S: usize = memory.data<f64>([1e-150])
const FARTHEST: usize = memory.data<f64>([38.0])
const LARGEST_EXPONENT: usize = memory.data<f64>([708.0])
/** 1.5 * 2^52: added to a small number it pushes the fraction out and leaves the integer in the low bits. */
const PUSH: usize = memory.data<f64>([6755399441055744.0])

/** The i-th of some constants, in both lanes. */
// @ts-ignore: decorator
@inline
function k(constants: usize, i: usize = 0): v128 {
  return v128.load64_splat(constants + 8 * i)
}

/** a * x + b. */
// @ts-ignore: decorator
@inline
function ma(a: v128, x: v128, b: v128): v128 {
  return f64x2.add(f64x2.mul(a, x), b)
}

/** Two neighbouring terms of a polynomial: c[i] + c[i + 1] x. */
// @ts-ignore: decorator
@inline
function pair(constants: usize, i: usize, x: v128): v128 {
  return f64x2.add(f64x2.mul(k(constants, i + 1), x), k(constants, i))
}

/** Lanes whose arguments are in the domain: all ones. A sum below infinity rules out infinities and NaN. */
// @ts-ignore: decorator
@inline
function valid(sign: v128, f: v128, strike: v128, t: v128, vol: v128, d: v128): v128 {
  const zero = f64x2.splat(0)
  const positive = v128.and(v128.and(f64x2.gt(f, zero), f64x2.gt(strike, zero)), f64x2.gt(d, zero))
  const nonNegative = v128.and(f64x2.ge(t, zero), f64x2.ge(vol, zero))
  const sum = f64x2.add(f64x2.add(f64x2.add(f, strike), f64x2.add(t, vol)), d)
  const known = v128.and(f64x2.lt(sum, f64x2.splat(Infinity)), f64x2.eq(f64x2.mul(sign, sign), k(EXP)))
  return v128.and(v128.and(positive, nonNegative), known)
}

/** Fills D1, TOTAL and ROOT up to the byte `end`. Returns how many lanes are outside the domain. */
function fillD1(end: usize): i32 {
  let refused: i32 = 0
  for (let p: usize = 0; p < end; p += 16) {
    const f = v128.load(p, FORWARD)
    const strike = v128.load(p, STRIKE)
    const t = v128.load(p, EXPIRY)
    const vol = v128.load(p, VOLATILITY)
    const ok = valid(v128.load(p, SIGN), f, strike, t, vol, v128.load(p, DISCOUNT))
    refused += 2 - popcnt(i64x2.bitmask(ok))
    // difference of the exponents, in place in the exponent field, so that adding it scales the strike
    const gap = i64x2.add(i64x2.sub(f, strike), i64x2.splat(0x0008000000000000))
    const shift = v128.and(gap, i64x2.splat(0xfff0000000000000))
    const scaled = i64x2.add(strike, shift)
    const high = i32x4.shr_s(shift, 20)
    const e = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(high, high, 1, 3, 1, 3))
    const w = f64x2.div(f64x2.sub(f, scaled), f64x2.add(f, scaled))
    const z = f64x2.mul(w, w)
    const z2 = f64x2.mul(z, z)
    const low = ma(pair(ATANH, 2, z), z2, pair(ATANH, 0, z))
    const top = ma(pair(ATANH, 6, z), z2, pair(ATANH, 4, z))
    const series = ma(top, f64x2.mul(z2, z2), low)
    const root = f64x2.sqrt(v128.or(t, v128.not(ok)))
    const total = f64x2.pmax(f64x2.mul(vol, root), k(SMALLEST_S))
    const log = ma(w, series, f64x2.mul(e, k(LN_2)))
    v128.store(p, root, ROOT)
    v128.store(p, total, TOTAL)
    v128.store(p, f64x2.add(f64x2.div(log, total), f64x2.mul(k(HALF), total)), D1)
  }
  return refused
}

/** n(d1): exp(-y) = 2^-n exp(n ln 2 - y), the last factor by a polynomial of relative error 4e-18. */
function fillDensity(end: usize): void {
  for (let p: usize = 0; p < end; p += 16) {
    const d1 = v128.load(p, D1)
    const y = f64x2.pmin(f64x2.mul(k(HALF), f64x2.mul(d1, d1)), k(LARGEST_EXPONENT))
    const pushed = f64x2.add(f64x2.mul(y, k(LOG2_E)), k(PUSH))
    const r = f64x2.sub(f64x2.mul(f64x2.sub(pushed, k(PUSH)), k(LN_2)), y)
    const r2 = f64x2.mul(r, r)
    const r4 = f64x2.mul(r2, r2)
    const low = ma(pair(EXP, 2, r), r2, pair(EXP, 0, r))
    const middle = ma(pair(EXP, 6, r), r2, pair(EXP, 4, r))
    const high = ma(pair(EXP, 10, r), r2, pair(EXP, 8, r))
    const exp = ma(ma(high, r4, middle), r4, low)
    const scale = i64x2.sub(k(EXP), i64x2.shl(pushed, 52))
    v128.store(p, f64x2.mul(f64x2.mul(exp, k(INV_SQRT_2PI)), scale), DENSITY)
  }
}

/** Numerator of the fit of Mills' ratio. */
// @ts-ignore: decorator
@inline
function millsP(y: v128, y2: v128): v128 {
  const top = ma(k(MILLS_P, 6), y2, pair(MILLS_P, 4, y))
  return ma(ma(top, y2, pair(MILLS_P, 2, y)), y2, pair(MILLS_P, 0, y))
}

/** Its denominator. */
// @ts-ignore: decorator
@inline
function millsQ(y: v128, y2: v128): v128 {
  const top = ma(pair(MILLS_Q, 6, y), y2, pair(MILLS_Q, 4, y))
  return ma(ma(top, y2, pair(MILLS_Q, 2, y)), y2, pair(MILLS_Q, 0, y))
}

/** 1 with the sign of x. */
// @ts-ignore: decorator
@inline
function side(x: v128): v128 {
  return v128.or(v128.and(x, f64x2.splat(-0.0)), k(EXP))
}

function fillValues(end: usize): void {
  const half = k(HALF)
  for (let p: usize = 0; p < end; p += 16) {
    const f = v128.load(p, FORWARD)
    const strike = v128.load(p, STRIKE)
    const d = v128.load(p, DISCOUNT)
    const d1 = v128.load(p, D1)
    const n = v128.load(p, DENSITY)
    const d2 = f64x2.sub(d1, v128.load(p, TOTAL))
    const y = f64x2.pmin(f64x2.abs(d1), k(FARTHEST))
    const z = f64x2.pmin(f64x2.abs(d2), k(FARTHEST))
    const y2 = f64x2.mul(y, y)
    const z2 = f64x2.mul(z, z)
    const q1 = millsQ(y, y2)
    const q2 = millsQ(z, z2)
    const scale = f64x2.div(n, f64x2.mul(q1, q2))
    const tail1 = f64x2.mul(scale, f64x2.mul(millsP(y, y2), q2))
    const tail2 = f64x2.mul(scale, f64x2.mul(millsP(z, z2), q1))
    const n1 = ma(side(d1), f64x2.sub(half, tail1), half)
    const n2 = ma(side(d2), f64x2.sub(f64x2.mul(half, strike), f64x2.mul(f, tail2)), f64x2.mul(half, strike))
    const put = f64x2.sub(half, f64x2.mul(half, v128.load(p, SIGN)))
    const exercise = f64x2.sub(f64x2.sub(f64x2.mul(f, n1), n2), f64x2.mul(put, f64x2.sub(f, strike)))
    v128.store(p, f64x2.mul(d, f64x2.pmax(exercise, f64x2.splat(0))), VALUE)
    v128.store(p, f64x2.mul(d, f64x2.sub(n1, put)), DELTA)
    v128.store(p, f64x2.mul(f64x2.mul(d, f), f64x2.mul(n, v128.load(p, ROOT))), VEGA)
  }
}

/** Prices the first `count` rows, an even number. Returns how many are outside the domain. */
export function price(count: i32): i32 {
  const end = (<usize>count) * 8
  const refused = fillD1(end)
  fillDensity(end)
  fillValues(end)
  return refused
}
