import { type Client, encodeFunctionData, type Hex } from 'viem'
import { surfaceFeedAbi } from '../abis/surfaceFeed.ts'
import { encodeSurfaceMessage, hashSurface, type SurfaceMessage } from '../entities/surfaceMessage.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'
import { orderedSignatures } from './signatures.ts'

export type PostSurfaceParameters = WriteParameters & {
  message: SurfaceMessage
  /** Of a quorum of signers, in any order. */
  signatures: readonly Hex[]
}
export type PostSurfaceReturnType = WriteReturnType
export type PostSurfaceErrorType = WriteErrorType

/**
 * Posts a signed volatility surface, in the order of signers that the feed demands. Anyone may. How far the stored surface
 * follows the message is bounded: `getSeries` shows what was taken.
 * @throws NotSignerError, TooFewSignaturesError, PremiumTooOldError, ExpiryMissingError and other refusals
 * @example
 * import { postSurface, signSurface, type SurfaceMessage } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * async function publish(message: SurfaceMessage) {
 *   const signatures = [await signSurface(client, { deployment, message })]
 *   return postSurface(client, { deployment, message, signatures })
 * }
 */
export async function postSurface(
  client: Client,
  { deployment, account, message, signatures }: PostSurfaceParameters,
): Promise<PostSurfaceReturnType> {
  const ordered = await orderedSignatures(hashSurface(deployment, message), signatures)
  const { underlying, timestamp, premium, depth, expiries } = encodeSurfaceMessage(message)
  const data = encodeFunctionData({
    abi: surfaceFeedAbi,
    functionName: 'post',
    args: [underlying, timestamp, premium, depth, expiries, ordered],
  })
  return send(client, { to: deployment.surfaceFeed, data, account })
}
