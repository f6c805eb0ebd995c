import { encodeFunctionData, type Hex, parseEventLogs, type TransactionReceipt } from 'viem'
import { exchangeAbi } from '../abis/exchange.ts'
import type { PlimsollError } from '../errors/base.ts'
import { decodeError, UnknownRevertError } from '../errors/decode.ts'
import type { Deployment } from './deployment.ts'
import { encodeOrder, type Order } from './order.ts'

/** Two orders matched at the maker's price. */
export type Fill = {
  readonly maker: Order
  /** Left out for an account that the sender may use. */
  readonly makerSignature?: Hex | undefined
  readonly taker: Order
  readonly takerSignature?: Hex | undefined
  /** Units of the structure to trade. */
  readonly units: bigint
}

/** A fill that a batch left out, and the exchange's error. */
export type SkippedFill = { readonly index: number; readonly error: PlimsollError }

/** The fill as the exchange takes it. @throws OutOfRangeError */
export function encodeFill({ maker, makerSignature = '0x', taker, takerSignature = '0x', units }: Fill) {
  return { maker: encodeOrder(maker), makerSignature, taker: encodeOrder(taker), takerSignature, units }
}

/** Call data of a settlement, of the exchange or in a `multicall` of the gateway. */
export function encodeSettle(fills: readonly Fill[]): Hex {
  return encodeFunctionData({ abi: exchangeAbi, functionName: 'settle', args: [fills.map(encodeFill)] })
}

/** The same for a settlement that leaves out the fills that cannot be. */
export function encodeSettleAvailable(fills: readonly Fill[]): Hex {
  return encodeFunctionData({ abi: exchangeAbi, functionName: 'settleAvailable', args: [fills.map(encodeFill)] })
}

/**
 * Fills that a `settleAvailable` left out, and why, from its receipt. With several settlements in one transaction the indices
 * are of each.
 * @example
 * import { skippedFills } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const receipt = await client.getTransactionReceipt({ hash: `0x${'00'.repeat(32)}` })
 * for (const { index, error } of skippedFills(deployment, receipt)) console.log(index, error.message)
 */
export function skippedFills(
  { exchange }: Pick<Deployment, 'exchange'>,
  { logs }: Pick<TransactionReceipt, 'logs'>,
): SkippedFill[] {
  const own = logs.filter(({ address }) => address.toLowerCase() === exchange.toLowerCase())
  return parseEventLogs({ abi: exchangeAbi, eventName: 'Skipped', logs: own }).map(({ args: { index, reason } }) => ({
    index: Number(index),
    error: decodeError(reason) ?? new UnknownRevertError({ data: reason }),
  }))
}
