/** What the exchange and the margin engine would say of an order or a match, by the SDK's exact twins. */
import {
  type AccountId,
  bandIssue,
  type FillTerms,
  fillCost,
  type Instrument,
  isCancelled,
  isSameInstrument,
  lotsOf,
  marketOf,
  type Order,
  type OrderFacts,
  type OrderIssue,
  orderIssues,
  ownerOf,
  type Portfolio,
  type PreviewStep,
  previewStep,
  type Signer,
} from '@plimsoll/sdk'
import { type Address, maxUint128, zeroHash } from 'viem'
import { type ChainState, type Claim, groupKey, signerKey, slotKey } from '../chain/view.ts'
import { least } from '../units.ts'
import type { Ledger } from './ledger.ts'
import type { LiveOrder } from './liveOrder.ts'
import { BAND } from './refusals.ts'

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

  /** Chain and pending matches together; undefined while the state lacks the order's account, slot or signer. */
  facts(claim: Claim): OrderFacts | undefined {
    const { order } = claim
    const { ledger } = this.#options
    const { snapshot, accounts, filled, grouped } = this.#options.state()
    const signer = this.#signerOf(claim)
    if (claim.key !== undefined && !signer) return undefined
    const account = accounts.get(order.accountId)
    const [inSlot, inGroup] = [filled.get(slotKey(order)), grouped.get(groupKey(order))]
    if (!account || inSlot === undefined || (order.group !== zeroHash && inGroup === undefined)) return undefined
    const taken = ledger.takenFrom(order)
    return {
      timestamp: this.#soonest(),
      filled: withTaken(inSlot, taken.slot),
      grouped: withTaken(inGroup ?? 0n, taken.group),
      epoch: account.epoch,
      snapshot,
      unquoted: [],
      portfolio: ledger.projected(order.accountId, account.portfolio),
      signer,
    }
  }

  /** When what is matched now may settle, unix seconds. */
  #soonest(): bigint {
    return this.#options.state().head.timestamp + BigInt(this.#options.expiryMarginSeconds)
  }

  /** The operator or session key behind the order, when what is matched now may settle. */
  #holderOf({ order: { accountId }, key }: Claim): Signer | undefined {
    if (key === undefined) return undefined
    const signer = this.#options.state().signers.get(signerKey({ accountId, address: key }))
    const isOver = signer?.kind === 'sessionKey' && this.#soonest() > BigInt(signer.terms.expiry)
    return isOver ? { kind: 'nobody' } : signer
  }

  /** The same, with what pending matches spend of its budget. */
  #signerOf(claim: Claim): Signer | undefined {
    const holder = this.#holderOf(claim)
    if (holder?.kind !== 'sessionKey') return holder
    return { ...holder, spent: holder.spent + this.#pendingLoss(claim.order.accountId, holder.address) }
  }

  /** What the key's matches that no block has yet lose against mark. USD, 18 decimals, up. */
  #pendingLoss(accountId: AccountId, key: Address): bigint {
    const { snapshot } = this.#options.state()
    let loss = 0n
    for (const { maker, taker, units } of this.#options.ledger.ofAccount(accountId)) {
      const isMaker = maker.order.accountId === accountId
      const { order, key: signedBy } = isMaker ? maker : taker
      if (signedBy !== key) continue
      const price = isMaker ? order.limitPrice : -maker.order.limitPrice
      loss += fillCost(snapshot, { order, role: isMaker ? 'maker' : 'taker', units, price }).loss
    }
    return loss
  }

  /** Everything about one order but its spot band, which may open later: units as small and as large as it may trade. */
  entryRefusal(claim: Claim, left: bigint): Refusal | undefined {
    const { order } = claim
    const facts = this.facts(claim)
    if (!facts) return { error: 'UnknownState' }
    const terms = { order, executor: this.#options.executor, role: 'maker' } as const
    const units = order.minFill > 1n ? order.minFill : 1n
    const issue = orderIssues({ ...terms, units }, facts).find(({ error }) => !BAND.has(error))
    if (issue) return issue
    const most = order.reduceOnly ? least(left, reducible(order, facts.portfolio)) : left
    const { failure } = this.#preview(order, facts.portfolio, { units: most, price: order.limitPrice, role: 'maker' })
    return failure
  }

  /** Why an order has ended, by the chain alone. */
  endOf(claim: Claim): string | undefined {
    const { order } = claim
    const { head, filled, grouped } = this.#options.state()
    if (this.#soonest() > BigInt(order.expiry)) return 'OrderExpired'
    if (order.legs.some(({ instrument }) => hasEnded(instrument, head.timestamp))) return 'InstrumentNotListed'
    const inSlot = filled.get(slotKey(order))
    const voided = this.voidOf(claim)
    if (voided !== undefined || inSlot === undefined) return voided
    if (inSlot >= order.units) return 'Filled'
    if (order.units - inSlot < order.minFill) return 'FillTooSmall'
    const inGroup = grouped.get(groupKey(order)) ?? 0n
    return order.group !== zeroHash && inGroup >= order.groupCap ? 'GroupCapExceeded' : undefined
  }

  /** Whether the account voided the order on the chain: by its nonce, its group, its epoch, or the key that signed it. */
  voidOf(claim: Claim): 'OrderCancelled' | 'WrongEpoch' | 'BadSignature' | undefined {
    const { order } = claim
    const { accounts, filled, grouped } = this.#options.state()
    const account = accounts.get(order.accountId)
    const used = { filled: filled.get(slotKey(order)) ?? 0n, grouped: grouped.get(groupKey(order)) ?? 0n }
    if (isCancelled(order, used)) return 'OrderCancelled'
    if (account && account.epoch !== order.epoch) return 'WrongEpoch'
    return this.#holderOf(claim)?.kind === 'nobody' ? 'BadSignature' : undefined
  }

  /** Whether pending matches and the fills of others are more than slot or group allow. */
  isOverTaken(order: Order): boolean {
    const { filled, grouped } = this.#options.state()
    const taken = this.#options.ledger.takenFrom(order)
    const inGroup = (grouped.get(groupKey(order)) ?? 0n) + taken.group
    const isGroupOver = order.group !== zeroHash && inGroup > order.groupCap
    return isGroupOver || (filled.get(slotKey(order)) ?? 0n) + taken.slot > order.units
  }

  isInBand(order: Order): boolean {
    const { snapshot } = this.#options.state()
    const [leg] = order.legs
    const isKnown = leg !== undefined && marketOf(snapshot, leg.instrument.underlying) !== undefined
    return isKnown && bandIssue(order, snapshot) === undefined
  }

  /** Units that a reduce-only order may still trade. */
  reducible(claim: Claim): bigint {
    const facts = this.facts(claim)
    return facts ? reducible(claim.order, facts.portfolio) : 0n
  }

  /** Whether both orders can fill `units` of each other, and both accounts bear it. */
  trade(maker: LiveOrder, taker: LiveOrder, units: bigint): Bearable | Objection {
    const [ofMaker, ofTaker] = [this.facts(maker), this.facts(taker)]
    if (!ofMaker) return { against: 'maker', refusal: { error: 'UnknownState' } }
    if (!ofTaker) return { against: 'taker', refusal: { error: 'UnknownState' } }
    const issue =
      this.#issue(maker, taker, units, ofMaker, 'maker') ?? this.#issue(taker, maker, units, ofTaker, 'taker')
    if (issue) return issue
    const price = maker.order.limitPrice
    const closes = maker.order.reduceOnly || taker.order.reduceOnly
    const makerLots = lotsByLeg(maker.order, ofMaker.portfolio)
    const takerLots = lotsByLeg(maker.order, ofTaker.portfolio)
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
    const price = role === 'maker' ? own.order.limitPrice : -other.order.limitPrice
    const terms: FillTerms = { order: own.order, units, executor, counterparty, role, closes, price }
    const [refusal] = orderIssues(terms, facts)
    return refusal && { against: role, refusal }
  }

  #preview(
    { legs, maxFee, tip, accountId, reduceOnly }: Order,
    portfolio: Portfolio,
    terms: { units: bigint; price: bigint; role: Role; closes?: boolean; counterpartyLots?: readonly bigint[] },
  ): PreviewStep {
    const { snapshot, accounts } = this.#options.state()
    const isRestricted = accounts.get(accountId)?.reduceOnly
    const trade = { type: 'trade', legs, maxFee, tip, closes: reduceOnly, ...terms } as const
    return previewStep(portfolio, snapshot, trade, { reduceOnly: isRestricted })
  }
}

