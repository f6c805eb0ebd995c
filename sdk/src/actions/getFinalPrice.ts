import type { Client } from 'viem'
import { settlementAbi } from '../abis/settlement.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetFinalPriceParameters = ReadParameters & {
  underlying: number
  /** Unix seconds; 0: the perpetual's delisting. */
  expiry: number
}
export type GetFinalPriceReturnType = {
  /** USD per unit, 18 decimals; undefined until the average is complete and not delayed. */
  readonly price: bigint | undefined
  /** End of the settlement window, unix seconds; 0: no delisting is scheduled. */
  readonly end: number
  /** The window is averaged up to here; 0: not begun. */
  readonly doneUntil: number
  /** Price times seconds so far. */
  readonly sum: bigint
}
export type GetFinalPriceErrorType = ReadErrorType

/**
 * The price at which a series is settled, and how far its average has come.
 * @example
 * import { getFinalPrice } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const expiry = Date.UTC(2026, 1, 27, 8) / 1000
 * const { price, doneUntil } = await getFinalPrice(client, { deployment, underlying: 1, expiry })
 */
export async function getFinalPrice(
  client: Client,
  { deployment, underlying, expiry, blockNumber: at }: GetFinalPriceParameters,
): Promise<GetFinalPriceReturnType> {
  const blockNumber = await blockOf(client, at)
  const common = { address: deployment.settlement, abi: settlementAbi, blockNumber } as const
  const [[isFinal, price], [sum, doneUntil], delisting] = await Promise.all([
    read(client, { ...common, functionName: 'finalPrice', args: [underlying, expiry] }),
    read(client, { ...common, functionName: 'progress', args: [underlying, expiry] }),
    read(client, { ...common, functionName: 'delistingAt', args: [underlying] }),
  ])
  const end = expiry === 0 ? Number(delisting) : expiry
  return { price: isFinal ? price : undefined, end, doneUntil: Number(doneUntil), sum }
}
