/** The signers of volatility surfaces: every message of `SurfaceFeed` carries the signatures of two of three keys. */
import { surfaceFeedAbi, surfaceTypedData, volatility } from '@plimsoll/sdk'
import { type Address, encodeFunctionData, type Hex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { item } from '../population.ts'
import { PRICE_TIP, type Site, sign } from '../site.ts'
import { keyOf } from '../wallet.ts'
import type { SurfaceStep } from './optionDay.ts'

/** Keys that may sign, and how many of them a message needs. */
export const SURFACE_SIGNERS = 3
export const SURFACE_QUORUM = 2
/** Q of both underlyings, USD of delta: what a book may unwind without moving the price. */
const DEPTH_USD = 50_000_000
const POST_GAS = 8_000_000n

export function surfaceSigners(seed: number): PrivateKeyAccount[] {
  return Array.from({ length: SURFACE_SIGNERS }, (_, i) => privateKeyToAccount(keyOf(`surface signer ${i}`, seed)))
}

/** One signed message per underlying, raw, in the order of the underlyings. Which keys sign rotates. */
export function posts(site: Site, signers: readonly PrivateKeyAccount[], { t, surfaces }: SurfaceStep): Promise<Hex[]> {
  return Promise.all(
    site.deployment.underlyings.map(async ({ id }, i) => {
      const expiries = item(surfaces, i)
      const message = { underlying: id, timestamp: t, premium: 0n, depth: BigInt(DEPTH_USD) * 10n ** 18n, expiries }
      const typed = surfaceTypedData(site.deployment, message)
      const signatures = await Promise.all(quorumOf(signers, t / 60 + i).map((signer) => signer.signTypedData(typed)))
      const { underlying, timestamp, premium, depth } = typed.message
      const args = [underlying, timestamp, premium, depth, typed.message.expiries, signatures] as const
      const data = encodeFunctionData({ abi: surfaceFeedAbi, functionName: 'post', args })
      // After the prices of the block, before everything else.
      return sign(site.operator, { to: site.deployment.surfaceFeed, data, tip: PRICE_TIP - 1n }, POST_GAS)
    }),
  )
}

/** Two of the three, ascending by address as the feed demands. */
function quorumOf(signers: readonly PrivateKeyAccount[], turn: number): PrivateKeyAccount[] {
  const chosen = Array.from({ length: SURFACE_QUORUM }, (_, i) =>
    item(signers, (Math.floor(turn) + i) % signers.length),
  )
  const order = (address: Address) => BigInt(address)
  return chosen.sort((a, b) => (order(a.address) < order(b.address) ? -1 : 1))
}

/** Volatility at the money of a slice `seconds` before its expiry, as a fraction of 1. */
export function atTheMoney(theta: bigint, seconds: number): number {
  return Number(volatility(theta, BigInt(seconds))) / 1e18
}
