import { type Client, encodeFunctionData } from 'viem'
import { exchangeAbi } from '../abis/exchange.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type CancelOrderParameters = WriteParameters & {
  accountId: AccountId
  nonces: readonly bigint[]
}
export type CancelOrderReturnType = WriteReturnType
export type CancelOrderErrorType = WriteErrorType

/**
 * Voids order slots (account, nonce): what was signed with them can no longer fill.
 * @throws NotAuthorizedError
 * @example
 * import { cancelOrder, encodeAccountId } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const hash = await cancelOrder(client, { deployment, accountId, nonces: [1n] })
 */
export async function cancelOrder(
  client: Client,
  { deployment, account, accountId, nonces }: CancelOrderParameters,
): Promise<CancelOrderReturnType> {
  const data = encodeFunctionData({ abi: exchangeAbi, functionName: 'cancel', args: [accountId, nonces] })
  return send(client, { to: deployment.exchange, data, account })
}
