import { type Address, type Hex, hashTypedData, maxUint128, type TypedDataDomain, zeroAddress, zeroHash } from 'viem'
import type { Instrument } from '../exact/portfolio.ts'
import type { AccountId } from './accountId.ts'
import type { Deployment } from './deployment.ts'
import { encodeInstrumentId } from './instrumentId.ts'
import { signed, unsigned } from './range.ts'

/** Lots of one instrument per unit of a structure; positive buys, negative sells. */
export type Leg = { readonly instrument: Instrument; readonly ratio: bigint }

/** A signed intention to trade up to `units` of a structure. */
export type Order = {
  readonly accountId: AccountId
  /** The structure of one unit. */
  readonly legs: readonly Leg[]
  /** Most USD (18 decimals) the account pays per unit; negative: least it receives. */
  readonly limitPrice: bigint
  /** Most USD of protocol fees per unit. */
  readonly maxFee: bigint
  readonly units: bigint
  /** Least units per fill. */
  readonly minFill: bigint
  /** Fills are counted per (account, nonce): orders that share one replace each other. */
  readonly nonce: bigint
  /** That of the account when it is filled: `cancelAll` raises it and so voids all orders before. */
  readonly epoch: bigint
  /** Unix seconds after which it is void. */
  readonly expiry: number
  readonly reduceOnly: boolean
  /** Who may settle it; the zero address: anyone. */
  readonly executor: Address
  /** Owner of the only allowed counterparty; the zero address: anyone. */
  readonly taker: Address
  /** USD per unit paid to `tipReceiver`. */
  readonly tip: bigint
  /** Zero: sub-account 0 of whoever settles. */
  readonly tipReceiver: AccountId
  /** Band of the first leg's spot price, USD 18 decimals. */
  readonly minSpot: bigint
  readonly maxSpot: bigint
  /** Orders of the account with this non-zero group fill `groupCap` units together. */
  readonly group: Hex
  readonly groupCap: bigint
}

/** What an order must say; the rest has defaults that restrict nothing. A `maxFee` of 2^128 - 1 allows any fee. */
export type OrderParameters = Pick<
  Order,
  'accountId' | 'legs' | 'limitPrice' | 'maxFee' | 'units' | 'nonce' | 'expiry'
> & {
  [name in keyof Order]?: Order[name] | undefined
}

const UNRESTRICTED = {
  minFill: 1n,
  epoch: 0n,
  reduceOnly: false,
  executor: zeroAddress,
  taker: zeroAddress,
  tip: 0n,
  tipReceiver: zeroHash,
  minSpot: 0n,
  maxSpot: maxUint128,
  group: zeroHash,
  groupCap: 0n,
} as const

/**
 * A complete order.
 * @example
 * import { createOrder, encodeAccountId, perpetualOf } from '@plimsoll/sdk'
 * const order = createOrder({
 *   accountId: encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' }),
 *   legs: [{ instrument: perpetualOf(1), ratio: 1n }],
 *   limitPrice: 6n * 10n ** 18n,
 *   maxFee: 10n ** 16n,
 *   units: 1_000n,
 *   nonce: 1n,
 *   expiry: 1_900_000_000,
 * })
 */
export function createOrder(parameters: OrderParameters): Order {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  return { ...UNRESTRICTED, ...(Object.fromEntries(given) as OrderParameters) } as Order // undefined fields are gone
}

/**
 * The other side of a structure: what one side buys, the other sells.
 * @example
 * import { oppositeLegs, perpetualOf } from '@plimsoll/sdk'
 * const legs = oppositeLegs([{ instrument: perpetualOf(1), ratio: 1n }])
 */
export function oppositeLegs(legs: readonly Leg[]): Leg[] {
  return legs.map(({ instrument, ratio }) => ({ instrument, ratio: -ratio }))
}

