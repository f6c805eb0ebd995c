/** Numbers with 400 binary places: every sum of doubles is exact, every product, quotient and root to 2^-400. */
const PLACES = 400n
export const ONE = 1n << PLACES

/** The double itself; what is below 2^-400 is cut off. */
export function exactly(x: number): bigint {
  if (!Number.isFinite(x)) throw new RangeError(`${x} is not finite`)
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const exponent = (bits >> 52n) & 0x7ffn
  const fraction = bits & 0xfffffffffffffn
  const mantissa = exponent === 0n ? fraction : fraction | (1n << 52n)
  const shift = PLACES + (exponent === 0n ? 1n : exponent) - 1075n
  const size = shift >= 0n ? mantissa << shift : mantissa >> -shift
  return x < 0 ? -size : size
}

export function times(a: bigint, b: bigint): bigint {
  return (a * b) >> PLACES
}

export function over(a: bigint, b: bigint): bigint {
  return (a << PLACES) / b
}

export function sumOf(terms: Iterable<bigint>): bigint {
  let sum = 0n
  for (const term of terms) sum += term
  return sum
}

export function least(first: bigint, ...rest: bigint[]): bigint {
  let least = first
  for (const each of rest) if (each < least) least = each
  return least
}

export function most(first: bigint, ...rest: bigint[]): bigint {
  let most = first
  for (const each of rest) if (each > most) most = each
  return most
}

export function size(a: bigint): bigint {
  return a < 0n ? -a : a
}

/** Newton's iteration from above. */
export function root(a: bigint): bigint {
  const target = a << PLACES
  let x = 1n << BigInt((target.toString(2).length + 1) >> 1)
  for (;;) {
    const next = (x + target / x) >> 1n
    if (next >= x) return x
    x = next
  }
}