function lotsByLeg({ legs }: Order, { positions }: Portfolio): bigint[] {
  return legs.map(({ instrument }) => lotsOf(positions, instrument))
}

/** Units until the first position is closed, by all legs that name it together. */
function reducible(order: Order, portfolio: Portfolio): bigint {
  const held = lotsByLeg(order, portfolio)
  const units = order.legs.map(({ instrument, ratio }, index) => {
    const lots = held[index] ?? 0n
    const isNearer = (lots > 0n && ratio < 0n) || (lots < 0n && ratio > 0n)
    const same = order.legs.filter((leg) => isSameInstrument(leg.instrument, instrument))
    const perUnit = same.reduce((sum, leg) => sum + size(leg.ratio), 0n)
    return isNearer ? size(lots) / perUnit : 0n
  })
  return units.length === 0 ? 0n : least(units[0] ?? 0n, ...units)
}

function size(lots: bigint): bigint {
  return lots < 0n ? -lots : lots
}

/** Units used with those that pending matches take. What is cancelled stays so. */
function withTaken(used: bigint, taken: bigint): bigint {
  return used === maxUint128 ? used : used + taken
}

function hasEnded({ expiry }: Instrument, time: bigint): boolean {
  return expiry !== 0 && BigInt(expiry) <= time
}
