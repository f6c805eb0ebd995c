/** Reads resting orders for a plan. A matcher that fails is left alone for 1, 2, 4 ... 64 blocks: it never holds up a scan twice. */
import type { Symbols } from '@plimsoll/sdk'
import { type Backoff, failedAgain } from './backoff.ts'
import { next, type Outcome, skip } from './outcome.ts'
import type { Head } from './ports/chain.ts'
import type { MatcherPort, RestingOrder, Wanted } from './ports/matcher.ts'
import { FetchError } from './publisher/ports/httpText.ts'
import type { Reason } from './reasons.ts'

export type OrderReaderOptions = {
  readonly matcher: MatcherPort
  /** Told about every read: what went wrong, if anything. */
  readonly onRead: (problem: string | undefined) => void
}

export class OrderReader {
  readonly #options: OrderReaderOptions
  #backoff: Backoff | undefined

  constructor(options: OrderReaderOptions) {
    this.#options = options
  }

  async read(
    wanted: readonly Wanted[],
    symbols: Symbols,
    { number }: Pick<Head, 'number'>,
  ): Promise<Outcome<readonly RestingOrder[], Reason> & { status: 'next' | 'skip' }> {
    const { matcher, onRead } = this.#options
    if (this.#backoff && number < this.#backoff.until) return skip(downUntil(this.#backoff))
    try {
      const orders = await matcher.orders(wanted, symbols)
      onRead(undefined)
      this.#backoff = undefined
      return next(orders)
    } catch (error) {
      if (!(error instanceof FetchError)) throw error
      onRead(error.message)
      this.#backoff = failedAgain(this.#backoff, number, { error: error.code, args: [error.url] })
      return skip(downUntil(this.#backoff))
    }
  }
}

function downUntil({ until, failures }: Backoff): Reason {
  return { kind: 'matcher-down', until, failures }
}
