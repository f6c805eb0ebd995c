import type { Address, Client } from 'viem'
import { vaultAbi } from '../abis/vault.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetClaimParameters = ReadParameters & { claimId: bigint }
export type GetClaimReturnType = {
  /** 0 is USD, else the underlying whose collateral it is. */
  readonly asset: number
  readonly receiver: Address
  /** Token units. */
  readonly amount: bigint
  /** Payable once the asset's cumulative allowance has reached this. */
  readonly ticket: bigint
  /** Unix seconds by which it can be paid if nobody deposits; not after the block's time when it can be paid now. */
  readonly latestPayment: bigint
}
export type GetClaimErrorType = ReadErrorType

/**
 * A withdrawal that waits for the outflow limit.
 * @throws UnknownClaimError when it never existed or was paid
 * @example
 * import { getClaim } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const { amount, latestPayment } = await getClaim(client, { deployment, claimId: 1n })
 */
export async function getClaim(
  client: Client,
  { deployment, claimId, blockNumber: at }: GetClaimParameters,
): Promise<GetClaimReturnType> {
  const blockNumber = await blockOf(client, at)
  const common = { address: deployment.vault, abi: vaultAbi, args: [claimId], blockNumber } as const
  const [claim, latestPayment] = await Promise.all([
    read(client, { ...common, functionName: 'claims' }),
    read(client, { ...common, functionName: 'latestPayment' }),
  ])
  return { ...claim, latestPayment }
}
