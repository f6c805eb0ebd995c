/** From what signers serve to messages that a quorum signed. */
import type { Address, Hex } from 'viem'
import type { Feed, Stamped } from './feed.ts'
import type { FeedState } from './ports/feedChain.ts'
import { type FeedDocument, type Signed, signerOf } from './wire.ts'

/** A message with signatures of different signers of the feed, ascending by signer. */
export type QuorumMessage<Message> = {
  readonly digest: Hex
  readonly message: Message
  readonly signatures: readonly { readonly signer: Address; readonly signature: Hex }[]
}

/**
 * Messages about the state's underlying that are newer than the feed's last and carry a quorum, the newest first, then the one
 * with more signatures, then by digest: posters that see the same pick the same.
 */
export async function quorumMessages<Message extends Stamped>(
  documents: readonly FeedDocument<Message>[],
  {
    underlying,
    signers,
    quorum,
    lastTimestamp,
  }: Pick<FeedState, 'underlying' | 'signers' | 'quorum' | 'lastTimestamp'>,
  feed: Pick<Feed<Message>, 'digest'>,
): Promise<QuorumMessage<Message>[]> {
  const all = documents.flatMap(({ proposal, endorsements }) => (proposal ? [proposal, ...endorsements] : endorsements))
  const fresh = all.filter(({ message }) => message.underlying === underlying && message.timestamp > lastTimestamp)
  const byDigest = Map.groupBy(fresh, ({ message }) => feed.digest(message))
  const joined = await Promise.all([...byDigest].map((entry) => messageOf(entry, signers, feed)))
  return joined
    .flatMap((found) => (found && found.signatures.length >= quorum ? [found] : []))
    .sort(
      (a, b) =>
        b.message.timestamp - a.message.timestamp ||
        b.signatures.length - a.signatures.length ||
        (a.digest < b.digest ? -1 : 1),
    )
}

async function messageOf<Message extends Stamped>(
  [digest, signed]: [Hex, readonly Signed<Message>[]],
  signers: readonly Address[],
  feed: Pick<Feed<Message>, 'digest'>,
): Promise<QuorumMessage<Message> | undefined> {
  const [first] = signed
  if (!first) return undefined
  const signatures = new Map<Address, Hex>()
  for (const each of signed) {
    const signer = await signerOf(feed, each)
    if (signer && signers.includes(signer)) signatures.set(signer, each.signature)
  }
  const ascending = [...signatures]
    .map(([signer, signature]) => ({ signer, signature }))
    .sort((a, b) => (BigInt(a.signer) < BigInt(b.signer) ? -1 : 1))
  return { digest, message: first.message, signatures: ascending }
}
