import type { Client } from 'viem'
import type { AccountId } from '../entities/accountId.ts'
import { encodeAction } from '../entities/action.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type VoidNoncesParameters = WriteParameters & {
  accountId: AccountId
  /** The sender's own, of signed actions that nobody has submitted yet; used ones are no obstacle. */
  nonces: readonly bigint[]
}
export type VoidNoncesReturnType = WriteReturnType
export type VoidNoncesErrorType = WriteErrorType

/**
 * Gives up nonces of the sender: actions that were signed with them can no longer be submitted.
 * @example
 * import { encodeAccountId, voidNonces } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const hash = await voidNonces(client, { deployment, accountId, nonces: [1n] })
 */
export async function voidNonces(
  client: Client,
  { deployment, account, accountId, nonces }: VoidNoncesParameters,
): Promise<VoidNoncesReturnType> {
  const data = encodeAction({ type: 'voidNonces', accountId, nonces })
  return send(client, { to: deployment.gateway, data, account })
}
