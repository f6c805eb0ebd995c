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
import { differenceOf, gapOf } from './distance.ts'
import type { FeedState } from './ports/feedChain.ts'
import { quoteOf, surfaceOf } from './surfaceQuotes.ts'

export type WorthPolicy = {
  /** Least change of a volatility at -1, 0 or +1 standard deviation, and of forward / spot, WAD. */
  readonly volatilityMove: bigint
  readonly forwardMove: bigint
  /** Least change of the perpetual's premium, a fraction of spot, WAD. */
  readonly premiumMove: bigint
  /** Seconds after which an unchanged surface is posted again. */
  readonly heartbeat: number
  /** Seconds after which gas may cost `urgentGasPrice`: less than the hour after which a surface allows no new risk. */
  readonly urgentAfter: number
  /** Wei per gas, base fee and tip, above which only an urgent surface is posted, and above which none is. */
  readonly maxGasPrice: bigint
  readonly urgentGasPrice: bigint
}

/** Why it is posted: `first` surface of the underlying, `new-expiry`, `heartbeat`, or what moved. */
export type Cause = 'first' | 'new-expiry' | 'heartbeat' | 'volatility' | 'forward' | 'premium'

export type Wait =
  | { readonly kind: 'unmoved'; readonly ageSeconds: number }
  /** The step would have arbitrage once clamped: the chain would keep its surface (spec V-8). */
  | { readonly kind: 'not-taken' }
  | { readonly kind: 'gas-price'; readonly gasPrice: bigint; readonly limit: bigint }
  /** Made after the head of the chain: posted with the next block. */
  | { readonly kind: 'early'; readonly timestamp: number; readonly head: number }

/** `ceiling`: wei per gas that posting may cost. */
export type Verdict =
  | { readonly post: true; readonly cause: Cause; readonly ceiling: bigint }
  | { readonly post: false; readonly wait: Wait }

type State = Pick<FeedState, 'head' | 'series'>

/** @param gasPrice wei per gas that a transaction would pay now. */
export function worthOf(message: SurfaceMessage, state: State, gasPrice: bigint, policy: WorthPolicy): Verdict {
  const { head, series } = state
  const now = Number(head.timestamp)
  if (message.timestamp > now) return wait({ kind: 'early', timestamp: message.timestamp, head: now })
  const isFirst = series.epoch.number === 0
  const step = isFirst ? undefined : storedStep(message, state)
  if (step?.part === 0n) return wait({ kind: 'not-taken' })
  const age = now - series.epoch.surfaceAt
  const cause = isFirst ? 'first' : causeOf(message, state, step?.quotes ?? [], policy)
  if (cause === undefined) return wait({ kind: 'unmoved', ageSeconds: age })
  const ceiling = isFirst || age >= policy.urgentAfter ? policy.urgentGasPrice : policy.maxGasPrice
  if (gasPrice > ceiling) return wait({ kind: 'gas-price', gasPrice, limit: ceiling })
  return { post: true, cause, ceiling }
}

function wait(reason: Wait): Verdict {
  return { post: false, wait: reason }
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
