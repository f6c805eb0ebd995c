import { type Hex, hashTypedData, type TypedDataDomain } from 'viem'
import type { Deployment } from './deployment.ts'
import { signed, unsigned } from './range.ts'

/** What a surface message says of one expiry. All but `expiry` WAD. */
export type ExpiryQuote = {
  /** Unix seconds, 08:00 UTC. */
  readonly expiry: number
  /** Total variance at the money. */
  readonly theta: bigint
  /** Correlation, in (-1, 1). */
  readonly rho: bigint
  /** theta * phi: slope of the wings. */
  readonly psi: bigint
  /** Forward / spot. */
  readonly forwardRatio: bigint
  /** Price now of 1 paid at expiry. */
  readonly discount: bigint
}

/** All expiries of an underlying and its premium, as a quorum signs them. */
export type SurfaceMessage = {
  readonly underlying: number
  /** Unix seconds at which it was made: newer than the last one, at most five minutes old when posted. */
  readonly timestamp: number
  /** Of the perpetual over spot, in millionths. */
  readonly premium: bigint
  /** Q: what the market takes without a large move, USD 18 decimals; 0: none, no concentration charge. */
  readonly depth: bigint
  /** Every listed expiry that is still to come and new ones, ascending. */
  readonly expiries: readonly ExpiryQuote[]
}

/** Types of the EIP-712 message. */
export const surfaceTypes = {
  Surface: [
    { name: 'underlying', type: 'uint8' },
    { name: 'timestamp', type: 'uint256' },
    { name: 'premium', type: 'int256' },
    { name: 'depth', type: 'uint256' },
    { name: 'expiries', type: 'ExpiryQuote[]' },
  ],
  ExpiryQuote: [
    { name: 'expiry', type: 'uint40' },
    { name: 'theta', type: 'uint256' },
    { name: 'rho', type: 'int256' },
    { name: 'psi', type: 'uint256' },
    { name: 'forwardRatio', type: 'uint256' },
    { name: 'discount', type: 'uint256' },
  ],
} as const

/** The message as the feed takes it. @throws OutOfRangeError */
export function encodeSurfaceMessage({ underlying, timestamp, premium, depth, expiries }: SurfaceMessage) {
  return {
    underlying: Number(unsigned('underlying', underlying, 8)),
    timestamp: unsigned('timestamp', timestamp, 40),
    premium: signed('premium', premium, 256),
    depth: unsigned('depth', depth, 256),
    expiries: expiries.map((quote) => ({
      expiry: Number(unsigned('expiry', quote.expiry, 40)),
      theta: unsigned('theta', quote.theta, 256),
      rho: signed('rho', quote.rho, 256),
      psi: unsigned('psi', quote.psi, 256),
      forwardRatio: unsigned('forwardRatio', quote.forwardRatio, 256),
      discount: unsigned('discount', quote.discount, 256),
    })),
  }
}

export function surfaceDomain({ chainId, surfaceFeed }: Pick<Deployment, 'chainId' | 'surfaceFeed'>) {
  return {
    name: 'Plimsoll Surface Feed',
    version: '1',
    chainId,
    verifyingContract: surfaceFeed,
  } as const satisfies TypedDataDomain
}

/** What each signer of the quorum signs. */
export function surfaceTypedData(deployment: Pick<Deployment, 'chainId' | 'surfaceFeed'>, message: SurfaceMessage) {
  const domain = surfaceDomain(deployment)
  return { domain, types: surfaceTypes, primaryType: 'Surface', message: encodeSurfaceMessage(message) } as const
}

/** EIP-712 digest of the message, as the feed's `hashSurface` computes it. */
export function hashSurface(deployment: Pick<Deployment, 'chainId' | 'surfaceFeed'>, message: SurfaceMessage): Hex {
  return hashTypedData(surfaceTypedData(deployment, message))
}
