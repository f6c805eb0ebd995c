/** The exchange's rules for one order in a fill, without a chain: twin of `Exchange.sol` and `Orders.sol`. */
import { type Address, isAddressEqual, maxUint128, zeroAddress, zeroHash } from 'viem'
import { chainOf, marketOf, type Snapshot } from '../exact/market.ts'
import { STRIKE_UNIT } from '../exact/matrix.ts'
import { MAX_PRICE } from '../exact/parameters.ts'
import { type Instrument, isDated, isSameInstrument, lotsOf, type Portfolio } from '../exact/portfolio.ts'
import { isListed } from '../exact/trade.ts'
import { type AccountId, isSystemAccount } from './accountId.ts'
import type { Order } from './order.ts'
import type { Signer } from './signer.ts'
import { type FillCost, fillCost } from './structure.ts'

/** Why the exchange would refuse the fill, with the name of its error. */
export type OrderIssue =
  | { readonly error: 'NoLegs' }
  /** A leg of ratio 0. */
  | { readonly error: 'LegsDoNotMatch'; readonly index: number }
  | { readonly error: 'InstrumentNotListed'; readonly instrument: Instrument }
  /** No surface has quoted it. */
  | { readonly error: 'UnknownExpiry'; readonly underlying: number; readonly expiry: number }
  | { readonly error: 'StrikeOutOfRange'; readonly strike: bigint; readonly limit: bigint }
  | { readonly error: 'FeeAboveMaximum'; readonly fee: bigint; readonly maximum: bigint }
  | { readonly error: 'OrderExpired'; readonly expiry: number; readonly now: bigint }
  | { readonly error: 'WrongExecutor'; readonly executor: Address; readonly caller: Address }
  | { readonly error: 'WrongTaker'; readonly taker: Address; readonly counterparty: Address }
  | { readonly error: 'FillTooSmall'; readonly units: bigint; readonly minFill: bigint }
  | { readonly error: 'SpotNotLive'; readonly underlying: number }
  | { readonly error: 'SpotOutsideBand'; readonly spot: bigint; readonly minSpot: bigint; readonly maxSpot: bigint }
  | { readonly error: 'NotReducing'; readonly instrument: Instrument; readonly held: bigint; readonly change: bigint }
  | { readonly error: 'TipToSystemAccount'; readonly receiver: AccountId }
  | { readonly error: 'BadSignature' }
  | { readonly error: 'OrderCancelled' }
  | { readonly error: 'WrongEpoch'; readonly epoch: bigint; readonly current: bigint }
  | { readonly error: 'OverFilled'; readonly wanted: bigint; readonly left: bigint }
  | { readonly error: 'GroupCapExceeded'; readonly wanted: bigint; readonly left: bigint }
  /** A session key signed, which may not trade the instrument. */
  | { readonly error: 'OutOfScope'; readonly key: Address; readonly instrument: Instrument }
  /** A session key signed, and there is no live mark to hold it to. */
  | { readonly error: 'MarkNotLive'; readonly key: Address; readonly underlying: number }
  | { readonly error: 'LossAboveBudget'; readonly key: Address; readonly loss: bigint; readonly left: bigint }

/** The fill that an order is judged in. */
export type FillTerms = {
  readonly order: Order
  /** Units of the intended fill. @default the order's `minFill` */
  readonly units?: bigint | undefined
  /** Who would settle. Left out: the order's executor is not judged. */
  readonly executor?: Address | undefined
  /** Owner of the other side. Left out: the order's taker is not judged. */
  readonly counterparty?: Address | undefined
  /** The order's part in the fill, which decides its fee. Left out: fees and a session key's budget are not judged. */
  readonly role?: 'maker' | 'taker' | undefined
  /** USD per unit that the account pays: the maker's price, for the taker with the other sign. @default the order's limit */
  readonly price?: bigint | undefined
  /** The other order is reduce-only: then, as with a reduce-only order, options fill at strikes that spot has left. @default false */
  readonly closes?: boolean | undefined
}

/** What the chain knows about an order, all of one block. */
export type OrderFacts = {
  /** Of the block, unix seconds. */
  readonly timestamp: bigint
  /** Units filled on the order's slot; 2^128 - 1 when cancelled. */
  readonly filled: bigint
  /** Units filled in the order's group; 2^128 - 1 when cancelled. */
  readonly grouped: bigint
  /** Of the order's account. */
  readonly epoch: bigint
  /** Rows of the legs that have some. */
  readonly snapshot: Snapshot
  /** Dated legs whose expiry no surface has quoted. */
  readonly unquoted: readonly Instrument[]
  /** Of the order's account. */
  readonly portfolio: Portfolio
  /** Who stands behind the order. Left out: signature and session key are not judged. */
  readonly signer?: Signer | undefined
}

