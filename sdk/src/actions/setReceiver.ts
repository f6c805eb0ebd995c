import type { Address, Client } from 'viem'
import type { AccountId } from '../entities/accountId.ts'
import { encodeAction } from '../entities/action.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SetReceiverParameters = WriteParameters & {
  accountId: AccountId
  receiver: Address
  allowed: boolean
}
export type SetReceiverReturnType = WriteReturnType
export type SetReceiverErrorType = WriteErrorType

/**
 * Lets signed withdrawals of the account go to an address, a day from now; or no longer, at once. The owner alone may.
 * @throws NotAuthorizedError
 * @example
 * import { encodeAccountId, setReceiver } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const receiver = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 * const hash = await setReceiver(client, { deployment, accountId, receiver, allowed: true })
 */
export async function setReceiver(
  client: Client,
  { deployment, account, accountId, receiver, allowed }: SetReceiverParameters,
): Promise<SetReceiverReturnType> {
  const data = encodeAction({ type: 'setReceiver', accountId, receiver, allowed })
  return send(client, { to: deployment.gateway, data, account })
}
