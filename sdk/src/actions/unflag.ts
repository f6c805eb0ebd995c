import { type Client, encodeFunctionData } from 'viem'
import { auctionAbi } from '../abis/auction.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type UnflagParameters = WriteParameters & {
  accountId: AccountId
}
export type UnflagReturnType = WriteReturnType
export type UnflagErrorType = WriteErrorType

/**
 * Stops the liquidation clock of an account that is healthy again. Anyone may.
 * @throws StillUnhealthyError, NotFlaggedError
 * @example
 * import { encodeAccountId, unflag } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const hash = await unflag(client, { deployment, accountId })
 */
export async function unflag(
  client: Client,
  { deployment, account, accountId }: UnflagParameters,
): Promise<UnflagReturnType> {
  const data = encodeFunctionData({ abi: auctionAbi, functionName: 'unflag', args: [accountId] })
  return send(client, { to: deployment.auction, data, account })
}
