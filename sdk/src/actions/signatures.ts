import { type Hex, recoverAddress, size } from 'viem'

/** Sorts behind every address: the feed names what is wrong with such a signature. */
const UNKNOWN_SIGNER = 2n ** 160n

/** In the order that signer quorums demand: ascending by signer. */
export async function orderedSignatures(hash: Hex, signatures: readonly Hex[]): Promise<Hex[]> {
  const signed = await Promise.all(
    signatures.map(async (signature) => ({ signature, signer: await signerOf(hash, signature) })),
  )
  signed.sort((a, b) => (a.signer < b.signer ? -1 : a.signer > b.signer ? 1 : 0))
  return signed.map(({ signature }) => signature)
}

/** Recovery is pure arithmetic: it fails for malformed signatures only. */
async function signerOf(hash: Hex, signature: Hex): Promise<bigint> {
  if (size(signature) !== 65) return UNKNOWN_SIGNER
  return recoverAddress({ hash, signature }).then(BigInt, () => UNKNOWN_SIGNER)
}
