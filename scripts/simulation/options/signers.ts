/** Who signs the feeds of a simulated day: every message carries the signatures of two of three keys. */
import type { Address } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { item } from '../population.ts'
import { keyOf } from '../wallet.ts'

/** Keys that may sign a feed, and how many of them a message needs. */
export const SIGNERS = 3
export const QUORUM = 2

export function feedSigners(feed: 'surface' | 'history', seed: number): PrivateKeyAccount[] {
  return Array.from({ length: SIGNERS }, (_, i) => privateKeyToAccount(keyOf(`${feed} signer ${i}`, seed)))
}

/** Two of the three, ascending by address as the feeds demand. Which ones rotates with `turn`. */
export function quorumOf(signers: readonly PrivateKeyAccount[], turn: number): PrivateKeyAccount[] {
  const chosen = Array.from({ length: QUORUM }, (_, i) => item(signers, (Math.floor(turn) + i) % signers.length))
  const order = (address: Address) => BigInt(address)
  return chosen.sort((a, b) => (order(a.address) < order(b.address) ? -1 : 1))
}
