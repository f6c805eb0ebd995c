/** From a snapshot and the chain's state to the message that a signer may sign, or the reason why it signs none. */
import { EXPIRY_TIME, type ExpiryQuote, LONGEST_LIFE, type SurfaceMessage } from '@plimsoll/sdk'
import { next, type Outcome, skip } from '../../outcome.ts'
import { listedExpiries, type SurfaceState } from '../ports/feedChain.ts'
import type { SurfaceRefusal } from '../refusal.ts'
import { type Timeliness, timeFault } from '../timeliness.ts'
import { calibrate, type Fit, type FitLimits, restate } from './calibrate.ts'
import { messageFault } from './messageRules.ts'
import type { QuoteSnapshot } from './snapshot.ts'
import { estimateOf, type QuoteEstimate, quoteOf, ranOff, storedQuotes } from './surfaceQuotes.ts'
import { premiumOf } from './worth.ts'

export type SignerLimits = FitLimits &
  Timeliness & {
    /** Of the chain's index over spot of the protocol, a fraction. */
    readonly maximumSpotGap: number
    /** Expiries of a message: listed ones first, then new ones, the nearest first. */
    readonly maximumExpiries: number
  }

export type Proposal = { readonly message: SurfaceMessage; readonly fit: Fit }

const WAD = 10n ** 18n
const MILLION = 1e6
const DAY = 86_400

/** @param depthUsd Q where the snapshot tells none; undefined: then there is no message. */
export function propose(
  { chain, perpetual }: QuoteSnapshot,
  state: SurfaceState,
  { limits, depthUsd }: { readonly limits: SignerLimits; readonly depthUsd: number | undefined },
): Outcome<Proposal, SurfaceRefusal> {
  const { market } = state.series
  if (market.status !== 'live') return skip({ kind: 'price-not-live', status: market.status })
  // The head lags by up to a block, and the feed takes nothing from its future.
  const timestamp = Math.min(chain.time, Number(state.head.timestamp))
  const late = timeFault(timestamp, state, limits)
  if (late) return skip(late)
  const spot = Number(market.spot) / 1e18
  if (!(Math.abs(chain.spot / spot - 1) <= limits.maximumSpotGap)) {
    return skip({ kind: 'spot-apart', index: chain.spot, spot, limit: limits.maximumSpotGap })
  }
  const fitted = calibrate(chain, limits)
  if (fitted.status !== 'next') return fitted
  const fit = fitted.value
  const estimates = chosen(fit, timestamp, state, limits)
  if (estimates.status !== 'next') return estimates
  const stored = storedQuotes(estimates.value)
  if ('violation' in stored) return skip({ kind: 'arbitrage', ...stored })
  const depth = perpetual?.depth ?? depthUsd
  if (depth === undefined) return skip({ kind: 'no-depth' })
  const age = perpetual ? Number(state.head.timestamp) - perpetual.time : 0
  if (age > limits.maximumAge) return skip({ kind: 'stale', ageSeconds: age, limitSeconds: limits.maximumAge })
  const message: SurfaceMessage = {
    underlying: state.underlying,
    timestamp,
    // Without a quote of the perpetual the message leaves the premium as it is.
    premium: perpetual ? BigInt(Math.round(perpetual.premium * MILLION)) : premiumOf(market),
    depth: BigInt(Math.round(depth)) * WAD,
    expiries: stored.quotes,
  }
  const fault = messageFault(message, state, limits)
  return fault ? skip(fault) : next({ message, fit })
}

/** Every listed expiry that is still to come, and new ones up to the limit; ascending, as of `timestamp`. */
function chosen(
  fit: Fit,
  timestamp: number,
  state: SurfaceState,
  limits: SignerLimits,
): Outcome<QuoteEstimate[], SurfaceRefusal> {
  const fresh = new Map(restate(fit, timestamp).map((estimate) => [estimate.expiry, estimate]))
  const kept: QuoteEstimate[] = []
  for (const expiry of listedExpiries(state)) {
    const carried = expiry - timestamp < limits.carrySeconds ? carriedQuote(expiry, timestamp, state) : undefined
    const estimate = fresh.get(expiry) ?? (carried && estimateOf(carried))
    if (!estimate) return skip(missing(expiry, fit, limits))
    kept.push(estimate)
    fresh.delete(expiry)
  }
  const latest = timestamp + LONGEST_LIFE
  const added = [...fresh.values()].filter(({ expiry }) => expiry % DAY === EXPIRY_TIME && expiry <= latest)
  const all = [...kept, ...added.slice(0, Math.max(0, limits.maximumExpiries - kept.length))]
  return next(all.sort((a, b) => a.expiry - b.expiry))
}

/** In its last hours an option's quotes say little: its stored slice stays, run off to `timestamp`. */
function carriedQuote(expiry: number, timestamp: number, { series }: SurfaceState): ExpiryQuote | undefined {
  const stored = series.expiries.find((each) => each.expiry === expiry)
  return stored && ranOff(quoteOf(expiry, stored.surface), series.epoch.surfaceAt, timestamp)
}

function missing(expiry: number, { sparse }: Fit, { minimumQuotes: least }: SignerLimits): SurfaceRefusal {
  const quotes = sparse.get(expiry)
  return quotes === undefined ? { kind: 'missing-expiry', expiry } : { kind: 'few-quotes', expiry, quotes, least }
}
