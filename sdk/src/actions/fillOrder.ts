import type { Client, Hex } from 'viem'
import type { GetBlockErrorType } from 'viem/actions'
import { getBlock } from 'viem/actions'
import { type AccountId, ownerOf } from '../entities/accountId.ts'
import { randomNonce } from '../entities/actionMessage.ts'
import { OrderNotFillableError } from '../entities/errors.ts'
import { encodeSettle, type Fill } from '../entities/fill.ts'
import { type Order, oppositeOrder } from '../entities/order.ts'
import { getEpoch } from './getEpoch.ts'
import { addressOf, send, senderOf, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'
import { type ValidateOrderErrorType, validateOrder } from './validateOrder.ts'

export type FillOrderParameters = WriteParameters & {
  /** Takes the order; the sender's own, or one that he operates or holds a session key of. */
  accountId: AccountId
  maker: Order
  makerSignature: Hex
  /** Units of the maker's structure to take, in one fill. */
  units: bigint
  /** Most USD of protocol fees per unit: `quoteStructure` tells them at the marks of now. */
  maxFee: bigint
  /** Most USD per unit to pay, negative: least to receive. @default what the maker asks for */
  limitPrice?: bigint | undefined
  /** Spot prices of the first leg, USD 18 decimals, between which the trade is wanted. @default all */
  spotBand?: readonly [bigint, bigint] | undefined
  /** Seconds from now until which it may be mined. @default 600 */
  validSeconds?: number | undefined
  /** @default false */
  reduceOnly?: boolean | undefined
}
export type FillOrderReturnType = WriteReturnType
export type FillOrderErrorType = OrderNotFillableError | WriteErrorType | ValidateOrderErrorType | GetBlockErrorType

/**
 * Takes a signed order of somebody, or a part of it, at its price: the opposite order is made here and needs no signature, because
 * its account sends it. Both orders are judged at one block and the fill is simulated before it is sent.
 * @throws OrderNotFillableError with every reason, InsufficientMarginError, PricesDoNotCrossError and other refusals
 * @example
 * import { encodeAccountId, fillOrder, type Order } from '@plimsoll/sdk'
 * import { createWalletClient, type Hex, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const maxFee = 10n ** 16n
 * const take = (maker: Order, makerSignature: Hex) =>
 *   fillOrder(client, { deployment, accountId, maker, makerSignature, units: 10n, maxFee })
 */
export async function fillOrder(client: Client, parameters: FillOrderParameters): Promise<FillOrderReturnType> {
  const { deployment, maker, makerSignature: signature, units } = parameters
  const sender = senderOf(client, parameters.account)
  const executor = addressOf(sender)
  const { number: blockNumber, timestamp } = await getBlock(client)
  const taker = await opposite(client, parameters, { blockNumber, timestamp })
  const common = { deployment, units, executor, blockNumber }
  const verdicts = await Promise.all([
    validateOrder(client, {
      ...{ ...common, order: maker, signature, role: 'maker', closes: taker.reduceOnly },
      counterparty: ownerOf(taker.accountId),
    }),
    validateOrder(client, {
      ...{ ...common, order: taker, signature: '0x', role: 'taker', closes: maker.reduceOnly },
      price: -maker.limitPrice,
    }),
  ])
  const issues = verdicts.flatMap((verdict) => verdict.issues)
  if (issues.length > 0) throw new OrderNotFillableError({ issues })
  const fills: Fill[] = [{ maker, makerSignature: signature, taker, units }]
  return send(client, { to: deployment.exchange, data: encodeSettle(fills), account: sender })
}

async function opposite(
  client: Client,
  parameters: FillOrderParameters,
  { blockNumber, timestamp }: { blockNumber: bigint; timestamp: bigint },
): Promise<Order> {
  const {
    deployment,
    accountId,
    maker,
    units,
    maxFee,
    limitPrice,
    reduceOnly,
    spotBand,
    validSeconds = 600,
  } = parameters
  const epoch = await getEpoch(client, { deployment, accountId, blockNumber })
  return oppositeOrder(maker, {
    ...{ accountId, units, maxFee, limitPrice, epoch, reduceOnly, nonce: randomNonce() },
    expiry: Number(timestamp) + validSeconds,
    minSpot: spotBand?.[0],
    maxSpot: spotBand?.[1],
  })
}
