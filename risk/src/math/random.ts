import { DomainError } from '../errors.ts'

const TWO_32 = 2 ** 32

/** One step of SplitMix32 (the 32-bit form of Steele, Lea & Flood 2014): spreads a small seed over the whole state. */
function splitMix32(state: number): number {
  let z = (state + 0x9e3779b9) | 0
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

/**
 * Seeded random numbers: the same seed gives the same integers and uniforms on every machine (32-bit integer arithmetic
 * only). Not for secrets.
 *
 * Source: Blackman & Vigna (2021), "Scrambled linear pseudorandom number generators" (xoshiro128**, period 2^128 - 1).
 */
export class Random {
  readonly #state = new Uint32Array(4)
  #spare = Number.NaN

  /** `seed` is any safe integer, zero included. Throws DomainError for others. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new DomainError('seed', seed, 'a safe integer')
    const state = this.#state
    let word = splitMix32(Math.floor(seed / TWO_32) | 0) ^ (seed | 0)
    for (let i = 0; i < 4; i++) {
      word = (word + 0x9e3779b9) | 0
      state[i] = splitMix32(word)
    }
    if (state.every((part) => part === 0)) state[0] = 1
  }

  /** 32 random bits as an integer in [0, 2^32). */
  bits(): number {
    const state = this.#state
    const [s0 = 0, s1 = 0, s2 = 0, s3 = 0] = state
    const scrambled = Math.imul(s1, 5)
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9)
    const t2 = s2 ^ s0
    const t3 = s3 ^ s1
    state[0] = s0 ^ t3
    state[1] = s1 ^ t2
    state[2] = t2 ^ (s1 << 9)
    state[3] = (t3 << 11) | (t3 >>> 21)
    return result >>> 0
  }

  /** Uniform in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.bits() >>> 5) * 67_108_864 + (this.bits() >>> 6)) / 9_007_199_254_740_992
  }

  /** Uniform integer in [0, n), without bias (rejection). `n` from 1 to 2^32; throws DomainError for others. */
  integer(n: number): number {
    if (!Number.isInteger(n) || n < 1 || n > TWO_32) throw new DomainError('n', n, 'an integer from 1 to 2^32')
    const limit = TWO_32 - (TWO_32 % n)
    let draw = this.bits()
    while (draw >= limit) draw = this.bits()
    return draw % n
  }

  /** Standard normal. Source: Marsaglia & Bray (1964), "A convenient method for generating normal variables". */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare
      this.#spare = Number.NaN
      return spare
    }
    for (;;) {
      const u = 2 * this.uniform() - 1
      const v = 2 * this.uniform() - 1
      const square = u * u + v * v
      if (square >= 1 || square === 0) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      this.#spare = v * scale
      return u * scale
    }
  }
}
