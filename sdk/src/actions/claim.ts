import { type Client, encodeFunctionData } from 'viem'
import { vaultAbi } from '../abis/vault.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type ClaimParameters = WriteParameters & {
  claimId: bigint
}
export type ClaimReturnType = WriteReturnType
export type ClaimErrorType = WriteErrorType

/**
 * Pays a queued withdrawal to its receiver. Anyone may send it.
 * @throws ClaimNotReadyError, UnknownClaimError
 * @example
 * import { claim } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const hash = await claim(client, { deployment, claimId: 1n })
 */
export async function claim(
  client: Client,
  { deployment, account, claimId }: ClaimParameters,
): Promise<ClaimReturnType> {
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'claim', args: [claimId] })
  return send(client, { to: deployment.vault, data, account })
}
