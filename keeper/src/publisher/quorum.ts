/** From what signers serve to messages that a quorum signed. */
import { type Deployment, encodeSurfaceMessage, hashSurface, type SurfaceMessage, surfaceFeedAbi } from '@plimsoll/sdk'
import { type Address, encodeFunctionData, type Hex } from 'viem'
import type { Call } from '../ports/chain.ts'
import type { FeedState } from './ports/feedChain.ts'
import { type SignedSurface, type SurfaceDocument, signerOf } from './wire.ts'

/** A message with signatures of different signers of the feed, ascending by signer. */
export type QuorumMessage = {
  readonly digest: Hex
  readonly message: SurfaceMessage
  readonly signatures: readonly { readonly signer: Address; readonly signature: Hex }[]
}

/**
 * Messages about the state's underlying that are newer than the feed's last and carry a quorum, the newest first, then the one
 * with more signatures, then by digest: posters that see the same pick the same.
 */
export async function quorumMessages(
  documents: readonly SurfaceDocument[],
  {
    underlying,
    signers,
    quorum,
    lastTimestamp,
  }: Pick<FeedState, 'underlying' | 'signers' | 'quorum' | 'lastTimestamp'>,
  deployment: Deployment,
): Promise<QuorumMessage[]> {
  const surfaces = documents.flatMap(({ proposal, endorsements }) =>
    proposal ? [proposal, ...endorsements] : endorsements,
  )
  const fresh = surfaces.filter(({ message }) => message.underlying === underlying && message.timestamp > lastTimestamp)
  const byDigest = Map.groupBy(fresh, ({ message }) => hashSurface(deployment, message))
  const all = await Promise.all([...byDigest].map((entry) => messageOf(entry, signers, deployment)))
  return all
    .flatMap((found) => (found && found.signatures.length >= quorum ? [found] : []))
    .sort(
      (a, b) =>
        b.message.timestamp - a.message.timestamp ||
        b.signatures.length - a.signatures.length ||
        (a.digest < b.digest ? -1 : 1),
    )
}

async function messageOf(
  [digest, surfaces]: [Hex, readonly SignedSurface[]],
  signers: readonly Address[],
  deployment: Deployment,
): Promise<QuorumMessage | undefined> {
  const [first] = surfaces
  if (!first) return undefined
  const signatures = new Map<Address, Hex>()
  for (const surface of surfaces) {
    const signer = await signerOf(deployment, surface)
    if (signer && signers.includes(signer)) signatures.set(signer, surface.signature)
  }
  const ascending = [...signatures]
    .map(([signer, signature]) => ({ signer, signature }))
    .sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1))
  return { digest, message: first.message, signatures: ascending }
}

/** The call that posts it. */
export function postCall({ surfaceFeed }: Deployment, { message, signatures }: QuorumMessage): Call {
  const { underlying, timestamp, premium, depth, expiries } = encodeSurfaceMessage(message)
  const signed = signatures.map(({ signature }) => signature)
  const data = encodeFunctionData({
    abi: surfaceFeedAbi,
    functionName: 'post',
    args: [underlying, timestamp, premium, depth, expiries, signed],
  })
  return { to: surfaceFeed, data }
}
