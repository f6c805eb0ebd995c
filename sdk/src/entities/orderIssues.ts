/** The exchange's rules for one order in a fill, without a chain: twin of `_use`, `_listed`, `_fee` and `_count` of `Exchange.sol`. */
import { type Address, isAddressEqual, zeroAddress, zeroHash } from 'viem'
import { isTradableStrike } from '../exact/listing.ts'
import { marketOf, type Snapshot } from '../exact/market.ts'
import { STRIKE_UNIT } from '../exact/matrix.ts'
import { MAX_PRICE } from '../exact/parameters.ts'
import { type Instrument, isDated, isOption, isSameInstrument, type Portfolio } from '../exact/portfolio.ts'
import { type AccountId, isSystemAccount } from './accountId.ts'
import type { Order } from './order.ts'
import { quoteStructure } from './structure.ts'

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
  | { readonly error: 'SpotOutsideBand'; readonly spot: bigint; readonly minSpot: bigint; readonly maxSpot: bigint }
  | { readonly error: 'NotReducing'; readonly instrument: Instrument; readonly held: bigint; readonly change: bigint }
  | { readonly error: 'TipToSystemAccount'; readonly receiver: AccountId }
  | { readonly error: 'BadSignature' }
  | { readonly error: 'OverFilled'; readonly wanted: bigint; readonly left: bigint }
  | { readonly error: 'GroupCapExceeded'; readonly wanted: bigint; readonly left: bigint }

/** The fill that an order is judged in. */
export type FillTerms = {
  readonly order: Order
  /** Units of the intended fill. @default the order's `minFill` */
  readonly units?: bigint | undefined
  /** Who would settle. Left out: the order's executor is not judged. */
  readonly executor?: Address | undefined
  /** Owner of the other side. Left out: the order's taker is not judged. */
  readonly counterparty?: Address | undefined
  /** The order's part in the fill, which decides its fee. Left out: fees are not judged. */
  readonly role?: 'maker' | 'taker' | undefined
  /** The other order is reduce-only: then, as with a reduce-only order, options fill at strikes that spot has left. @default false */
  readonly closes?: boolean | undefined
}

/** What the chain knows about an order, all of one block. */
export type OrderFacts = {
  /** Of the block, unix seconds. */
  readonly timestamp: bigint
  /** Units filled on the order's slot; 2^128 - 1 when cancelled. */
  readonly filled: bigint
  /** Units filled in the order's group. */
  readonly grouped: bigint
  /** Rows of the legs that have some. */
  readonly snapshot: Snapshot
  /** Dated legs whose expiry no surface has quoted. */
  readonly unquoted: readonly Instrument[]
  /** Of the order's account. */
  readonly portfolio: Portfolio
}

/**
 * Every reason but signature and margin why the exchange would refuse the fill; none: []. Pure.
 * @example
 * import { type FillTerms, type OrderFacts, orderIssues } from '@plimsoll/sdk'
 * const reasons = (fill: FillTerms, facts: OrderFacts) => orderIssues(fill, facts).map(({ error }) => error)
 */
