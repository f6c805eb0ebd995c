import { type Client, encodeFunctionData } from 'viem'
import { exchangeAbi } from '../abis/exchange.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type CancelAllParameters = WriteParameters & {
  accountId: AccountId
}
export type CancelAllReturnType = WriteReturnType
export type CancelAllErrorType = WriteErrorType

/**
 * Voids all orders of the account signed so far: raises its epoch, which the next ones must name. `getEpoch` tells it.
 * @throws NotAuthorizedError
 * @example
 * import { cancelAll, encodeAccountId } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const hash = await cancelAll(client, { deployment, accountId })
 */
export async function cancelAll(
  client: Client,
  { deployment, account, accountId }: CancelAllParameters,
): Promise<CancelAllReturnType> {
  const data = encodeFunctionData({ abi: exchangeAbi, functionName: 'cancelAll', args: [accountId] })
  return send(client, { to: deployment.exchange, data, account })
}
