import { type Client, encodeFunctionData } from 'viem'
import { auctionAbi } from '../abis/auction.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type FlagParameters = WriteParameters & {
  accountId: AccountId
}
export type FlagReturnType = WriteReturnType
export type FlagErrorType = WriteErrorType

/**
 * Starts the liquidation clock of an unhealthy account and records what it is expected to lose. Anyone may.
 * @throws HealthyError
 * @example
 * import { encodeAccountId, flag } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const hash = await flag(client, { deployment, accountId })
 */
export async function flag(
  client: Client,
  { deployment, account, accountId }: FlagParameters,
): Promise<FlagReturnType> {
  const data = encodeFunctionData({ abi: auctionAbi, functionName: 'flag', args: [accountId] })
  return send(client, { to: deployment.auction, data, account })
}