export function orderIssues(fill: FillTerms, facts: OrderFacts): OrderIssue[] {
  return [
    ...issuesOfTerms(fill, facts.timestamp),
    ...issuesOfMarket(fill, facts),
    ...issuesOfFee(fill, facts),
    ...issuesOfPosition(fill, facts.portfolio),
    ...issuesOfUnits(fill, facts),
  ]
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

function issuesOfTerms({ order, executor, counterparty, units = order.minFill }: FillTerms, now: bigint): OrderIssue[] {
  const issues: OrderIssue[] = []
  if (order.legs.length === 0) issues.push({ error: 'NoLegs' })
  const index = order.legs.findIndex(({ ratio }) => ratio === 0n)
  if (index >= 0) issues.push({ error: 'LegsDoNotMatch', index })
  if (now > BigInt(order.expiry)) issues.push({ error: 'OrderExpired', expiry: order.expiry, now })
  if (executor && isAnother(order.executor, executor)) {
    issues.push({ error: 'WrongExecutor', executor: order.executor, caller: executor })
  }
  if (counterparty && isAnother(order.taker, counterparty)) {
    issues.push({ error: 'WrongTaker', taker: order.taker, counterparty })
  }
  const { tip, tipReceiver: receiver } = order
  if (tip !== 0n && receiver !== zeroHash && isSystemAccount(receiver)) {
    issues.push({ error: 'TipToSystemAccount', receiver })
  }
  if (units === 0n || units < order.minFill) issues.push({ error: 'FillTooSmall', units, minFill: order.minFill })
  return issues
}

function isAnother(wanted: Address, actual: Address): boolean {
  return wanted !== zeroAddress && !isAddressEqual(wanted, actual)
}

function issuesOfMarket({ order, closes }: FillTerms, { snapshot, unquoted }: OrderFacts): OrderIssue[] {
  const { legs, minSpot, maxSpot, reduceOnly } = order
  const issues = legs.flatMap(({ instrument }): OrderIssue[] => {
    const { underlying, expiry, strike } = instrument
    if (unquoted.includes(instrument)) return [{ error: 'UnknownExpiry', underlying, expiry }]
    if (isDated(instrument) && !isInRange(instrument)) {
      return [{ error: 'StrikeOutOfRange', strike: strike * STRIKE_UNIT, limit: MAX_PRICE }]
    }
    return isListed(instrument, snapshot, closes || reduceOnly) ? [] : [{ error: 'InstrumentNotListed', instrument }]
  })
  const spot = legs[0] && marketOf(snapshot, legs[0].instrument.underlying)?.spot
  if (spot !== undefined && (spot < minSpot || spot > maxSpot)) {
    issues.push({ error: 'SpotOutsideBand', spot, minSpot, maxSpot })
  }
  return issues
}

/** Futures have no strike, options one on the grid and, unless they close a position, near spot; both end with their expiry. */
function isListed(instrument: Instrument, snapshot: Snapshot, closes: boolean): boolean {
  const { kind, expiry, strike, underlying } = instrument
  const market = marketOf(snapshot, underlying)
  if (!market) return false
  if (kind === 'spot') return expiry === 0 && strike === 0n && market.tokenUnit > 0n
  if (market.lotUnit === 0n) return false
  if (kind === 'perpetual') return expiry === 0 && strike === 0n
  const isTradable = isOption(instrument) ? isTradableStrike(strike, market.spot, closes) : strike === 0n
  return expiry > snapshot.time && isTradable
}

/** Fees of a fill at the marks of the block; an option's is at most 12.5 % of its mark. */
function issuesOfFee(
  { order, role, closes, units = order.minFill }: FillTerms,
  { snapshot, unquoted }: OrderFacts,
): OrderIssue[] {
  const { legs, maxFee, reduceOnly } = order
  const areListed = legs.every(({ instrument }) => isListed(instrument, snapshot, closes || reduceOnly))
  if (!role || unquoted.length > 0 || !areListed) return []
  const { takerFee, makerFee } = quoteStructure(snapshot, legs, units)
  const fee = role === 'maker' ? makerFee : takerFee
  const maximum = maxFee * units
  return fee > maximum ? [{ error: 'FeeAboveMaximum', fee, maximum }] : []
}

/** Each leg of a reduce-only order must bring its position nearer to 0 and not past it. */
function issuesOfPosition({ order, units = order.minFill }: FillTerms, portfolio: Portfolio): OrderIssue[] {
  if (!order.reduceOnly) return []
  return order.legs.flatMap(({ instrument, ratio }): OrderIssue[] => {
    const held = portfolio.positions.find((position) => isSameInstrument(position.instrument, instrument))?.lots ?? 0n
    const change = ratio * units
    const isNearer = held > 0n ? change < 0n && -change <= held : change > 0n && change <= -held
    return isNearer ? [] : [{ error: 'NotReducing', instrument, held, change }]
  })
}

function issuesOfUnits({ order, units = order.minFill }: FillTerms, facts: OrderFacts): OrderIssue[] {
  const issues: OrderIssue[] = []
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
