/** Messages of `SurfaceFeed` with the signatures of a quorum. */
import { surfaceFeedAbi, surfaceTypedData, volatility } from '@plimsoll/sdk'
import { encodeFunctionData, type Hex } from 'viem'
import type { PrivateKeyAccount } from 'viem/accounts'
import { item } from '../population.ts'
import { PRICE_TIP, type Site, sign } from '../site.ts'
import type { SurfaceStep } from './optionDay.ts'
import { quorumOf } from './signers.ts'

/** Q of both underlyings, USD of delta: what a book may unwind without moving the price. */
const DEPTH_USD = 50_000_000
const POST_GAS = 8_000_000n

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

/** Volatility at the money of a slice `seconds` before its expiry, as a fraction of 1. */
export function atTheMoney(theta: bigint, seconds: number): number {
  return Number(volatility(theta, BigInt(seconds))) / 1e18
}
