/** Token buckets, one per key. */
import { RefusedError } from '../errors.ts'

export type Rate = { readonly perSecond: number; readonly burst: number }

type Bucket = { tokens: number; at: number }

/** Buckets that are full again are forgotten once there are this many. */
const MOST_BUCKETS = 10_000

export class RateLimit {
  readonly #rate: Rate
  readonly #now: () => number
  readonly #buckets = new Map<string, Bucket>()

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate
    this.#now = now
  }

  /** @throws RefusedError 429 with the seconds to wait */
  take(key: string): void {
    const { perSecond, burst } = this.#rate
    const now = this.#now()
    const bucket = this.#buckets.get(key) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond)
    this.#buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, at: now })
    if (this.#buckets.size > MOST_BUCKETS) this.#forget(now)
    if (tokens >= 1) return
    const retryAfter = Math.ceil((1 - tokens) / perSecond)
    const message = `Too many requests. Wait ${retryAfter} s.`
    throw new RefusedError({ code: 'RATE_LIMITED', message, status: 429, details: { retryAfter } })
  }

  #forget(now: number): void {
    const { perSecond, burst } = this.#rate
    for (const [key, { tokens, at }] of this.#buckets) {
      if (tokens + ((now - at) / 1_000) * perSecond >= burst) this.#buckets.delete(key)
    }
  }
}
