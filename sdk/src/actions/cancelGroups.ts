import { type Client, encodeFunctionData, type Hex } from 'viem'
import { exchangeAbi } from '../abis/exchange.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type CancelGroupsParameters = WriteParameters & {
  accountId: AccountId
  groups: readonly Hex[]
}
export type CancelGroupsReturnType = WriteReturnType
export type CancelGroupsErrorType = WriteErrorType

/**
 * Voids all orders of the account with one of these groups, for good: those signed later too.
 * @throws NotAuthorizedError
 * @example
 * import { cancelGroups, encodeAccountId } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const groups = [`0x${'01'.repeat(32)}`] as const
 * const hash = await cancelGroups(client, { deployment, accountId, groups })
 */
export async function cancelGroups(
  client: Client,
  { deployment, account, accountId, groups }: CancelGroupsParameters,
): Promise<CancelGroupsReturnType> {
  const data = encodeFunctionData({ abi: exchangeAbi, functionName: 'cancelGroups', args: [accountId, groups] })
  return send(client, { to: deployment.exchange, data, account })
}
