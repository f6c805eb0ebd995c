/** What a publisher of historical weights posts for one underlying, computed from prices alone. */
import { RiskError } from '../errors.ts'
import { type DailyPrices, dailyPrices, dailyReturns, midnightBefore } from '../estimation/dailyPrices.ts'
import { historicalNodeWeights, historyAt, LEAST_RETURNS } from '../estimation/historicalWeights.ts'
import {
  type CorrelationEstimates,
  commonReturns,
  correlationEstimates,
  leastOf,
  offsetOf,
} from '../estimation/offset.ts'
import { type PriceHistory, requireHistory } from '../estimation/priceHistory.ts'
import { ACCOUNT_DEFAULTS } from '../methods/plimsoll/parameters.ts'
import { tailCaps, tailWord } from '../methods/plimsoll/tailCaps.ts'
import { requireRange } from '../scenarios/lanes.ts'
import { codeHash } from './algorithm.ts'
import { canonicalHash } from './canonicalHash.ts'

/** Of one underlying, for one moment. */
export type PostingRequest = {
  readonly underlying: string
  /** Unix seconds: later prices do not count. */
  readonly timestamp: number
  /** Of the nodes: PSR_M + epsilon, WAD. */
  readonly scanRange: bigint
}

/** A posting and what led to it. */
export type HistoryPosting = PostingRequest & {
  /** Members of the group, the underlying among them, in order of their names. */
  readonly group: readonly string[]
  /** Of the 17 nodes, ascending in price. */
  readonly probabilities: readonly number[]
  /** Units of 1/8191, and the word that holds them. */
  readonly caps: readonly number[]
  readonly weights: bigint
  /** With every other member. */
  readonly correlations: Readonly<Record<string, CorrelationEstimates>>
  /** Millionths, rounded down; 0 for a group of one. */
  readonly offset: number
  /** SHA-256 of the canonical inputs and of the algorithm, 0x and 64 hexadecimal digits. */
  readonly inputs: `0x${string}`
  readonly code: `0x${string}`
}

/** No prices of a member of the group. */
export class MissingHistoryError extends RiskError {
  readonly code = 'MISSING_HISTORY'
  readonly symbol: string
  constructor(symbol: string) {
    super(`There are no prices of ${symbol}. Give prices of the underlying and of every member of its group.`)
    this.symbol = symbol
  }
}

/** The price of the last midnight before the posting is not known. Unix seconds; `newest` 0: there is none at all. */
export class StaleHistoryError extends RiskError {
  readonly code = 'STALE_HISTORY'
  readonly symbol: string
  readonly newest: number
  readonly needed: number
  constructor(symbol: string, newest: number, needed: number) {
    super(
      `The newest daily price of ${symbol} is of ${newest}, that of ${needed} is needed. Add prices of the eight hours up to then.`,
    )
    this.symbol = symbol
    this.newest = newest
    this.needed = needed
  }
}

/** Too few daily returns, of the underlying or of the days that a member has in common with it. */
export class ShortHistoryError extends RiskError {
  readonly code = 'SHORT_HISTORY'
  readonly symbol: string
  readonly returns: number
  readonly least: number
  constructor(symbol: string, returns: number) {
    super(`${symbol} has ${returns} usable daily returns, at least ${LEAST_RETURNS} are needed. Add older prices.`)
    this.symbol = symbol
    this.returns = returns
    this.least = LEAST_RETURNS
  }
}

const WAD = 1e18
const MILLION = 1e6

/**
 * The posting that prices ask for. Rounding: caps up, the offset down, both against the account.
 *
 * The same prices, request and version give the same posting to the bit: logarithms and exponentials are those of V8, which
 * computes them in software.
 *
 * @param histories of the members of the group, the underlying among them.
 * @throws MissingHistoryError, StaleHistoryError, ShortHistoryError, DomainError
 */
export function historyPosting(request: PostingRequest, histories: readonly PriceHistory[]): HistoryPosting {
  const { underlying, timestamp, scanRange } = request
  const range = Number(scanRange) / WAD
  requireRange(range)
  const prices = new Map(histories.map((history) => [history.symbol, pricesOf(history, timestamp)]))
  const own = prices.get(underlying)
  if (own === undefined) throw new MissingHistoryError(underlying)
  const probabilities = historicalNodeWeights(own, range)
  if (probabilities === undefined) throw new ShortHistoryError(underlying, dailyReturns(own).returns.length)
  const group = [...prices.keys()].sort()
  const correlations = Object.fromEntries(
    group.flatMap((member) => (member === underlying ? [] : [[member, correlationsWith(member, own, prices)]])),
  )
  const caps = tailCaps(probabilities, ACCOUNT_DEFAULTS.tail)
  return {
    underlying,
    timestamp,
    scanRange,
    group,
    probabilities: [...probabilities],
    caps,
    weights: tailWord(caps),
    correlations,
    offset: groupOffset(Object.values(correlations)),
    inputs: inputsHash(request, group, prices),
    code: codeHash(),
  }
}

function pricesOf(history: PriceHistory, timestamp: number): DailyPrices {
  requireHistory(history)
  const prices = historyAt(dailyPrices(history), timestamp)
  const [newest, needed] = [prices.midnights.at(-1) ?? 0, midnightBefore(timestamp)]
  if (newest !== needed) throw new StaleHistoryError(history.symbol, newest, needed)
  return prices
}

function correlationsWith(
  member: string,
  own: DailyPrices,
  prices: ReadonlyMap<string, DailyPrices>,
): CorrelationEstimates {
  const other = prices.get(member)
  if (other === undefined) throw new MissingHistoryError(member)
  const estimates = correlationEstimates(own, other)
  if (estimates === undefined) throw new ShortHistoryError(member, commonReturns(own, other).midnights.length)
  return estimates
}

function groupOffset(correlations: readonly CorrelationEstimates[]): number {
  if (correlations.length === 0) return 0
  return Math.floor(MILLION * offsetOf(Math.min(...correlations.map(leastOf))))
}

/** SHA-256 over the request and the daily prices that count, [midnight, USD] by member. */
function inputsHash(
  { underlying, timestamp, scanRange }: PostingRequest,
  group: readonly string[],
  prices: ReadonlyMap<string, DailyPrices>,
): `0x${string}` {
  const used = group.map((member) => {
    const { midnights = [], prices: usd = [] } = prices.get(member) ?? {}
    return [member, Array.from(midnights, (midnight, i) => [midnight, usd[i] ?? 0])]
  })
  const document = { underlying, timestamp, scanRange: `${scanRange}`, prices: Object.fromEntries(used) }
  return `0x${canonicalHash(document)}`
}
