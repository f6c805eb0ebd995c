import { type Address, type Client, type Hex, isAddressEqual, maxUint128, zeroAddress, zeroHash } from 'viem'
import type { GetBlockErrorType } from 'viem/actions'
import { getBlock } from 'viem/actions'
import { exchangeAbi } from '../abis/exchange.ts'
import { marketsAbi } from '../abis/markets.ts'
import { type AccountId, isSystemAccount } from '../entities/accountId.ts'
import { hashOrder, type Order } from '../entities/order.ts'
import type { Market, Snapshot } from '../exact/market.ts'
import { marketOf } from '../exact/market.ts'
import { type Instrument, isSameInstrument, type Portfolio } from '../exact/portfolio.ts'
import { getAccount } from './getAccount.ts'
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
}

/** Why the exchange would refuse the fill, with the name of its error. */
export type OrderIssue =
  | { readonly error: 'NoLegs' }
  | { readonly error: 'InstrumentNotListed'; readonly instrument: Instrument }
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
  /** No issue. Margin, fees and the other side are judged by `preview` and at settlement. */
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
    ...issuesOfMarket(order, facts.snapshot),
    ...issuesOfPosition(parameters, facts.portfolio),
    ...(isSigned ? [] : [{ error: 'BadSignature' } as const]),
    ...issuesOfUnits(parameters, facts),
  ]
  const isCancelled = facts.filled === maxUint128
  const left = leftOf(order, facts)
  return { isFillable: issues.length === 0, issues, hash, isCancelled, filled: facts.filled, left, blockNumber }
}

type Facts = { timestamp: bigint; filled: bigint; grouped: bigint; snapshot: Snapshot; portfolio: Portfolio }

async function gather(
  client: Client,
  { deployment, order }: ValidateOrderParameters,
  blockNumber: bigint,
): Promise<Facts> {
  const at = { address: deployment.exchange, abi: exchangeAbi, blockNumber } as const
  const count = await read(client, {
    address: deployment.markets,
    abi: marketsAbi,
    functionName: 'count',
    blockNumber,
  })
  const named = new Set(order.legs.map(({ instrument }) => instrument.underlying))
  const underlyings = [...named].filter((underlying) => underlying >= 1 && BigInt(underlying) <= count)
  const [{ timestamp }, filled, grouped, snapshot, { portfolio }] = await Promise.all([
    getBlock(client, { blockNumber }),
    read(client, { ...at, functionName: 'filled', args: [order.accountId, order.nonce] }),
    read(client, { ...at, functionName: 'groupFilled', args: [order.accountId, order.group] }),
    getSnapshot(client, { deployment, underlyings, blockNumber }),
    getAccount(client, { deployment, accountId: order.accountId, blockNumber }),
  ])
  return { timestamp, filled, grouped, snapshot, portfolio }
}

function issuesOfTerms(
  { order, executor, counterparty, units = order.minFill }: ValidateOrderParameters,
  now: bigint,
): OrderIssue[] {
  const issues: OrderIssue[] = []
  if (order.legs.length === 0) issues.push({ error: 'NoLegs' })
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

function issuesOfMarket({ legs, minSpot, maxSpot }: Order, snapshot: Snapshot): OrderIssue[] {
  const issues: OrderIssue[] = []
  for (const { instrument } of legs) {
    const market = marketOf(snapshot, instrument.underlying)
    if (!isListed(instrument, market)) issues.push({ error: 'InstrumentNotListed', instrument })
  }
  const spot = legs[0] && marketOf(snapshot, legs[0].instrument.underlying)?.spot
  if (spot !== undefined && (spot < minSpot || spot > maxSpot)) {
    issues.push({ error: 'SpotOutsideBand', spot, minSpot, maxSpot })
  }
  return issues
}

function isListed({ kind, expiry, strike }: Instrument, market: Market | undefined): boolean {
  if (!market || expiry !== 0 || strike !== 0n) return false
  return (kind === 'spot' && market.tokenUnit > 0n) || (kind === 'perpetual' && market.lotUnit > 0n)
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
