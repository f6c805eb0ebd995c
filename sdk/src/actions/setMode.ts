import { type Client, encodeFunctionData } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import type { AccountId } from '../entities/accountId.ts'
import { encodeMode } from '../entities/enums.ts'
import type { Mode } from '../exact/portfolio.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SetModeParameters = WriteParameters & {
  accountId: AccountId
  mode: Mode
}
export type SetModeReturnType = WriteReturnType
export type SetModeErrorType = WriteErrorType

/**
 * Changes the margin mode of an account, which needs initial margin in the new one.
 * @throws InsufficientMarginError, IsolatedAccountError
 * @example
 * import { encodeAccountId, setMode } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const hash = await setMode(client, { deployment, accountId, mode: 'isolated' })
 */
export async function setMode(
  client: Client,
  { deployment, account, accountId, mode }: SetModeParameters,
): Promise<SetModeReturnType> {
  const data = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'setMode',
    args: [accountId, encodeMode(mode)],
  })
  return send(client, { to: deployment.clearinghouse, data, account })
}
