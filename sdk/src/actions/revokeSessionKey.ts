import type { Address, Client } from 'viem'
import type { AccountId } from '../entities/accountId.ts'
import { REVOKED } from '../entities/sessionKey.ts'
import type { WriteErrorType, WriteParameters, WriteReturnType } from './send.ts'
import { setSessionKey } from './setSessionKey.ts'

export type RevokeSessionKeyParameters = WriteParameters & {
  accountId: AccountId
  key: Address
}
export type RevokeSessionKeyReturnType = WriteReturnType
export type RevokeSessionKeyErrorType = WriteErrorType

/**
 * Ends a session key at once: what it signed can no longer fill. The owner alone may.
 * @throws NotAuthorizedError
 * @example
 * import { encodeAccountId, revokeSessionKey } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const key = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 * const hash = await revokeSessionKey(client, { deployment, accountId, key })
 */
export async function revokeSessionKey(
  client: Client,
  { deployment, account, accountId, key }: RevokeSessionKeyParameters,
): Promise<RevokeSessionKeyReturnType> {
  return setSessionKey(client, { deployment, account, accountId, key, terms: REVOKED })
}
