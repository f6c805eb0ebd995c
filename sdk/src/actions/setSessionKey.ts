import { type Address, type Client, encodeFunctionData } from 'viem'
import { exchangeAbi } from '../abis/exchange.ts'
import type { AccountId } from '../entities/accountId.ts'
import { encodeSessionKey, type SessionKey } from '../entities/sessionKey.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SetSessionKeyParameters = WriteParameters & {
  accountId: AccountId
  /** Address of the key that may trade for the account. */
  key: Address
  terms: SessionKey
}
export type SetSessionKeyReturnType = WriteReturnType
export type SetSessionKeyErrorType = WriteErrorType

/**
 * Lets a key trade for the account within its terms, anew: what it has lost so far is forgotten. The owner alone may.
 * @throws NotAuthorizedError
 * @example
 * import { encodeAccountId, setSessionKey } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const key = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 * const budget = { expiry: 1_900_000_000, dailyLoss: 500n * 10n ** 18n }
 * const terms = { ...budget, kinds: ['perpetual'], underlyings: [1] } as const
 * const hash = await setSessionKey(client, { deployment, accountId, key, terms })
 */
export async function setSessionKey(
  client: Client,
  { deployment, account, accountId, key, terms }: SetSessionKeyParameters,
): Promise<SetSessionKeyReturnType> {
  const data = encodeFunctionData({
    abi: exchangeAbi,
    functionName: 'setSessionKey',
    args: [accountId, key, encodeSessionKey(terms)],
  })
  return send(client, { to: deployment.exchange, data, account })
}
