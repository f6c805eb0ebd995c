/** Volatility surfaces as a feed of signed messages. */
import {
  type Deployment,
  encodeSurfaceMessage,
  hashSurface,
  MAX_THETA,
  type SurfaceMessage,
  surfaceFeedAbi,
  WAD,
} from '@plimsoll/sdk'
import { encodeFunctionData } from 'viem'
import { z } from 'zod'
import type { Feed } from '../feed.ts'
import { integer, seconds, underlyingNumber } from '../wire.ts'

/** Of the premium: more than all of spot is none. */
const MILLION = 1_000_000n

const quote = z.strictObject({
  expiry: seconds,
  theta: integer(1n, MAX_THETA),
  rho: integer(-WAD, WAD),
  psi: integer(0n, 4n * WAD),
  forwardRatio: integer(1n, 10n * WAD),
  discount: integer(1n, WAD),
})
const surfaceMessage = z.strictObject({
  underlying: underlyingNumber,
  timestamp: seconds,
  premium: integer(-MILLION, MILLION),
  depth: integer(0n, 2n ** 127n),
  expiries: z.array(quote).min(1).max(12),
})

export function surfaceFeed(deployment: Deployment): Feed<SurfaceMessage> {
  const to = deployment.surfaceFeed
  return {
    name: 'surface',
    address: to,
    schema: surfaceMessage,
    digest: (message) => hashSurface(deployment, message),
    call: (message, signatures) => {
      const { underlying, timestamp, premium, depth, expiries } = encodeSurfaceMessage(message)
      const args = [underlying, timestamp, premium, depth, expiries, signatures] as const
      return { to, data: encodeFunctionData({ abi: surfaceFeedAbi, functionName: 'post', args }) }
    },
  }
}
