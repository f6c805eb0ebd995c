/** The rules that the contracts hold every message to (spec V-2, V-3, V-5 to V-7), asked before anybody signs. */
import { carryBounds, isListableExpiry, MAX_EXPIRIES, type SurfaceMessage } from '@plimsoll/sdk'
import type { SurfaceState } from '../ports/feedChain.ts'
import { listedExpiries } from '../ports/feedChain.ts'
import type { SurfaceFault } from '../refusal.ts'
import { type Timeliness, timeFault } from '../timeliness.ts'
import { violationOf } from './surfaceQuotes.ts'

/** The first rule that `message` breaks at the head of the chain. */
export function messageFault(
  message: SurfaceMessage,
  state: Pick<SurfaceState, 'head' | 'lastTimestamp' | 'series'>,
  timeliness: Timeliness,
): SurfaceFault | undefined {
  return (
    timeFault(message.timestamp, state, timeliness) ??
    expiryFault(message, state) ??
    carryFault(message, Number(state.head.timestamp)) ??
    arbitrageFault(message)
  )
}

function expiryFault({ expiries, timestamp }: SurfaceMessage, state: Pick<SurfaceState, 'head' | 'series'>) {
  const now = Number(state.head.timestamp)
  const quoted = new Set(expiries.map(({ expiry }) => expiry))
  const missing = listedExpiries(state).find((expiry) => !quoted.has(expiry))
  if (missing !== undefined) return { kind: 'missing-expiry', expiry: missing } as const
  const first = Math.max(now, timestamp)
  const wrong = expiries.find(
    ({ expiry }, i) => i >= MAX_EXPIRIES || !isListableExpiry(expiry, expiries[i - 1]?.expiry ?? first, now),
  )
  if (wrong) return { kind: 'unlistable-expiry', expiry: wrong.expiry } as const
  return expiries.length === 0 ? ({ kind: 'missing-expiry', expiry: 0 } as const) : undefined
}

function carryFault({ expiries }: SurfaceMessage, now: number): SurfaceFault | undefined {
  for (const { expiry, forwardRatio, discount } of expiries) {
    const { leastRatio, mostRatio, leastDiscount, mostDiscount } = carryBounds(BigInt(expiry - now))
    const fault = (what: 'forward' | 'discount', actual: bigint, least: bigint, most: bigint) =>
      ({ kind: 'carry', expiry, what, actual, least, most }) as const
    if (forwardRatio < leastRatio || forwardRatio > mostRatio)
      return fault('forward', forwardRatio, leastRatio, mostRatio)
    if (discount < leastDiscount || discount > mostDiscount)
      return fault('discount', discount, leastDiscount, mostDiscount)
  }
  return undefined
}

function arbitrageFault({ expiries }: SurfaceMessage): SurfaceFault | undefined {
  const found = violationOf(expiries)
  return found && { kind: 'arbitrage', ...found }
}
