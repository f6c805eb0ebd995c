import { type Address, type Hex, hexToBigInt, recoverAddress, size, slice } from 'viem'
import type { SessionKey } from './sessionKey.ts'

/** Who stands behind a signature for an account. Contract: its owner, by ERC-1271. */
export type Signer =
  | { readonly kind: 'owner' | 'operator' | 'contract'; readonly address: Address }
  | {
      readonly kind: 'sessionKey'
      readonly address: Address
      readonly terms: SessionKey
      /** USD of its budget in use, 18 decimals. */
      readonly spent: bigint
    }
  /** None who may act for the account. */
  | { readonly kind: 'nobody' }

/** Largest s that the contracts take: half the order of secp256k1. The other half holds a second signature for each one. */
const MAX_S = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Who signed, as the contracts recover it: 65 bytes, s in the lower half, v 27 or 28. Undefined when nobody did: pure
 * arithmetic, so nothing else can be the reason.
 * @example
 * import { recoverSigner } from '@plimsoll/sdk'
 * const signer = await recoverSigner(`0x${'00'.repeat(32)}`, `0x${'00'.repeat(65)}`)
 */
export async function recoverSigner(hash: Hex, signature: Hex): Promise<Address | undefined> {
  if (size(signature) !== 65) return undefined
  const v = Number(slice(signature, 64))
  if (hexToBigInt(slice(signature, 32, 64)) > MAX_S || (v !== 27 && v !== 28)) return undefined
  return recoverAddress({ hash, signature }).catch(() => undefined)
}
