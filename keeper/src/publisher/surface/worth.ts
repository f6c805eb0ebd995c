/** Whether a signed surface is worth its gas: what posting it would change, how old the stored one is, what gas costs. */
import {
  type ExpiryQuote,
  packSurface,
  type SurfaceMessage,
  stepBudget,
  stepSurface,
  TERM_UNIT,
  unpackSurface,
} from '@plimsoll/sdk'
import type { SurfaceState } from '../ports/feedChain.ts'
import { type GasPolicy, postFor, type Verdict, wait } from '../verdict.ts'
import { differenceOf, gapOf } from './distance.ts'
import { quoteOf, surfaceOf } from './surfaceQuotes.ts'

export type WorthPolicy = GasPolicy & {
  /** Least change of a volatility at -1, 0 or +1 standard deviation, and of forward / spot, WAD. */
  readonly volatilityMove: bigint
  readonly forwardMove: bigint
  /** Least change of the perpetual's premium, a fraction of spot, WAD. */
  readonly premiumMove: bigint
  /** Seconds after which an unchanged surface is posted again. */
  readonly heartbeat: number
}

/** Why it is posted: `first` surface of the underlying, `new-expiry`, `heartbeat`, or what moved. */
export type Cause = 'first' | 'new-expiry' | 'heartbeat' | 'volatility' | 'forward' | 'premium'

type State = Pick<SurfaceState, 'head' | 'series'>

/** @param gasPrice wei per gas that a transaction would pay now. */
export function worthOf(message: SurfaceMessage, state: State, gasPrice: bigint, policy: WorthPolicy): Verdict<Cause> {
  const { head, series } = state
  const now = Number(head.timestamp)
  if (message.timestamp > now) return wait({ kind: 'early', timestamp: message.timestamp, head: now })
  const isFirst = series.epoch.number === 0
  const step = isFirst ? undefined : storedStep(message, state)
  if (step?.part === 0n) return wait({ kind: 'not-taken' })
  const age = now - series.epoch.surfaceAt
  const cause = isFirst ? 'first' : causeOf(message, state, step?.quotes ?? [], policy)
  if (cause === undefined) return wait({ kind: 'unmoved', ageSeconds: age })
  return postFor(cause, isFirst ? undefined : age, gasPrice, policy)
}

function causeOf(
  message: SurfaceMessage,
  { head, series }: State,
  stored: readonly ExpiryQuote[],
  policy: WorthPolicy,
): Cause | undefined {
  const { epoch, market } = series
  const olds = new Map(series.expiries.map(({ expiry, surface }) => [expiry, quoteOf(expiry, surface)]))
  if (stored.some(({ expiry }) => !olds.has(expiry))) return 'new-expiry'
  if (Number(head.timestamp) - epoch.surfaceAt >= policy.heartbeat) return 'heartbeat'
  const differences = stored.flatMap((quote) => {
    const old = olds.get(quote.expiry)
    return old ? [differenceOf(old, epoch.surfaceAt, quote, message.timestamp)] : []
  })
  if (differences.some(({ volatilities }) => volatilities.some((pair) => gapOf(pair) >= policy.volatilityMove)))
    return 'volatility'
  if (differences.some(({ forward }) => gapOf(forward) >= policy.forwardMove)) return 'forward'
  const premium = { own: premiumOf(market), other: clamped(message.premium) }
  return gapOf(premium) * MILLIONTH >= policy.premiumMove ? 'premium' : undefined
}

/** What the chain would store of `message`, and the fraction of the way it would go. */
function storedStep({ timestamp, expiries }: SurfaceMessage, { series }: State) {
  const { epoch, market, terms, state } = series
  const olds = new Map(state.expiries.map(({ expiry, word }) => [expiry, word]))
  const { part, words } = stepSurface({
    expiries: expiries.map((quote) => ({
      expiry: quote.expiry,
      old: olds.get(quote.expiry) ?? 0n,
      quoted: packSurface(surfaceOf(quote)),
    })),
    timestamp,
    surfaceAt: epoch.surfaceAt,
    budget: stepBudget(
      BigInt(timestamp - epoch.surfaceAt),
      epoch.surfaceSpot,
      market.spot,
      BigInt(terms.volatilityUp) * TERM_UNIT,
    ),
    width: market.scanRange,
  })
  const quotes = expiries.map(({ expiry }, i) => quoteOf(expiry, unpackSurface(words[i] ?? 0n)))
  return { part, quotes }
}

const MILLIONTH = 10n ** 12n
const MILLION = 1_000_000n
/** The chain takes no premium beyond, in millionths (spec F-2). */
const PREMIUM_LIMIT = 5_000n

function clamped(premium: bigint): bigint {
  return premium > PREMIUM_LIMIT ? PREMIUM_LIMIT : premium < -PREMIUM_LIMIT ? -PREMIUM_LIMIT : premium
}

/** The premium of the perpetual over spot that the chain has, in millionths, to the nearest. */
export function premiumOf({ perpetualMark, spot }: { readonly perpetualMark: bigint; readonly spot: bigint }): bigint {
  return spot === 0n ? 0n : (perpetualMark * MILLION * 2n + spot) / (2n * spot) - MILLION
}
