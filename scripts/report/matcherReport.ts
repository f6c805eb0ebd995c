/** What a run through a matcher says of its trades, as plain numbers: `matcher` of the JSON report. */
import { type Comparison, compareFills } from '../simulation/matching/comparison.ts'
import type { Outcome } from '../simulation/simulation.ts'
import { round, type Spread, spreadOf } from './report.ts'

export type MatcherFigures = {
  /** Signed orders that were taken: for a book, or of a request for quotes. */
  accepted: { orders: number; quotes: number; picks: number }
  /** Signed orders that were not, by code. */
  refused: Record<string, number>
  /** Accepted orders that trade no more, by reason. */
  ended: Record<string, number>
  matches: number
  settled: number
  /** Matches that were taken back, by reason; their orders may have traded again. */
  unwound: Record<string, number>
  /** Transactions by what became of them. */
  batches: Record<string, number>
  fillsPerBatch: { mean: number; max: number }
  /** From request to answer. */
  answerMs: Spread
  /** From the block at which the taker's order was accepted to the one that settles it. */
  settlementBlocks: Spread
  fills: Comparison
}

/** Undefined: no matcher ran. */
export function matcherFigures({ world, trading }: Outcome): MatcherFigures | undefined {
  const { matching, keepers, deployment } = world
  if (!matching || !trading) return undefined
  const { fills, journal } = trading
  const { accepted, refused, milliseconds, acceptedAt } = matching.answers
  const settlers = {
    matcher: matching.wallet.address,
    keepers: keepers.map(({ wallet }) => wallet.address),
    exchange: deployment.exchange,
  }
  const perBatch = [...Map.groupBy(fills, ({ transaction }) => transaction).values()].map((all) => all.length)
  const blocks = fills.flatMap(({ taker, block }) => {
    const at = acceptedAt.get(taker)
    return at === undefined ? [] : [block - at]
  })
  const { p50, p99, max } = spreadOf(milliseconds)
  return {
    accepted: { orders: accepted.order, quotes: accepted.quote, picks: accepted.pick },
    refused: Object.fromEntries([...refused].sort(([a], [b]) => a.localeCompare(b))),
    ended: journal.ended,
    matches: journal.matches,
    settled: journal.settled.length,
    unwound: journal.unwound,
    batches: journal.batches,
    fillsPerBatch: { mean: round(fills.length / Math.max(1, perBatch.length), 1), max: Math.max(0, ...perBatch) },
    answerMs: { p50: round(p50, 1), p99: round(p99, 1), max: round(max, 1) },
    settlementBlocks: spreadOf(blocks),
    fills: compareFills(fills, journal, settlers),
  }
}

/** Every fill on the chain is the matcher's, as its journal has it, or made inside a liquidation. */
export function areFillsComplete({ fills: { lost, doubled, elsewhere } }: MatcherFigures): boolean {
  return lost === 0 && doubled === 0 && elsewhere === 0
}
