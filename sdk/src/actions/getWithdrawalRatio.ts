import type { Client } from 'viem'
import { vaultAbi } from '../abis/vault.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetWithdrawalRatioParameters = ReadParameters
export type GetWithdrawalRatioReturnType = {
  /** What a withdrawal of one dollar pays, WAD, rounded down. */
  readonly ratio: bigint
  /** USD of losses that no compartment covered. */
  readonly booked: bigint
  /** USD that flagged accounts are expected to lose beyond the compartments. */
  readonly expected: bigint
}
export type GetWithdrawalRatioErrorType = ReadErrorType

/**
 * What a withdrawn dollar pays now, and why.
 * @example
 * import { getWithdrawalRatio } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const { ratio } = await getWithdrawalRatio(client, { deployment })
 * console.log(formatUnits(ratio, 18))
 */
export async function getWithdrawalRatio(
  client: Client,
  { deployment, blockNumber: at }: GetWithdrawalRatioParameters,
): Promise<GetWithdrawalRatioReturnType> {
  const common = { address: deployment.vault, abi: vaultAbi, blockNumber: await blockOf(client, at) } as const
  const [ratio, [booked, expected]] = await Promise.all([
    read(client, { ...common, functionName: 'withdrawalRatio' }),
    read(client, { ...common, functionName: 'losses' }),
  ])
  return { ratio, booked, expected }
}
