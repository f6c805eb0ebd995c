/** Matches that the chain has not shown yet: what they take of orders, and what they leave of accounts. */
import { type AccountId, isSameInstrument, type Order, type Portfolio, type Position } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { groupKey, slotKey } from '../chain/view.ts'
import type { LiveOrder, Match } from './liveOrder.ts'

/** Before the chain state that the matcher sees: settled ones are part of it. */
const PENDING: ReadonlySet<Match['status']> = new Set(['matched', 'sent'])

const isPending = ({ status }: Match) => PENDING.has(status)

export class Ledger {
  /** All that is not final or failed, by id. */
  readonly #matches = new Map<number, Match>()
  /** Orders of these, and how many each has. */
  readonly #orders = new Map<Hex, { readonly order: LiveOrder; matches: number }>()
  readonly #projections = new Map<AccountId, { readonly base: Portfolio; readonly portfolio: Portfolio }>()
  readonly #bySlot = new Map<string, bigint>()
  readonly #byGroup = new Map<string, bigint>()
  readonly #byAccount = new Map<AccountId, Set<Match>>()

  matches(): Iterable<Match> {
    return this.#matches.values()
  }

  /** The order behind an open match. */
  order(hash: Hex): LiveOrder | undefined {
    return this.#orders.get(hash)?.order
  }

  pending(): Match[] {
    return [...this.#matches.values()].filter(isPending)
  }

  /** @param match Pending or settled. */
  add(match: Match): void {
    this.#remember(match)
    if (isPending(match)) this.#count(match, 1n)
  }

  #remember(match: Match): void {
    this.#matches.set(match.id, match)
    for (const order of [match.maker, match.taker]) {
      const known = this.#orders.get(order.hash)
      if (known) known.matches += 1
      else this.#orders.set(order.hash, { order, matches: 1 })
    }
  }

  /** Changes the status and with it what the match takes. */
  move(match: Match, status: Match['status']): void {
    const was = isPending(match)
    match.status = status
    if (status === 'final' || status === 'failed') this.#forget(match)
    else if (!this.#matches.has(match.id)) this.#remember(match)
    if (was && !isPending(match)) this.#count(match, -1n)
    if (!was && isPending(match)) this.#count(match, 1n)
  }

  #forget({ id, maker, taker }: Match): void {
    this.#matches.delete(id)
    for (const { hash } of [maker, taker]) {
      const known = this.#orders.get(hash)
      if (known) known.matches -= 1
      if (known?.matches === 0) this.#orders.delete(hash)
    }
  }

  /** Units of pending matches on the order's slot and in its group. */
  takenFrom(order: Order): { readonly slot: bigint; readonly group: bigint } {
    return { slot: this.#bySlot.get(slotKey(order)) ?? 0n, group: this.#byGroup.get(groupKey(order)) ?? 0n }
  }

  /** Pending matches of the account. */
  ofAccount(accountId: AccountId): ReadonlySet<Match> {
    return this.#byAccount.get(accountId) ?? new Set()
  }

  /** The account once its pending matches are settled. */
  projected(accountId: AccountId, base: Portfolio): Portfolio {
    if (!this.#byAccount.has(accountId)) return base
    const known = this.#projections.get(accountId)
    if (known?.base === base) return known.portfolio
    const portfolio = this.#project(accountId, base)
    this.#projections.set(accountId, { base, portfolio })
    return portfolio
  }

  #project(accountId: AccountId, base: Portfolio): Portfolio {
    let { cash, positions } = base
    for (const { maker, taker, units, makerCash, takerCash } of this.ofAccount(accountId)) {
      const [own, gain] = maker.order.accountId === accountId ? [maker, makerCash] : [taker, takerCash]
      cash += gain
      positions = withTrade(positions, own.order, units)
    }
    return { ...base, cash, positions }
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
      this.#projections.delete(order.accountId)
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
