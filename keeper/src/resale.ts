/** What signed orders would take of a slice, and what the reseller's account then has: the exchange's own arithmetic. */
import {
  type AccountId,
  encodeInstrumentId,
  type Fill,
  type Instrument,
  lotsOf,
  type Order,
  oppositeLegs,
  oppositeOrder,
  orderIssues,
  type Portfolio,
  type Position,
  type PreviewStep,
  previewStep,
  type Snapshot,
} from '@plimsoll/sdk'
import { maxUint128, zeroHash } from 'viem'
import { type Book, portfolioOf } from './book.ts'
import type { ResaleSettings } from './config.ts'
import { isWorthFilling } from './money.ts'
import type { Head } from './ports/chain.ts'
import type { RestingOrder } from './ports/matcher.ts'
import { rowsOf } from './rows.ts'

const NO_EXPIRY = 2 ** 40 - 1
/** All orders of the reseller's account count on one slot, which is never full. */
export const RESALE_NONCE = 0n
/** Most fills of one call: with their gas, 6.4 million, it stays within what a transaction may ask for. */
const MOST_FILLS = 32
const EMPTY: Portfolio = { mode: 'cross', cash: 0n, positions: [] }

export type Sale = {
  readonly fills: readonly Fill[]
  /** What the account has afterwards: cash, and what nobody takes. */
  readonly portfolio: Portfolio
}

export type ResaleInput = {
  readonly settings: Pick<ResaleSettings, 'account' | 'reseller' | 'expiryMarginSeconds'>
  readonly orders: readonly RestingOrder[]
  readonly book: Book
  readonly snapshot: Snapshot
  readonly head: Head
  /** Of the reseller's account: its orders must name it. */
  readonly epoch: bigint
}

/** Units sold to orders, by slot and by group, and makers' accounts after their fills. */
type Taken = { readonly units: Map<string, bigint>; readonly makers: Map<AccountId, Portfolio> }

/** The reseller's account and the orders that it may sell to, at one block. What was sold to an order is gone for the next slice. */
export class ResaleBook {
  readonly #input: ResaleInput
  /** By instrument, best price first. */
  readonly #orders = new Map<bigint, RestingOrder[]>()
  #taken: Taken = { units: new Map(), makers: new Map() }
  #portfolio: Portfolio

