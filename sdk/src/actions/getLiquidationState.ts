import type { Client } from 'viem'
import { auctionAbi } from '../abis/auction.ts'
import type { AccountId } from '../entities/accountId.ts'
import type { Assessment } from '../exact/assessment.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetLiquidationStateParameters = ReadParameters & { accountId: AccountId }
export type GetLiquidationStateReturnType = {
  /** Equity is below maintenance at the good end of the price interval. */
  readonly liquidatable: boolean
  /** Healthy, but its cash debt exceeds the limit. */
  readonly convertible: boolean
  readonly flagged: boolean
  /** Seconds on the clock. */
  readonly elapsed: bigint
  /** WAD per USD of maintenance removed. */
  readonly discount: bigint
  readonly reward: bigint
  /** Bounds of the next slice, WAD. */
  readonly minFraction: bigint
  readonly maxFraction: bigint
  readonly assessment: Assessment
}
export type GetLiquidationStateErrorType = ReadErrorType

/**
 * Where an account stands in its liquidation.
 * @example
 * import { encodeAccountId, getLiquidationState } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const { liquidatable, discount } = await getLiquidationState(client, { deployment, accountId })
 */
export async function getLiquidationState(
  client: Client,
  { deployment, accountId, blockNumber }: GetLiquidationStateParameters,
): Promise<GetLiquidationStateReturnType> {
  return read(client, {
    address: deployment.auction,
    abi: auctionAbi,
    functionName: 'liquidationState',
    args: [accountId],
    blockNumber: await blockOf(client, blockNumber),
  })
}
