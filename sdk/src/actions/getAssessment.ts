import type { Client } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import type { AccountId } from '../entities/accountId.ts'
import type { Assessment } from '../exact/assessment.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetAssessmentParameters = ReadParameters & { accountId: AccountId }
/** USD, 18 decimals. */
export type GetAssessmentReturnType = Assessment
export type GetAssessmentErrorType = ReadErrorType

/**
 * Equity and requirements of an account, as the chain computes them.
 * @example
 * import { encodeAccountId, getAssessment } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const { equity, maintenance } = await getAssessment(client, { deployment, accountId })
 */
export async function getAssessment(
  client: Client,
  { deployment, accountId, blockNumber }: GetAssessmentParameters,
): Promise<GetAssessmentReturnType> {
  return read(client, {
    address: deployment.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'assess',
    args: [accountId],
    blockNumber: await blockOf(client, blockNumber),
  })
}
