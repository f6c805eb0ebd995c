/** A reproducible source of test data: SplitMix32, seeded. Not for secrets. */
export type Random = {
  /** Uniform in 0..2^32-1. */
  word: () => number
  /** Uniform whole number in [0, below). */
  below: (limit: number) => number
  /** Uniform in [0, limit], for any size of limit up to 2^160. */
  upTo: (limit: bigint) => bigint
  /** Log-uniform in [least, most]: every order of magnitude is as likely; both ends occur. */
  magnitude: (least: bigint, most: bigint) => bigint
  oneIn: (odds: number) => boolean
  pick: <item>(items: readonly [item, ...item[]]) => item
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const word = () => {
    state = (state + 0x9e3779b9) >>> 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }
  const below = (limit: number) => Math.floor((word() / 2 ** 32) * limit)
  const oneIn = (odds: number) => below(odds) === 0
  const upTo = (limit: bigint) => {
    let wide = 0n
    for (let bits = 0n; bits < 192n; bits += 32n) wide = (wide << 32n) | BigInt(word())
    return wide % (limit + 1n)
  }
  const magnitude = (least: bigint, most: bigint) => {
    if (oneIn(64)) return oneIn(2) ? least : most
    const bits = below(most.toString(2).length + 1)
    const value = upTo((1n << BigInt(bits)) - 1n)
    return value < least ? least : value > most ? most : value
  }
  return { word, below, upTo, magnitude, oneIn, pick: (items) => items[below(items.length)] ?? items[0] }
}
