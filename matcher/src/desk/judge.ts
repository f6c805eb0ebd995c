/** What the exchange and the margin engine would say of an order or a match, by the SDK's exact twins. */
import {
  type FillTerms,
  type Instrument,
  isSameInstrument,
  type Order,
  type OrderFacts,
  type OrderIssue,
  orderIssues,
  ownerOf,
  type Portfolio,
  preview,
} from '@plimsoll/sdk'
import { type Address, maxUint128, zeroHash } from 'viem'
import { type ChainState, groupKey, slotKey } from '../chain/view.ts'
import { least } from '../units.ts'
import type { Ledger } from './ledger.ts'
import type { LiveOrder } from './liveOrder.ts'

type Role = 'maker' | 'taker'

/** Why not: an error of the exchange or the clearinghouse, with its values. */
export type Refusal = OrderIssue | { readonly error: string }

/** A trade that both accounts can bear, and the cash that each gains. */
export type Bearable = { readonly makerCash: bigint; readonly takerCash: bigint }
export type Objection = { readonly against: Role; readonly refusal: Refusal }

export type JudgeOptions = {
  readonly state: () => ChainState
  readonly ledger: Ledger
  readonly executor: Address
  /** Seconds that an order must have left: it takes a block or more to settle. */
  readonly expiryMarginSeconds: number
}

export class Judge {
  readonly #options: JudgeOptions

  constructor(options: JudgeOptions) {
    this.#options = options
  }

  /** Chain and pending matches together; undefined while the state lacks the order's account or slot. */
  facts(order: Order): OrderFacts | undefined {
    const { ledger, expiryMarginSeconds } = this.#options
    const { head, snapshot, accounts, filled, grouped } = this.#options.state()
    const account = accounts.get(order.accountId)
    const [inSlot, inGroup] = [filled.get(slotKey(order)), grouped.get(groupKey(order))]
    if (!account || inSlot === undefined || (order.group !== zeroHash && inGroup === undefined)) return undefined
    const taken = ledger.takenFrom(order)
    return {
      timestamp: head.timestamp + BigInt(expiryMarginSeconds),
      filled: inSlot + taken.slot,
      grouped: (inGroup ?? 0n) + taken.group,
      snapshot,
      unquoted: [],
      portfolio: ledger.projected(order.accountId, account.portfolio),
    }
  }

