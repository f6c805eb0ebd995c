import type { Account, Address, Client, Hex } from 'viem'
import type { SignTypedDataErrorType } from 'viem/actions'
import { signTypedData } from 'viem/actions'
import type { Deployment } from '../entities/deployment.ts'
import { type SurfaceMessage, surfaceTypedData } from '../entities/surfaceMessage.ts'
import type { AccountMissingError } from './send.ts'
import { senderOf } from './send.ts'

export type SignSurfaceParameters = {
  deployment: Deployment
  message: SurfaceMessage
  /** A signer of the surface feed. @default the client's account */
  account?: Account | Address | undefined
}
export type SignSurfaceReturnType = Hex
export type SignSurfaceErrorType = AccountMissingError | SignTypedDataErrorType

/**
 * Signs a surface message as EIP-712 typed data. Nothing is sent.
 * @example
 * import { signSurface } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const WAD = 10n ** 18n
 * const quote = {
 *   expiry: Date.UTC(2026, 1, 27, 8) / 1000,
 *   theta: WAD / 25n,
 *   rho: -WAD / 4n,
 *   psi: WAD / 5n,
 *   forwardRatio: WAD,
 *   discount: WAD,
 * }
 * const message = { underlying: 1, timestamp: 1_770_000_000, premium: 0n, depth: 10n ** 26n, expiries: [quote] }
 * const signature = await signSurface(client, { deployment, message })
 */
export async function signSurface(
  client: Client,
  { deployment, message, account }: SignSurfaceParameters,
): Promise<SignSurfaceReturnType> {
  return signTypedData(client, { account: senderOf(client, account), ...surfaceTypedData(deployment, message) })
}
