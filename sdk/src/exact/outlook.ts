/**
 * What the ramps of the scan ranges, and in Quantitative mode those of posted probabilities, will do to an account if the market
 * stands still. All integers, no model beside the twin.
 */
import { assess } from './marginEngine.ts'
import type { Market, Snapshot } from './market.ts'
import { SAMPLE_SPACING } from './parameters.ts'
import { isDated, type Portfolio } from './portfolio.ts'
import { type RangeState, type RiskParameters, rangePath } from './scanRange.ts'
import { type SeriesState, snapshotAt } from './seriesSnapshot.ts'
import { aboveCaps, risenCaps, withRisenCaps } from './tail.ts'
import { maxUsd } from './usd.ts'

const SPACING = Number(SAMPLE_SPACING)

/** The scan range of one underlying, and the parameters that it follows. */
export type MovingRange = {
  readonly underlying: number
  readonly state: RangeState
  readonly parameters: RiskParameters
}

export type OutlookInput = {
  readonly portfolio: Portfolio
  readonly markets: readonly Market[]
  /** Of every underlying with dated positions, see `snapshotAt`; in Portfolio mode of every underlying held. */
  readonly series: readonly SeriesState[]
  /** Unix seconds. */
  readonly time: number
  /** Those left out stand still. */
  readonly ranges: readonly MovingRange[]
  readonly hours: number
}

/** USD, 18 decimals. */
export type OutlookPoint = {
  /** Steps of the ranges from now. */
  readonly hours: number
  /** Unix seconds: the earliest time of that step. */
  readonly time: number
  readonly equity: bigint
  readonly maintenance: bigint
  readonly initial: bigint
}

export type Outlook = {
  /** Now, and each hour after. */
  readonly points: readonly OutlookPoint[]
  /** What lifts the account to initial margin now; 0 when it has it. */
  readonly marginCall: bigint
  /** First step with equity below maintenance margin. */
  readonly breachIn: number | undefined
  /** Unix seconds: the earliest time of that step. */
  readonly breachAt: number | undefined
  /** Cash that keeps the account at maintenance margin through all hours; 0 when it has it. */
  readonly topUp: bigint
}

/**
 * Requirements hour by hour. Held fixed: prices, surfaces, volatilities, the time that options have left, the floors of the tail
 * modes. In Quantitative mode the probabilities of maintenance margin rise to the posted ones. Each range takes a
 * step an hour after its last sample, at once when that is over, and every hour then, as on the chain when somebody touches its
 * market whenever a step is due; less often is slower. A dead price takes none until it lives again.
 * @throws RangeError when `hours` is not a whole number from 0 on
 */
export function outlook(input: OutlookInput): Outlook {
  const { portfolio, hours } = input
  if (!Number.isInteger(hours) || hours < 0) throw new RangeError(`An outlook is over whole hours, got ${hours}.`)
  const paths = input.ranges.map(({ underlying, state, parameters }) => ({
    underlying,
    path: rangePath(state, parameters, hours),
  }))
  // The first of the next steps of all ranges.
  const steps = input.ranges.map(({ state }) => state.sampledAt + SPACING)
  const first = Math.max(input.time, Math.min(input.time + SPACING, ...steps))
  const instruments = portfolio.positions.map(({ instrument }) => instrument).filter(isDated)
  const points: OutlookPoint[] = []
  for (let hour = 0; hour <= hours; hour++) {
    const time = hour === 0 ? input.time : first + (hour - 1) * SPACING
    const last = points.at(-1)
    const isStill = paths.every(({ path }) => isSameRange(path[hour - 1], path[hour]))
    if (last && isStill && !haveCapsRisen(input, last.time, time)) {
      points.push({ ...last, hours: hour, time }) // arrays are costly, and where all ramps stand still all stands still
      continue
    }
    const markets = input.markets.map((market) => withRange(market, paths.find(isOf(market))?.path[hour]))
    const snapshot = snapshotAt({ series: input.series, markets, time: input.time, instruments })
    const { equity, maintenance, initial } = assess(portfolio, withCapsAt(snapshot, input, time))
    points.push({ hours: hour, time, equity, maintenance, initial })
  }
  const missing = points.map(({ equity, maintenance }) => maintenance - equity)
  const breach = missing.findIndex((amount) => amount > 0n)
  const [now] = points
  return {
    points,
    marginCall: now ? maxUsd(now.initial - now.equity, 0n) : 0n,
    breachIn: breach < 0 ? undefined : breach,
    breachAt: points[breach]?.time,
    topUp: missing.reduce(maxUsd, 0n),
  }
}

/** Quantitative mode: the snapshot with the caps of a later `time`. */
function withCapsAt(snapshot: Snapshot, { portfolio, series }: OutlookInput, time: number): Snapshot {
  if (portfolio.mode !== 'quantitative') return snapshot
  const tails = snapshot.tails.map((row, index) => {
    const state = series.find(({ underlying }) => underlying === snapshot.markets[index]?.underlying)
    return state?.tail ? withRisenCaps(row, state.tail, time) : row
  })
  return { ...snapshot, tails }
}

function haveCapsRisen({ portfolio, series }: OutlookInput, before: number, time: number): boolean {
  if (portfolio.mode !== 'quantitative') return false
  return series.some(({ tail }) => {
    if (!tail || tail.posted === 0n) return false
    const at = (then: number) => risenCaps(tail.base, tail.posted, BigInt(then) - aboveCaps(tail.base))
    return at(before) !== at(time)
  })
}

function isOf({ underlying }: Market) {
  return (path: { readonly underlying: number }) => path.underlying === underlying
}

function isSameRange(a: RangeState | undefined, b: RangeState | undefined): boolean {
  return a?.maintenance === b?.maintenance && a?.target === b?.target
}

function withRange(market: Market, range: RangeState | undefined): Market {
  if (!range) return market
  const { epsilon } = market
  return { ...market, scanRange: range.maintenance + epsilon, targetRange: range.target + epsilon }
}
