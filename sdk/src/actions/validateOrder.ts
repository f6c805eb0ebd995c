import { type Address, type Client, type Hex, isAddressEqual, maxUint128, zeroAddress, zeroHash } from 'viem'
import type { GetBlockErrorType } from 'viem/actions'
import { getBlock } from 'viem/actions'
import { exchangeAbi } from '../abis/exchange.ts'
import { marketsAbi } from '../abis/markets.ts'
import { seriesAbi } from '../abis/series.ts'
import { type AccountId, isSystemAccount } from '../entities/accountId.ts'
import { hashOrder, type Order } from '../entities/order.ts'
import { quoteStructure } from '../entities/structure.ts'
import { isTradableStrike } from '../exact/listing.ts'
import { marketOf, type Snapshot } from '../exact/market.ts'
import { STRIKE_UNIT } from '../exact/matrix.ts'
import { MAX_PRICE } from '../exact/parameters.ts'
import { type Instrument, isDated, isOption, isSameInstrument, type Portfolio } from '../exact/portfolio.ts'
import { getAccount } from './getAccount.ts'
import { getMatrix } from './getMatrix.ts'
import { getSnapshot } from './getSnapshot.ts'
import { isSigner } from './isSigner.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type ValidateOrderParameters = ReadParameters & {
  order: Order
  /** Left out: the signature is not judged. */
  signature?: Hex | undefined
  /** Units of the intended fill. @default the order's `minFill` */
  units?: bigint | undefined
  /** Who would settle. Left out: the order's executor is not judged. */
  executor?: Address | undefined
  /** Owner of the other side. Left out: the order's taker is not judged. */
  counterparty?: Address | undefined
  /** The order's part in the fill, which decides its fee. Left out: fees are not judged. */
  role?: 'maker' | 'taker' | undefined
  /** The other order is reduce-only: then, as with a reduce-only order, options fill at strikes that spot has left. @default false */
  closes?: boolean | undefined
}

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

export type ValidateOrderReturnType = {
  /** No issue. Margin, the age of surfaces and the other side are judged by `getPreview` and at settlement. */
  readonly isFillable: boolean
  readonly issues: readonly OrderIssue[]
  readonly hash: Hex
  readonly isCancelled: boolean
  /** Units filled on the order's slot so far. */
  readonly filled: bigint
  /** Units that the slot and the group still allow. */
  readonly left: bigint
  readonly blockNumber: bigint
}
export type ValidateOrderErrorType = ReadErrorType | GetBlockErrorType

/**
 * Whether an order could fill now, and every reason why not.
 * @example
 * import { createOrder, encodeAccountId, perpetualOf, validateOrder } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const order = createOrder({
 *   accountId: encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' }),
 *   legs: [{ instrument: perpetualOf(1), ratio: 1n }],
 *   limitPrice: 6n * 10n ** 18n,
 *   units: 1_000n,
 *   nonce: 1n,
 *   expiry: 1_900_000_000,
 * })
 * const { isFillable, issues } = await validateOrder(client, { deployment, order })
 */
export async function validateOrder(
  client: Client,
  parameters: ValidateOrderParameters,
): Promise<ValidateOrderReturnType> {
  const { deployment, order, signature } = parameters
  const blockNumber = await blockOf(client, parameters.blockNumber)
  const hash = hashOrder(deployment, order)
  const [facts, isSigned] = await Promise.all([
    gather(client, parameters, blockNumber),
    signature === undefined
      ? true
      : isSigner(client, { deployment, accountId: order.accountId, hash, signature, blockNumber }),
  ])
  const issues = [
    ...issuesOfTerms(parameters, facts.timestamp),
    ...issuesOfMarket(parameters, facts),
    ...issuesOfFee(parameters, facts),
    ...issuesOfPosition(parameters, facts.portfolio),
    ...(isSigned ? [] : [{ error: 'BadSignature' } as const]),
    ...issuesOfUnits(parameters, facts),
  ]
  const isCancelled = facts.filled === maxUint128
  const left = leftOf(order, facts)
  return { isFillable: issues.length === 0, issues, hash, isCancelled, filled: facts.filled, left, blockNumber }
}

type Facts = {
  timestamp: bigint
  filled: bigint
  grouped: bigint
  /** Rows of the legs that have some. */
  snapshot: Snapshot
  /** Dated legs whose expiry no surface has quoted. */
  unquoted: readonly Instrument[]
  portfolio: Portfolio
}

