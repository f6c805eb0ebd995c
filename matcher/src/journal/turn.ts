/** Groups what happens in one turn of the event loop into one write: told to nobody before it is on disk. */

import type { LiveOrder, Match } from '../desk/liveOrder.ts'
import type { Recorder } from '../desk/orderDesk.ts'
import type { Batch } from '../settlement/batch.ts'
import type { Journal } from './journal.ts'

/** Hears of changes once they are on disk. */
export interface Listener {
  orderChanged(order: LiveOrder): void
  matchChanged(match: Match): void
  /** Of one turn: units at the prices of these orders of books may have changed. */
  levelsChanged(orders: ReadonlySet<LiveOrder>): void
}

export class Turn implements Recorder {
  readonly #journal: Pick<Journal, 'write'>
  readonly #now: () => number
  readonly #fail: (error: unknown) => void
  #orders = new Set<LiveOrder>()
  #matches = new Set<Match>()
  #batches = new Set<Batch>()
  #levels = new Set<LiveOrder>()
  #listeners: Listener[] = []
  #flushing: Promise<void> | undefined

  /** @param fail Told when a write fails: memory is ahead of the disk then, and the process has to end. */
  constructor(journal: Pick<Journal, 'write'>, now: () => number, fail: (error: unknown) => void) {
    this.#journal = journal
    this.#now = now
    this.#fail = fail
  }

  listen(listener: Listener): void {
    this.#listeners.push(listener)
  }

  order(order: LiveOrder): void {
    this.#orders.add(order)
    this.#schedule()
  }

  match(match: Match): void {
    this.#matches.add(match)
    this.#schedule()
  }

  batch(batch: Batch): void {
    this.#batches.add(batch)
    this.#schedule()
  }

  level(order: LiveOrder): void {
    this.#levels.add(order)
    this.#schedule()
  }

  /** Resolves once everything recorded so far is on disk; rejects when it cannot be. */
  async committed(): Promise<void> {
    await this.#flushing
  }

  #schedule(): void {
    this.#flushing ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#flushing = undefined
        try {
          this.#flush()
          resolve()
        } catch (error) {
          this.#fail(error)
          reject(error)
        }
      })
    })
    this.#flushing.catch(() => undefined) // told to `fail`; whoever waits hears of it too
  }

  #flush(): void {
    const [orders, matches, batches, levels] = [this.#orders, this.#matches, this.#batches, this.#levels]
    this.#orders = new Set()
    this.#matches = new Set()
    this.#batches = new Set()
    this.#levels = new Set()
    this.#journal.write({ orders, matches, batches }, this.#now())
    for (const listener of this.#listeners) {
      for (const order of orders) listener.orderChanged(order)
      for (const match of matches) listener.matchChanged(match)
      if (levels.size > 0) listener.levelsChanged(levels)
    }
  }
}