/**
 * Every reason but margin why the exchange would refuse the fill, in the order of its checks, the first as the exchange names it;
 * none: []. Pure.
 * @example
 * import { type FillTerms, type OrderFacts, orderIssues } from '@plimsoll/sdk'
 * const reasons = (fill: FillTerms, facts: OrderFacts) => orderIssues(fill, facts).map(({ error }) => error)
 */
export function orderIssues(fill: FillTerms, facts: OrderFacts): OrderIssue[] {
  const cost = costOf(fill, facts)
  return [
    ...issuesOfLegs(fill, facts),
    ...issuesOfTerms(fill, facts.timestamp),
    ...issuesOfUnits(fill, facts),
    ...issuesOfSigner(fill, facts),
    ...issuesOfMarket(fill, facts, cost),
    ...issuesOfPosition(fill, facts.portfolio),
    ...issuesOfLoss(fill, facts, cost),
  ]
}

/** Whether the order's slot or its group was voided. */
export function isCancelled(order: Order, { filled, grouped }: Pick<OrderFacts, 'filled' | 'grouped'>): boolean {
  return filled === maxUint128 || (order.group !== zeroHash && grouped === maxUint128)
}

/** Units that slot and group still allow. */
export function unitsLeft(order: Order, { filled, grouped }: Pick<OrderFacts, 'filled' | 'grouped'>): bigint {
  const left = positive(order.units - filled)
  const inGroup = positive(order.groupCap - grouped)
  return order.group !== zeroHash && inGroup < left ? inGroup : left
}

/** Whether the chain can price the strike at all. */
export function isInRange({ strike }: Instrument): boolean {
  return strike * STRIKE_UNIT <= MAX_PRICE
}

function issuesOfLegs({ order, closes }: FillTerms, { snapshot, unquoted }: OrderFacts): OrderIssue[] {
  const { legs, reduceOnly } = order
  if (legs.length === 0) return [{ error: 'NoLegs' }]
  const index = legs.findIndex(({ ratio }) => ratio === 0n)
  const issues: OrderIssue[] = index >= 0 ? [{ error: 'LegsDoNotMatch', index }] : []
  for (const { instrument } of legs) {
    const { underlying, expiry, strike } = instrument
    if (unquoted.includes(instrument)) issues.push({ error: 'UnknownExpiry', underlying, expiry })
    else if (isDated(instrument) && !isInRange(instrument)) {
      issues.push({ error: 'StrikeOutOfRange', strike: strike * STRIKE_UNIT, limit: MAX_PRICE })
    } else if (!isListed(instrument, snapshot, closes || reduceOnly)) {
      issues.push({ error: 'InstrumentNotListed', instrument })
    }
  }
  return issues
}

function issuesOfTerms({ order, executor, counterparty, units = order.minFill }: FillTerms, now: bigint): OrderIssue[] {
  const issues: OrderIssue[] = []
  if (now > BigInt(order.expiry)) issues.push({ error: 'OrderExpired', expiry: order.expiry, now })
  if (executor && isAnother(order.executor, executor)) {
    issues.push({ error: 'WrongExecutor', executor: order.executor, caller: executor })
  }
  if (counterparty && isAnother(order.taker, counterparty)) {
    issues.push({ error: 'WrongTaker', taker: order.taker, counterparty })
  }
  if (units === 0n || units < order.minFill) issues.push({ error: 'FillTooSmall', units, minFill: order.minFill })
  return issues
}

function isAnother(wanted: Address, actual: Address): boolean {
  return wanted !== zeroAddress && !isAddressEqual(wanted, actual)
}

/** Whether somebody who may trade for the account stands behind the order, a session key within its scope. */
function issuesOfSigner({ order }: FillTerms, { signer }: OrderFacts): OrderIssue[] {
  if (signer?.kind === 'nobody') return [{ error: 'BadSignature' }]
  if (signer?.kind !== 'sessionKey') return []
  const { address: key, terms } = signer
  return order.legs
    .filter(({ instrument: { kind, underlying } }) => {
      return !terms.kinds.includes(kind) || !terms.underlyings.includes(underlying)
    })
    .map(({ instrument }) => ({ error: 'OutOfScope', key, instrument }))
}

/**
 * Why the spot band of an order is closed, if it is: spot is outside, or there is no live price to hold it to. An order without a
 * band needs none. Undefined too without a row of the first leg's market. Pure.
 * @example
 * import { bandIssue, type Order, type Snapshot } from '@plimsoll/sdk'
 * const waits = (order: Order, snapshot: Snapshot) => bandIssue(order, snapshot) !== undefined
 */
