/** From an option chain to what it says of every expiry: smile, forward over spot, discount, and how well that fits. */
import { DomainError } from '@plimsoll/risk'
import {
  type DroppedQuote,
  type DropReason,
  type FittedExpiry,
  fitSurface,
  type OptionChain,
  type OptionQuote,
  scaleEssvi,
} from '@plimsoll/risk/surface'
import { next, type Outcome, skip } from '../../outcome.ts'
import type { SurfaceRefusal } from '../refusal.ts'
import type { QuoteEstimate } from './surfaceQuotes.ts'

export type FitLimits = {
  /** Quotes that an expiry needs after filtering. */
  readonly minimumQuotes: number
  /** Largest share of crossed or negative quotes among those with bid and ask. */
  readonly maximumBroken: number
  /** Largest share of an expiry's quotes that break parity or lie far off its neighbours' smile. */
  readonly maximumInconsistent: number
  /** Weighted rms error of an expiry, volatility points, or the median bid-ask width of that expiry where it is larger. */
  readonly maximumError: number
  /** Expiries that end within this many seconds are not fitted. */
  readonly carrySeconds: number
}

export type Fit = {
  /** Of the chain, unix seconds. */
  readonly time: number
  /** Ascending by expiry, as of `time`. */
  readonly estimates: readonly QuoteEstimate[]
  /** Worst weighted rms error over expiries, volatility points. */
  readonly worstError: number
  readonly quotes: number
  /** Quotes that were too few, by expiry. */
  readonly sparse: ReadonlyMap<number, number>
}

/** What arbitrage between quotes, or stale ones, looks like after filtering. */
const INCONSISTENT: readonly DropReason[] = ['parity', 'outlier']
const YEAR = 365 * 86_400
/** The carry of expiries this far away, not the noise of nearer ones, discounts. */
const RATE_YEARS = 30 / 365

/** Why the chain is refused, or its fit. eSSVI of all expiries together, free of arbitrage by construction. */
export function calibrate(chain: OptionChain, limits: FitLimits): Outcome<Fit, SurfaceRefusal> {
  const broken = brokenOf(chain.quotes)
  if (broken.count > limits.maximumBroken * broken.quotes) {
    return skip({ kind: 'broken-quotes', broken: broken.count, quotes: broken.quotes, limit: limits.maximumBroken })
  }
  const fitted = fitOf(chain, limits)
  if (fitted === undefined) return skip({ kind: 'few-quotes', expiry: 0, quotes: 0, least: limits.minimumQuotes })
  const { expiries, dropped } = fitted
  const refusal = inconsistencyOf(expiries, dropped, limits) ?? misfitOf(expiries, limits)
  if (refusal) return skip(refusal)
  const few = dropped.filter(({ reason }) => reason === 'few quotes').map(({ quote }) => quote.expiry)
  return next({
    time: chain.time,
    estimates: estimatesOf(chain, expiries),
    worstError: Math.max(...expiries.map(({ fit }) => fit.weightedRmse)),
    quotes: expiries.reduce((sum, { fit }) => sum + fit.quotes, 0),
    sparse: new Map([...Map.groupBy(few, (expiry) => expiry)].map(([expiry, all]) => [expiry, all.length])),
  })
}

/** The first expiry whose quotes contradict each other: such quotes are left out of the fit, which may then look good. */
function inconsistencyOf(
  expiries: readonly FittedExpiry[],
  dropped: readonly DroppedQuote[],
  { maximumInconsistent: limit }: FitLimits,
): SurfaceRefusal | undefined {
  const used = new Map(expiries.map(({ terms, fit }) => [terms.expiry, fit.quotes]))
  const odd = dropped.filter(({ reason }) => INCONSISTENT.includes(reason))
  for (const [expiry, all] of Map.groupBy(odd, ({ quote }) => quote.expiry)) {
    const quotes = all.length + (used.get(expiry) ?? 0)
    if (all.length > limit * quotes) return { kind: 'inconsistent-quotes', expiry, odd: all.length, quotes, limit }
  }
  return undefined
}

/** The first expiry that the surface does not fit: one free of arbitrage cannot follow quotes that are not. */
function misfitOf(expiries: readonly FittedExpiry[], { maximumError }: FitLimits): SurfaceRefusal | undefined {
  for (const { terms, fit } of expiries) {
    const limit = Math.max(maximumError, fit.width)
    if (!(fit.weightedRmse <= limit)) {
      return { kind: 'fit-error', expiry: terms.expiry, points: fit.weightedRmse, limit }
    }
  }
  return undefined
}

/** The estimates of a fit at a slightly earlier or later time: volatilities stay, in standard deviations; carry runs off. */
export function restate({ time, estimates }: Pick<Fit, 'time' | 'estimates'>, at: number): QuoteEstimate[] {
  return estimates.map((estimate) => {
    const share = (estimate.expiry - at) / (estimate.expiry - time)
    const carry = (ratio: number) => 1 + (ratio - 1) * share
    const { expiry, forwardRatio, discount } = estimate
    return { expiry, ...scaleEssvi(estimate, share), forwardRatio: carry(forwardRatio), discount: carry(discount) }
  })
}

function brokenOf(quotes: readonly OptionQuote[]): { count: number; quotes: number } {
  const twoSided = quotes.filter(({ bid, ask }) => Number.isFinite(bid) && Number.isFinite(ask))
  const count = twoSided.filter(({ bid, ask }) => bid < 0 || ask < 0 || (ask > 0 && ask < bid)).length
  return { count, quotes: twoSided.length }
}

/** Undefined: no expiry keeps enough quotes. */
function fitOf(chain: OptionChain, { minimumQuotes, carrySeconds }: FitLimits) {
  try {
    return fitSurface(chain, { rawSvi: false, minimumQuotes, minimumSeconds: carrySeconds })
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    return undefined
  }
}

function estimatesOf(chain: OptionChain, expiries: readonly FittedExpiry[]): QuoteEstimate[] {
  const carried = expiries.map(({ terms, essvi }) => {
    const index = indexOf(chain, terms.expiry)
    const rate = chain.unit === 'coin' ? Math.log(terms.forward / index) : -Math.log(terms.discount)
    return { terms, essvi, forwardRatio: terms.forward / index, rate: rate / terms.years }
  })
  const nearRate = carried.find(({ terms }) => terms.years >= RATE_YEARS)?.rate ?? 0
  return carried.map(({ terms: { expiry }, essvi, forwardRatio, rate }) => {
    const years = (expiry - chain.time) / YEAR
    const discount = Math.exp(-Math.max(0, years >= RATE_YEARS ? rate : nearRate) * years)
    return { expiry, ...essvi, forwardRatio, discount }
  })
}

/** Collecting a chain takes time in which spot moves: the index beside the quotes of an expiry belongs to its forward. */
function indexOf({ quotes, spot }: OptionChain, expiry: number): number {
  const beside = quotes.flatMap(({ expiry: each, index = Number.NaN }) => (each === expiry && index > 0 ? [index] : []))
  beside.sort((a, b) => a - b)
  return beside[Math.floor(beside.length / 2)] ?? spot
}
