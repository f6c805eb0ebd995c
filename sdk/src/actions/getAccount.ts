import type { Client } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import type { AccountId } from '../entities/accountId.ts'
import { decodePortfolio } from '../entities/position.ts'
import type { Portfolio } from '../exact/portfolio.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetAccountParameters = ReadParameters<'clearinghouse'> & { accountId: AccountId }
export type GetAccountReturnType = {
  readonly portfolio: Portfolio
  /** Has ever received anything, so that strangers may top it up with USD. */
  readonly exists: boolean
  /** Its liquidation clock runs. */
  readonly flagged: boolean
  /** It took over a liquidation below initial margin and may only reduce. */
  readonly reduceOnly: boolean
  /** USD it is expected to lose while flagged. */
  readonly memo: bigint
  readonly blockNumber: bigint
}
export type GetAccountErrorType = ReadErrorType

/**
 * Cash, positions and status of an account.
 * @example
 * import { encodeAccountId, getAccount } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const { portfolio } = await getAccount(client, { deployment, accountId })
 */
export async function getAccount(
  client: Client,
  { deployment, accountId, blockNumber: at }: GetAccountParameters,
): Promise<GetAccountReturnType> {
  const blockNumber = await blockOf(client, at)
  const common = { address: deployment.clearinghouse, abi: clearinghouseAbi, args: [accountId], blockNumber } as const
  const [portfolio, [exists, flagged, reduceOnly], memo] = await Promise.all([
    read(client, { ...common, functionName: 'portfolio' }),
    read(client, { ...common, functionName: 'status' }),
    read(client, { ...common, functionName: 'memo' }),
  ])
  return { portfolio: decodePortfolio(portfolio), exists, flagged, reduceOnly, memo, blockNumber }
}
