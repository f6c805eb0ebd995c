import type { Signer } from 'ethers'
import type { Hex } from 'viem'
import type { Deployment } from '../entities/deployment.ts'
import { encodeSurfaceMessage, type SurfaceMessage, surfaceDomain, surfaceTypes } from '../entities/surfaceMessage.ts'

export type SignSurfaceParameters = { deployment: Deployment; message: SurfaceMessage }
export type SignSurfaceReturnType = Hex
export type SignSurfaceErrorType = Error

/**
 * Signs a surface message with an ethers signer, which needs no provider. Equal to the viem action of the same name.
 * @example
 * import { signSurface } from '@plimsoll/sdk/ethers'
 * import { Wallet } from 'ethers'
 * import { deployment } from './deployment.ts'
 * const signer = new Wallet(`0x${'11'.repeat(32)}`)
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
 * const signature = await signSurface(signer, { deployment, message })
 */
export async function signSurface(
  signer: Signer,
  { deployment, message }: SignSurfaceParameters,
): Promise<SignSurfaceReturnType> {
  const types = { Surface: [...surfaceTypes.Surface], ExpiryQuote: [...surfaceTypes.ExpiryQuote] }
  const signature = await signer.signTypedData(surfaceDomain(deployment), types, encodeSurfaceMessage(message))
  return signature as Hex // ethers types hex as string
}
