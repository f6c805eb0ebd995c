/** An option chain: two-sided quotes of European options on one underlying at one time. */
import { RiskError } from '../errors.ts'
import type { OptionKind } from '../pricing/index.ts'

/** A row of a chain that cannot be read. `row` counts from 0; `column` is the column's name. */
export class ChainError extends RiskError {
  readonly code = 'CHAIN'
  readonly row: number
  readonly column: string
  readonly problem: string

  constructor(row: number, column: string, problem: string) {
    super(`Row ${row + 1} of the chain, column "${column}": ${problem}`)
    this.row = row
    this.column = column
    this.problem = problem
  }
}

/**
 * `expiry` and `time` (when it was quoted) in unix seconds. `bid` and `ask` in the chain's unit, NaN where there is none.
 * `forward` in USD as published with the quote, NaN where there is none; `index`: the spot published with it, where there is one.
 */
export type OptionQuote = {
  expiry: number
  strike: number
  kind: OptionKind
  bid: number
  ask: number
  time: number
  forward: number
  index?: number
}

/**
 * `unit` of the prices: 'usd' per unit of the underlying, or 'coin' (inverse options, Deribit): a price in coin times the
 * forward is the undiscounted price in USD. `time` of valuation in unix seconds. `spot` in USD, NaN if unknown.
 */
export type OptionChain = {
  underlying: string
  time: number
  spot: number
  unit: PriceUnit
  quotes: readonly OptionQuote[]
}

/** Unit of a chain's prices; see `OptionChain`. */
export type PriceUnit = 'coin' | 'usd'

/** Why a quote took no part in a fit; see `DROP_REASONS`. */
export type DropReason = keyof typeof DROP_REASONS

/** Reasons to leave a quote out, with a sentence each. */
export const DROP_REASONS = {
  stale: 'older than the age allowed before the chain’s time',
  expired: 'expires too soon after the chain’s time',
  'no bid': 'no bid, or a bid of 0',
  'no ask': 'no ask',
  crossed: 'the ask is below the bid',
  parity: 'breaks put-call parity with its counterpart by more than their bid-ask widths',
  'no forward': 'its expiry has neither a quoted forward nor enough pairs for one',
  'in the money': 'its out-of-the-money counterpart carries the same information at a better width',
  'no volatility': 'bid or ask lies outside the bounds of any volatility',
  wide: 'the bid-ask width is too large a share of the volatility',
  'far strike': 'too many standard deviations from the forward',
  'few quotes': 'its expiry keeps too few quotes',
  outlier: 'far from its neighbours’ smile in multiples of its own bid-ask width',
} as const

/** A quote that took no part in a fit. */
export type DroppedQuote = { quote: OptionQuote; reason: DropReason }