  /** Everything about one order but its spot band, which may open later: units as small and as large as it may trade. */
  entryRefusal(order: Order, left: bigint): Refusal | undefined {
    const facts = this.facts(order)
    if (!facts) return { error: 'UnknownState' }
    const terms = { order, executor: this.#options.executor, role: 'maker' } as const
    const units = order.minFill > 1n ? order.minFill : 1n
    const issue = orderIssues({ ...terms, units }, facts).find(({ error }) => error !== 'SpotOutsideBand')
    if (issue) return issue
    const most = order.reduceOnly ? least(left, reducible(order, facts.portfolio)) : left
    const { failure } = this.#preview(order, facts.portfolio, { units: most, price: order.limitPrice, role: 'maker' })
    return failure
  }

  /** Why an order has ended, by the chain alone. */
  endOf(order: Order): string | undefined {
    const { head, filled, grouped } = this.#options.state()
    const inSlot = filled.get(slotKey(order))
    if (head.timestamp + BigInt(this.#options.expiryMarginSeconds) > BigInt(order.expiry)) return 'OrderExpired'
    if (order.legs.some(({ instrument }) => hasEnded(instrument, head.timestamp))) return 'InstrumentNotListed'
    if (inSlot === undefined) return undefined
    if (inSlot === maxUint128) return 'Cancelled'
    if (inSlot >= order.units) return 'Filled'
    if (order.units - inSlot < order.minFill) return 'FillTooSmall'
    const inGroup = grouped.get(groupKey(order)) ?? 0n
    return order.group !== zeroHash && inGroup >= order.groupCap ? 'GroupCapExceeded' : undefined
  }

  isInBand({ legs, minSpot, maxSpot }: Order): boolean {
    const underlying = legs[0]?.instrument.underlying
    const market = this.#options.state().snapshot.markets.find((row) => row.underlying === underlying)
    return market !== undefined && market.spot >= minSpot && market.spot <= maxSpot
  }

  /** Units that a reduce-only order may still trade. */
  reducible(order: Order): bigint {
    const facts = this.facts(order)
    return facts ? reducible(order, facts.portfolio) : 0n
  }

  /** Whether both orders can fill `units` of each other, and both accounts bear it. */
  trade(maker: LiveOrder, taker: LiveOrder, units: bigint): Bearable | Objection {
    const [ofMaker, ofTaker] = [this.facts(maker.order), this.facts(taker.order)]
    if (!ofMaker) return { against: 'maker', refusal: { error: 'UnknownState' } }
    if (!ofTaker) return { against: 'taker', refusal: { error: 'UnknownState' } }
    const issue =
      this.#issue(maker, taker, units, ofMaker, 'maker') ?? this.#issue(taker, maker, units, ofTaker, 'taker')
    if (issue) return issue
    const price = maker.order.limitPrice
    const closes = maker.order.reduceOnly || taker.order.reduceOnly
    const [makerLots, takerLots] = [lotsOf(maker.order, ofMaker.portfolio), lotsOf(maker.order, ofTaker.portfolio)]
    const makerTerms = { units, price, role: 'maker', closes, counterpartyLots: takerLots } as const
    const after = this.#preview(maker.order, ofMaker.portfolio, makerTerms)
    if (after.failure) return { against: 'maker', refusal: after.failure }
    const takerTerms = { units, price: -price, role: 'taker', closes, counterpartyLots: makerLots } as const
    const other = this.#preview(taker.order, ofTaker.portfolio, takerTerms)
    if (other.failure) return { against: 'taker', refusal: other.failure }
    return {
      makerCash: after.portfolio.cash - ofMaker.portfolio.cash,
      takerCash: other.portfolio.cash - ofTaker.portfolio.cash,
    }
  }

  #issue(own: LiveOrder, other: LiveOrder, units: bigint, facts: OrderFacts, role: Role): Objection | undefined {
    const { executor } = this.#options
    const counterparty = ownerOf(other.order.accountId)
    const closes = other.order.reduceOnly
    const terms: FillTerms = { order: own.order, units, executor, counterparty, role, closes }
    const [refusal] = orderIssues(terms, facts)
    return refusal && { against: role, refusal }
  }

  #preview(
    { legs, maxFee, tip, accountId, reduceOnly }: Order,
    portfolio: Portfolio,
    terms: { units: bigint; price: bigint; role: Role; closes?: boolean; counterpartyLots?: readonly bigint[] },
  ) {
    const { snapshot, accounts } = this.#options.state()
    const isRestricted = accounts.get(accountId)?.reduceOnly
    const trade = { type: 'trade', legs, maxFee, tip, closes: reduceOnly, ...terms } as const
    return preview(portfolio, snapshot, [trade], { reduceOnly: isRestricted })
  }
}

function lotsOf({ legs }: Order, { positions }: Portfolio): bigint[] {
  return legs.map(
    ({ instrument }) => positions.find((position) => isSameInstrument(position.instrument, instrument))?.lots ?? 0n,
  )
}

/** Units until the first leg has closed its position. */
function reducible(order: Order, portfolio: Portfolio): bigint {
  const held = lotsOf(order, portfolio)
  const units = order.legs.map(({ ratio }, index) => {
    const lots = held[index] ?? 0n
    const isNearer = (lots > 0n && ratio < 0n) || (lots < 0n && ratio > 0n)
    return isNearer ? -lots / ratio : 0n
  })
  return units.length === 0 ? 0n : least(units[0] ?? 0n, ...units)
}

function hasEnded({ expiry }: Instrument, time: bigint): boolean {
  return expiry !== 0 && BigInt(expiry) <= time
}
