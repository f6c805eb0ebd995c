/** Orders that may still trade, found by hash, slot and account. */
import type { AccountId } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import type { Slot } from '../chain/port.ts'
import { slotKey } from '../chain/view.ts'
import type { LiveOrder } from './liveOrder.ts'

export class LiveOrders {
  readonly #byHash = new Map<Hex, LiveOrder>()
  /** Orders that share a slot replace each other: there is one. */
  readonly #bySlot = new Map<string, LiveOrder>()
  readonly #byAccount = new Map<AccountId, Set<LiveOrder>>()

  get(hash: Hex): LiveOrder | undefined {
    return this.#byHash.get(hash)
  }

  onSlot(slot: Slot): LiveOrder | undefined {
    return this.#bySlot.get(slotKey(slot))
  }

  ofAccount(accountId: AccountId): ReadonlySet<LiveOrder> {
    return this.#byAccount.get(accountId) ?? new Set()
  }

  all(): IterableIterator<LiveOrder> {
    return this.#byHash.values()
  }

  get size(): number {
    return this.#byHash.size
  }

  add(live: LiveOrder): void {
    this.#byHash.set(live.hash, live)
    this.#bySlot.set(slotKey(live.order), live)
    const own = this.#byAccount.get(live.order.accountId) ?? new Set()
    this.#byAccount.set(live.order.accountId, own.add(live))
  }

  remove(live: LiveOrder): void {
    const { order, hash } = live
    if (this.#byHash.get(hash) === live) this.#byHash.delete(hash)
    if (this.#bySlot.get(slotKey(order)) === live) this.#bySlot.delete(slotKey(order))
    const own = this.#byAccount.get(order.accountId)
    own?.delete(live)
    if (own?.size === 0) this.#byAccount.delete(order.accountId)
  }
}
