import type { Client } from 'viem'
import { exchangeAbi } from '../abis/exchange.ts'
import type { AccountId } from '../entities/accountId.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetEpochParameters = ReadParameters<'exchange'> & { accountId: AccountId }
export type GetEpochReturnType = bigint
export type GetEpochErrorType = ReadErrorType

/**
 * The epoch that orders of an account must name to fill: 0 until its first `cancelAll`.
 * @example
 * import { encodeAccountId, getEpoch } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const epoch = await getEpoch(client, { deployment, accountId })
 */
export async function getEpoch(
  client: Client,
  { deployment, accountId, blockNumber }: GetEpochParameters,
): Promise<GetEpochReturnType> {
  return read(client, {
    address: deployment.exchange,
    abi: exchangeAbi,
    functionName: 'epochOf',
    args: [accountId],
    blockNumber: await blockOf(client, blockNumber),
  })
}
