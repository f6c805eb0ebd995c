import { type Client, encodeFunctionData } from 'viem'
import { auctionAbi } from '../abis/auction.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type AbsorbParameters = WriteParameters & {
  accountId: AccountId
}
export type AbsorbReturnType = WriteReturnType
export type AbsorbErrorType = WriteErrorType

/**
 * Books the cash debt of an account without positions: common compartment first, then HOLE. Anyone may.
 * @throws NotAbsorbableError
 * @example
 * import { absorb, encodeAccountId } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const hash = await absorb(client, { deployment, accountId })
 */
export async function absorb(
  client: Client,
  { deployment, account, accountId }: AbsorbParameters,
): Promise<AbsorbReturnType> {
  const data = encodeFunctionData({ abi: auctionAbi, functionName: 'absorb', args: [accountId] })
  return send(client, { to: deployment.auction, data, account })
}
