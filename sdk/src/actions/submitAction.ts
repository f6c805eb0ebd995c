import type { Client } from 'viem'
import { encodeAction, type SignedAction } from '../entities/action.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SubmitActionParameters = WriteParameters & {
  /** What `signAction` returned. */
  signed: SignedAction
}
export type SubmitActionReturnType = WriteReturnType
export type SubmitActionErrorType = WriteErrorType

/**
 * Submits an action that somebody signed, and pays the gas. Anyone may.
 * @throws BadSignatureError, PermissionExpiredError, NonceAlreadyUsedError, ReceiverNotAllowedError and those of the action
 * @example
 * import { type SignedAction, submitAction } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const relay = (signed: SignedAction) => submitAction(client, { deployment, signed })
 */
export async function submitAction(
  client: Client,
  { deployment, account, signed }: SubmitActionParameters,
): Promise<SubmitActionReturnType> {
  return send(client, { to: deployment.gateway, data: encodeAction(signed.action, signed), account })
}
