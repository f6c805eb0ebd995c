import type { Client } from 'viem'
import type { AccountId } from '../entities/accountId.ts'
import { encodeAction } from '../entities/action.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type MergeParameters = WriteParameters & {
  from: AccountId
  to: AccountId
}
export type MergeReturnType = WriteReturnType
export type MergeErrorType = WriteErrorType

/**
 * Moves all that one account holds to another of the same owner; what has expired is settled first. Both are checked.
 * @throws InsufficientMarginError, DifferentOwnersError, AccountFullError, NotAuthorizedError
 * @example
 * import { encodeAccountId, merge } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const from = encodeAccountId({ owner: account.address, subId: 1n })
 * const hash = await merge(client, { deployment, from, to: accountId })
 */
export async function merge(
  client: Client,
  { deployment, account, from, to }: MergeParameters,
): Promise<MergeReturnType> {
  const data = encodeAction({ type: 'merge', from, to })
  return send(client, { to: deployment.gateway, data, account })
}
