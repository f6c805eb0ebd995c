import type { Account, Address, Client, Hex } from 'viem'
import type { SignTypedDataErrorType } from 'viem/actions'
import { signTypedData } from 'viem/actions'
import type { Deployment } from '../entities/deployment.ts'
import { type HistoryMessage, historyTypedData } from '../entities/historyMessage.ts'
import type { AccountMissingError } from './send.ts'
import { senderOf } from './send.ts'

export type SignHistoryParameters = {
  deployment: Deployment
  message: HistoryMessage
  /** A signer of the history feed. @default the client's account */
  account?: Account | Address | undefined
}
export type SignHistoryReturnType = Hex
export type SignHistoryErrorType = AccountMissingError | SignTypedDataErrorType

/**
 * Signs a history as EIP-712 typed data. Nothing is sent.
 * @example
 * import { packCaps, signHistory } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const message = {
 *   underlying: 1,
 *   timestamp: 1_770_000_000,
 *   scanRange: 65n * 10n ** 15n,
 *   weights: packCaps(Array.from({ length: 17 }, () => 1_000n)),
 *   offset: 450_000,
 *   inputs: `0x${'22'.repeat(32)}`,
 *   code: `0x${'33'.repeat(32)}`,
 * } as const
 * const signature = await signHistory(client, { deployment, message })
 */
export async function signHistory(
  client: Client,
  { deployment, message, account }: SignHistoryParameters,
): Promise<SignHistoryReturnType> {
  return signTypedData(client, { account: senderOf(client, account), ...historyTypedData(deployment, message) })
}
