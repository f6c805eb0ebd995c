/** Statistics of past prices as a feed of signed messages. */
import { type Deployment, encodeHistoryMessage, type HistoryMessage, hashHistory, historyFeedAbi } from '@plimsoll/sdk'
import { encodeFunctionData } from 'viem'
import { z } from 'zod'
import type { Feed } from '../feed.ts'
import { hex, integer, seconds, underlyingNumber } from '../wire.ts'

const WAD = 10n ** 18n
const MAX_OFFSET = 600_000
const TAIL_BITS = 221n

const historyMessage = z.strictObject({
  underlying: underlyingNumber,
  timestamp: seconds,
  scanRange: integer(1n, WAD),
  weights: integer(0n, (1n << TAIL_BITS) - 1n),
  offset: z.number().int().min(0).max(MAX_OFFSET),
  inputs: hex(32),
  code: hex(32),
})

export function historyFeed(deployment: Deployment): Feed<HistoryMessage> {
  const to = deployment.historyFeed
  return {
    name: 'history',
    address: to,
    schema: historyMessage,
    digest: (message) => hashHistory(deployment, message),
    call: (message, signatures) => {
      const { underlying, timestamp, scanRange, weights, offset, inputs, code } = encodeHistoryMessage(message)
      const args = [underlying, timestamp, scanRange, weights, offset, inputs, code, signatures] as const
      return { to, data: encodeFunctionData({ abi: historyFeedAbi, functionName: 'post', args }) }
    },
  }
}