async function gather(
  client: Client,
  { deployment, order }: ValidateOrderParameters,
  blockNumber: bigint,
): Promise<Facts> {
  const at = { address: deployment.exchange, abi: exchangeAbi, blockNumber } as const
  const [{ timestamp }, filled, grouped, market, { portfolio }] = await Promise.all([
    getBlock(client, { blockNumber }),
    read(client, { ...at, functionName: 'filled', args: [order.accountId, order.nonce] }),
    read(client, { ...at, functionName: 'groupFilled', args: [order.accountId, order.group] }),
    marketFor(client, { deployment, blockNumber }, order),
    getAccount(client, { deployment, accountId: order.accountId, blockNumber }),
  ])
  return { timestamp, filled, grouped, ...market, portfolio }
}

/** The rows that the chain has of the legs: it would refuse to give any if one leg has none. */
async function marketFor(client: Client, at: At, { legs }: Order): Promise<Pick<Facts, 'snapshot' | 'unquoted'>> {
  const { deployment, blockNumber } = at
  const markets = { address: deployment.markets, abi: marketsAbi, blockNumber } as const
  const count = await read(client, { ...markets, functionName: 'count' })
  const listed = legs
    .map(({ instrument }) => instrument)
    .filter(({ underlying }) => underlying >= 1 && BigInt(underlying) <= count)
  const isQuoted = await Promise.all(
    listed.map((instrument) => !isDated(instrument) || hasSurface(client, at, instrument)),
  )
  const unquoted = listed.filter((_, index) => !isQuoted[index])
  const quoted = listed.filter((instrument, index) => isQuoted[index] && isInRange(instrument))
  const underlyings = [...new Set(listed.map(({ underlying }) => underlying))]
  const snapshot = quoted.some(isDated)
    ? await getMatrix(client, { ...at, instruments: quoted, underlyings })
    : await getSnapshot(client, { ...at, underlyings })
  return { snapshot, unquoted }
}

type At = Pick<ReadParameters, 'deployment'> & { blockNumber: bigint }

async function hasSurface(client: Client, { deployment, blockNumber }: At, instrument: Instrument): Promise<boolean> {
  const args = [instrument.underlying, instrument.expiry] as const
  const series = { address: deployment.series, abi: seriesAbi, blockNumber } as const
  return (await read(client, { ...series, functionName: 'surface', args })) !== 0n
}

function isInRange({ strike }: Instrument): boolean {
  return strike * STRIKE_UNIT <= MAX_PRICE
}

function issuesOfTerms(
  { order, executor, counterparty, units = order.minFill }: ValidateOrderParameters,
  now: bigint,
): OrderIssue[] {
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

function issuesOfMarket({ order, closes }: ValidateOrderParameters, { snapshot, unquoted }: Facts): OrderIssue[] {
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
  { order, role, closes, units = order.minFill }: ValidateOrderParameters,
  { snapshot, unquoted }: Facts,
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
function issuesOfPosition(
  { order, units = order.minFill }: ValidateOrderParameters,
  portfolio: Portfolio,
): OrderIssue[] {
  if (!order.reduceOnly) return []
  return order.legs.flatMap(({ instrument, ratio }): OrderIssue[] => {
    const held = portfolio.positions.find((position) => isSameInstrument(position.instrument, instrument))?.lots ?? 0n
    const change = ratio * units
    const isNearer = held > 0n ? change < 0n && -change <= held : change > 0n && change <= -held
    return isNearer ? [] : [{ error: 'NotReducing', instrument, held, change }]
  })
}

function issuesOfUnits({ order, units = order.minFill }: ValidateOrderParameters, facts: Facts): OrderIssue[] {
  const issues: OrderIssue[] = []
  const left = positive(order.units - facts.filled)
  if (units > left) issues.push({ error: 'OverFilled', wanted: units, left })
  const inGroup = positive(order.groupCap - facts.grouped)
  if (order.group !== zeroHash && units > inGroup)
    issues.push({ error: 'GroupCapExceeded', wanted: units, left: inGroup })
  return issues
}

function leftOf(order: Order, { filled, grouped }: Facts): bigint {
  const left = positive(order.units - filled)
  const inGroup = positive(order.groupCap - grouped)
  return order.group !== zeroHash && inGroup < left ? inGroup : left
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n
}