/** What the taker of an order must say beside it. */
export type OppositeParameters = Omit<OrderParameters, 'legs' | 'limitPrice'> & {
  /** @default the maker's price */
  readonly limitPrice?: bigint | undefined
}

/**
 * The order that takes `units` of a maker's order in one fill: opposite legs, at the maker's price unless it says another limit.
 * @example
 * import { encodeAccountId, type Order, oppositeOrder } from '@plimsoll/sdk'
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const terms = { accountId, maxFee: 10n ** 16n, nonce: 1n, expiry: 1_900_000_000 }
 * const take = (maker: Order) => oppositeOrder(maker, { ...terms, units: 10n })
 */
export function oppositeOrder({ legs, limitPrice }: Order, terms: OppositeParameters): Order {
  return createOrder({
    ...terms,
    legs: oppositeLegs(legs),
    limitPrice: terms.limitPrice ?? -limitPrice,
    minFill: terms.minFill ?? terms.units,
  })
}

/** Types of the EIP-712 message. */
export const orderTypes = {
  Order: [
    { name: 'account', type: 'bytes32' },
    { name: 'legs', type: 'OrderLeg[]' },
    { name: 'limitPrice', type: 'int256' },
    { name: 'maxFee', type: 'uint256' },
    { name: 'units', type: 'uint128' },
    { name: 'minFill', type: 'uint128' },
    { name: 'nonce', type: 'uint256' },
    { name: 'epoch', type: 'uint64' },
    { name: 'expiry', type: 'uint40' },
    { name: 'reduceOnly', type: 'bool' },
    { name: 'executor', type: 'address' },
    { name: 'taker', type: 'address' },
    { name: 'tip', type: 'uint256' },
    { name: 'tipReceiver', type: 'bytes32' },
    { name: 'minSpot', type: 'uint128' },
    { name: 'maxSpot', type: 'uint128' },
    { name: 'group', type: 'bytes32' },
    { name: 'groupCap', type: 'uint128' },
  ],
  OrderLeg: [
    { name: 'instrument', type: 'uint128' },
    { name: 'ratio', type: 'int64' },
  ],
} as const

/** The order as the exchange takes it. @throws OutOfRangeError */
export function encodeOrder({ accountId, legs, ...order }: Order) {
  return {
    ...order,
    account: accountId,
    legs: legs.map(({ instrument, ratio }) => ({
      instrument: encodeInstrumentId(instrument),
      ratio: signed('ratio', ratio, 64),
    })),
    limitPrice: signed('limitPrice', order.limitPrice, 256),
    maxFee: unsigned('maxFee', order.maxFee, 256),
    units: unsigned('units', order.units, 128),
    minFill: unsigned('minFill', order.minFill, 128),
    nonce: unsigned('nonce', order.nonce, 256),
    epoch: unsigned('epoch', order.epoch, 64),
    expiry: Number(unsigned('expiry', order.expiry, 40)),
    tip: unsigned('tip', order.tip, 256),
    minSpot: unsigned('minSpot', order.minSpot, 128),
    maxSpot: unsigned('maxSpot', order.maxSpot, 128),
    groupCap: unsigned('groupCap', order.groupCap, 128),
  }
}

export function orderDomain({ chainId, exchange }: Pick<Deployment, 'chainId' | 'exchange'>) {
  return {
    name: 'Plimsoll Exchange',
    version: '1',
    chainId,
    verifyingContract: exchange,
  } as const satisfies TypedDataDomain
}

/** What the account's owner, an operator or a session key signs. */
export function orderTypedData(deployment: Pick<Deployment, 'chainId' | 'exchange'>, order: Order) {
  const domain = orderDomain(deployment)
  return { domain, types: orderTypes, primaryType: 'Order', message: encodeOrder(order) } as const
}

/** EIP-712 digest of the order, as the exchange computes it. */
export function hashOrder(deployment: Pick<Deployment, 'chainId' | 'exchange'>, order: Order): Hex {
  return hashTypedData(orderTypedData(deployment, order))
}