export function bandIssue(
  { legs: [leg], minSpot, maxSpot }: Order,
  snapshot: Pick<Snapshot, 'markets'>,
): OrderIssue | undefined {
  const market = leg && marketOf(snapshot, leg.instrument.underlying)
  if (!market) return undefined
  const { status, spot, underlying } = market
  if (status !== 'live' && (minSpot !== 0n || maxSpot !== maxUint128)) return { error: 'SpotNotLive', underlying }
  return spot < minSpot || spot > maxSpot ? { error: 'SpotOutsideBand', spot, minSpot, maxSpot } : undefined
}

/** Spot band, fee at the marks of the block, and receiver of the tip. */
function issuesOfMarket(
  { order, units = order.minFill }: FillTerms,
  { snapshot }: OrderFacts,
  cost: FillCost | undefined,
): OrderIssue[] {
  const { maxFee, tip, tipReceiver: receiver } = order
  const band = bandIssue(order, snapshot)
  const issues: OrderIssue[] = band ? [band] : []
  const maximum = maxFee * units
  if (cost && cost.fee > maximum) issues.push({ error: 'FeeAboveMaximum', fee: cost.fee, maximum })
  if (tip !== 0n && receiver !== zeroHash && isSystemAccount(receiver)) {
    issues.push({ error: 'TipToSystemAccount', receiver })
  }
  return issues
}

/** Undefined without a part in the fill, and for legs that cannot trade. */
function costOf({ role, ...fill }: FillTerms, { snapshot, unquoted }: OrderFacts): FillCost | undefined {
  const { legs, reduceOnly } = fill.order
  const areListed = legs.every(({ instrument }) => isListed(instrument, snapshot, fill.closes || reduceOnly))
  return role && unquoted.length === 0 && areListed ? fillCost(snapshot, { ...fill, role }) : undefined
}

/** Each leg of a reduce-only order must bring its position, with the legs before it, nearer to 0 and not past it. */
function issuesOfPosition({ order, units = order.minFill }: FillTerms, portfolio: Portfolio): OrderIssue[] {
  if (!order.reduceOnly) return []
  return order.legs.flatMap(({ instrument, ratio }, index): OrderIssue[] => {
    const earlier = order.legs.slice(0, index).filter((leg) => isSameInstrument(leg.instrument, instrument))
    const start = lotsOf(portfolio.positions, instrument)
    const held = earlier.reduce((lots, leg) => lots + leg.ratio * units, start)
    const change = ratio * units
    const isNearer = held > 0n ? change < 0n && -change <= held : change > 0n && change <= -held
    return isNearer ? [] : [{ error: 'NotReducing', instrument, held, change }]
  })
}

/** A session key trades where there is a mark to hold it to, and loses what its budget has left at most. */
function issuesOfLoss(
  { order }: FillTerms,
  { signer, snapshot }: OrderFacts,
  cost: FillCost | undefined,
): OrderIssue[] {
  if (signer?.kind !== 'sessionKey') return []
  const { address: key, terms, spent } = signer
  const issues: OrderIssue[] = order.legs
    .filter(({ instrument }) => !hasLiveMark(instrument, snapshot))
    .map(({ instrument: { underlying } }) => ({ error: 'MarkNotLive', key, underlying }))
  const left = terms.dailyLoss - spent
  if (cost && cost.loss > left) issues.push({ error: 'LossAboveBudget', key, loss: cost.loss, left })
  return issues
}

function hasLiveMark(instrument: Instrument, snapshot: Snapshot): boolean {
  const isLive = marketOf(snapshot, instrument.underlying)?.status === 'live'
  return isLive && (!isDated(instrument) || chainOf(snapshot, instrument.underlying)?.fresh === true)
}

function issuesOfUnits({ order, units = order.minFill }: FillTerms, facts: OrderFacts): OrderIssue[] {
  const issues: OrderIssue[] = []
  if (order.epoch !== facts.epoch) issues.push({ error: 'WrongEpoch', epoch: order.epoch, current: facts.epoch })
  if (isCancelled(order, facts)) return [...issues, { error: 'OrderCancelled' }]
  const left = positive(order.units - facts.filled)
  if (units > left) issues.push({ error: 'OverFilled', wanted: units, left })
  const inGroup = positive(order.groupCap - facts.grouped)
  if (order.group !== zeroHash && units > inGroup)
    issues.push({ error: 'GroupCapExceeded', wanted: units, left: inGroup })
  return issues
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n
}
