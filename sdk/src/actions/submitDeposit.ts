import type { Client } from 'viem'
import { encodeSignedDeposit, type SignedDeposit } from '../entities/tokenDeposit.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SubmitDepositParameters = WriteParameters & {
  /** What `signDeposit` returned. */
  signed: SignedDeposit
}
export type SubmitDepositReturnType = WriteReturnType
export type SubmitDepositErrorType = WriteErrorType

/**
 * Submits a deposit that its payer signed for Permit2, and pays the gas. Anyone may.
 * @throws InvalidSignerError, InvalidNonceError, SignatureExpiredError, NotAuthorizedError, DepositCapExceededError
 * @example
 * import { type SignedDeposit, submitDeposit } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const relay = (signed: SignedDeposit) => submitDeposit(client, { deployment, signed })
 */
export async function submitDeposit(
  client: Client,
  { deployment, account, signed }: SubmitDepositParameters,
): Promise<SubmitDepositReturnType> {
  return send(client, { to: deployment.gateway, data: encodeSignedDeposit(signed), account })
}