  constructor(input: ResaleInput) {
    this.#input = input
    const held = input.book.accounts.get(input.settings.account)
    this.#portfolio = held ? portfolioOf(held) : EMPTY
    for (const one of input.orders) {
      const key = keyOf(one.order)
      this.#orders.set(key, [...(this.#orders.get(key) ?? []), one])
    }
    // The sort is stable: among equal prices the matcher's order stays.
    for (const orders of this.#orders.values()) orders.sort(byPrice)
  }

  /** The reseller's account. */
  get target(): AccountId {
    return this.#input.settings.account
  }

  /** What it has, with everything that is on its way there. */
  get portfolio(): Portfolio {
    return this.#portfolio
  }

  /**
   * Sells what `start` holds, each position to the best orders first, in whole units. Orders that would not fill, or whose
   * account could not bear it, are passed over, and so are those that would take too small a part of a position without
   * closing it.
   * @param account Whose slice it is: its own orders are no way out.
   */
  sell(start: Portfolio, account: AccountId): Sale {
    const taken: Taken = { units: new Map(this.#taken.units), makers: new Map(this.#taken.makers) }
    const fills: Fill[] = []
    let portfolio = start
    for (const { instrument, lots } of start.positions) {
      const size = lots < 0n ? -lots : lots
      let rest = size
      for (const offer of this.#orders.get(sideKey(instrument, lots > 0n)) ?? []) {
        if (rest === 0n || fills.length === MOST_FILLS) break
        if (offer.order.accountId === account) continue
        const units = this.#unitsOf(offer, rest, taken)
        const isUseful = units > 0n && (units === rest || isWorthFilling(units, size))
        const after = isUseful ? this.#trade(offer.order, units, portfolio, taken) : undefined
        if (!after) continue
        fills.push(this.#fill(offer, units))
        portfolio = after
        rest -= units
      }
    }
    return { fills, portfolio }
  }

  /** Counts what is on its way: `fills` are gone, and the account will have `portfolio`. */
  take(fills: readonly Fill[], portfolio: Portfolio): void {
    for (const { maker, units } of fills) {
      count(this.#taken.units, maker, units)
      const step = this.#makerStep(maker, units, this.#taken, [])
      this.#taken.makers.set(maker.accountId, step.portfolio)
    }
    this.#portfolio = portfolio
  }

  /**
   * Whole units that the order may still trade and would; 0 when that is less than its least fill. What a group has left beyond
   * its largest order is not told, and not counted on.
   */
  #unitsOf({ order, left }: RestingOrder, rest: bigint, { units: taken }: Taken): bigint {
    const { account } = this.#input.settings
    if (order.reduceOnly || order.accountId === account) return 0n
    const [inSlot, inGroup] = [taken.get(slotOf(order)) ?? 0n, taken.get(groupOf(order)) ?? 0n]
    const free = left - (order.group !== zeroHash && inGroup > inSlot ? inGroup : inSlot)
    const units = free < rest ? free : rest
    return units >= order.minFill ? units : 0n
  }

  /** The reseller's account after the fill; undefined when exchange or clearinghouse would refuse it to the maker. */
  #trade(order: Order, units: bigint, portfolio: Portfolio, taken: Taken): Portfolio | undefined {
    const { snapshot, head, settings } = this.#input
    const facts = {
      timestamp: head.timestamp + settings.expiryMarginSeconds,
      filled: 0n,
      grouped: 0n,
      epoch: order.epoch, // the matcher lets go of others, and what is left is its too
      snapshot,
      unquoted: [],
      portfolio: this.#makerOf(order, taken),
    }
    const { reseller } = settings
    const terms = { order, units, executor: reseller, counterparty: reseller, role: 'maker', closes: true } as const
    if (orderIssues(terms, facts).length > 0) return undefined
    const step = this.#makerStep(order, units, taken, portfolio.positions)
    if (step.failure) return undefined
    const [legs, price] = [oppositeLegs(order.legs), -order.limitPrice]
    const trade = { type: 'trade', legs, units, price, role: 'taker', closes: true } as const
    // Its failure is none: the account is checked at the end of the call.
    const own = previewStep(portfolio, this.#rows(portfolio, order), trade)
    count(taken.units, order, units)
    taken.makers.set(order.accountId, step.portfolio)
    return own.portfolio
  }

  #makerStep(order: Order, units: bigint, taken: Taken, opposite: readonly Position[]): PreviewStep {
    const portfolio = this.#makerOf(order, taken)
    const { legs, limitPrice: price, maxFee, tip } = order
    const counterpartyLots = legs.map(({ instrument }) => lotsOf(opposite, instrument))
    const trade = {
      type: 'trade',
      legs,
      units,
      price,
      role: 'maker',
      maxFee,
      tip,
      counterpartyLots,
      closes: true,
    } as const
    const reduceOnly = this.#input.book.accounts.get(order.accountId)?.reduceOnly
    return previewStep(portfolio, this.#rows(portfolio, order), trade, { reduceOnly })
  }

  #makerOf({ accountId }: Order, { makers }: Taken): Portfolio {
    const held = this.#input.book.accounts.get(accountId)
    return makers.get(accountId) ?? (held ? portfolioOf(held) : EMPTY)
  }

  #rows({ positions }: Portfolio, { legs }: Order): Snapshot {
    return rowsOf(
      { positions: [...positions, ...legs.map(({ instrument }) => ({ instrument, lots: 1n }))] },
      this.#input.snapshot,
    )
  }

  /** The reseller's order is unsigned, accepts the maker's price, and only reduces: so strikes that spot has left are sold too. */
  #fill({ order: maker, signature }: RestingOrder, units: bigint): Fill {
    const taker = oppositeOrder(maker, {
      accountId: this.#input.settings.account,
      maxFee: maxUint128,
      units: maxUint128,
      minFill: 1n,
      nonce: RESALE_NONCE,
      epoch: this.#input.epoch,
      expiry: NO_EXPIRY,
      reduceOnly: true,
    })
    return { maker, makerSignature: signature, taker, units }
  }
}

/** The book that a position is sold to: of whoever buys what is long. */
function sideKey(instrument: Instrument, isLong: boolean): bigint {
  return encodeInstrumentId(instrument) * (isLong ? 1n : -1n)
}

/** The best for the seller first. */
function byPrice({ order: a }: RestingOrder, { order: b }: RestingOrder): number {
  if (a.limitPrice === b.limitPrice) return 0
  return a.limitPrice < b.limitPrice ? 1 : -1
}

function keyOf({ legs: [leg] }: Order): bigint {
  return leg ? sideKey(leg.instrument, leg.ratio > 0n) : 0n
}

function slotOf({ accountId, nonce }: Order): string {
  return `${accountId}:${nonce}`
}

function groupOf({ accountId, group }: Order): string {
  return `${accountId}:${group}`
}

function count(taken: Map<string, bigint>, order: Order, units: bigint): void {
  for (const key of [slotOf(order), groupOf(order)]) taken.set(key, (taken.get(key) ?? 0n) + units)
}
