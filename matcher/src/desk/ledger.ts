/** Matches that the chain has not shown yet: what they take of orders, and what they leave of accounts. */
import { type AccountId, isSameInstrument, type Order, type Portfolio, type Position } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { groupKey, slotKey } from '../chain/view.ts'
import type { LiveOrder, Match } from './liveOrder.ts'

/** Before the chain state that the matcher sees: settled ones are part of it. */
const PENDING: ReadonlySet<Match['status']> = new Set(['matched', 'sent'])

const isPending = ({ status }: Match) => PENDING.has(status)

export class Ledger {
  /** All that is not final or failed, by id, oldest first. */
  readonly #matches = new Map<number, Match>()
  readonly #bySlot = new Map<string, bigint>()
  readonly #byGroup = new Map<string, bigint>()
  readonly #byAccount = new Map<AccountId, Set<Match>>()

  matches(): Iterable<Match> {
    return this.#matches.values()
  }

  /** The order behind an unsettled match. */
  order(hash: Hex): LiveOrder | undefined {
    for (const { maker, taker } of this.#matches.values()) {
      if (maker.hash === hash) return maker
      if (taker.hash === hash) return taker
    }
    return undefined
  }

  pending(): Match[] {
    return [...this.#matches.values()].filter(isPending)
  }

  /** @param match Pending or settled. */
  add(match: Match): void {
    this.#matches.set(match.id, match)
    if (isPending(match)) this.#count(match, 1n)
  }

  /** Changes the status and with it what the match takes. */
  move(match: Match, status: Match['status']): void {
    const was = isPending(match)
    match.status = status
    if (status === 'final' || status === 'failed') this.#matches.delete(match.id)
    if (was && !isPending(match)) this.#count(match, -1n)
    if (!was && isPending(match)) this.#count(match, 1n)
  }

  /** Units of pending matches on the order's slot and in its group. */
  takenFrom(order: Order): { readonly slot: bigint; readonly group: bigint } {
    return { slot: this.#bySlot.get(slotKey(order)) ?? 0n, group: this.#byGroup.get(groupKey(order)) ?? 0n }
  }

  /** Pending matches on the slot of `order`, newest first. */
  onSlot({ accountId, nonce }: Order): Match[] {
    const ofSlot = ({ order }: LiveOrder) => order.accountId === accountId && order.nonce === nonce
    const matches = [...(this.#byAccount.get(accountId) ?? [])]
    return matches.filter(({ maker, taker }) => ofSlot(maker) || ofSlot(taker)).sort((a, b) => b.id - a.id)
  }

  /** The account once its pending matches are settled. */
  projected(accountId: AccountId, portfolio: Portfolio): Portfolio {
    let { cash, positions } = portfolio
    for (const { maker, taker, units, makerCash, takerCash } of this.#byAccount.get(accountId) ?? []) {
      const [own, gain] = maker.order.accountId === accountId ? [maker, makerCash] : [taker, takerCash]
      cash += gain
      positions = withTrade(positions, own.order, units)
    }
    return { ...portfolio, cash, positions }
  }

  #count(match: Match, sign: 1n | -1n): void {
    for (const { order } of [match.maker, match.taker]) {
      addTo(this.#bySlot, slotKey(order), sign * match.units)
      addTo(this.#byGroup, groupKey(order), sign * match.units)
      const matches = this.#byAccount.get(order.accountId) ?? new Set()
      if (sign > 0n) matches.add(match)
      else matches.delete(match)
      if (matches.size > 0) this.#byAccount.set(order.accountId, matches)
      else this.#byAccount.delete(order.accountId)
    }
  }
}

function addTo(sums: Map<string, bigint>, key: string, change: bigint): void {
  const sum = (sums.get(key) ?? 0n) + change
  if (sum === 0n) sums.delete(key)
  else sums.set(key, sum)
}

/** Positions after `units` of a structure; closed ones are gone. */
function withTrade(positions: readonly Position[], { legs }: Order, units: bigint): readonly Position[] {
  const next = [...positions]
  for (const { instrument, ratio } of legs) {
    const index = next.findIndex((position) => isSameInstrument(position.instrument, instrument))
    const lots = (next[index]?.lots ?? 0n) + ratio * units
    if (index < 0) next.push({ instrument, lots })
    else next[index] = { instrument, lots }
  }
  return next.filter(({ lots }) => lots !== 0n)
}
