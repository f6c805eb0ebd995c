/** What the worst days would have cost an insurance fund: losses of a linear account beyond its own margin. */
import { HOUR } from '../estimation/priceHistory.ts'
import type { Level, Side } from './linearMargins.ts'

/** Hourly prices of one underlying around an event. `low` and `high` are the extremes since the entry before. */
export type EventBars = {
  readonly times: Float64Array
  readonly low: Float64Array
  readonly high: Float64Array
  readonly close: Float64Array
}

/** Days that hurt, UTC; accounts open at every hour of [from, to). */
export type MarketEvent = { readonly name: string; readonly from: number; readonly to: number }

export const WORST_DAYS: readonly MarketEvent[] = [
  { name: '2020-03-12', from: Date.UTC(2020, 2, 12) / 1000, to: Date.UTC(2020, 2, 13, 12) / 1000 },
  { name: '2021-05-19', from: Date.UTC(2021, 4, 19) / 1000, to: Date.UTC(2021, 4, 20) / 1000 },
  { name: '2022-05 LUNA', from: Date.UTC(2022, 4, 9) / 1000, to: Date.UTC(2022, 4, 13) / 1000 },
  { name: '2022-11 FTX', from: Date.UTC(2022, 10, 8) / 1000, to: Date.UTC(2022, 10, 10) / 1000 },
  { name: '2025-10-10', from: Date.UTC(2025, 9, 10) / 1000, to: Date.UTC(2025, 9, 11) / 1000 },
]

/** Nothing is liquidated for this long in the first of the two costs. */
export const HELD_HOURS = 12

/** Fractions of the notional at entry. An account that opens at `time` with equity `margin`, maintenance as then. */
export type Account = {
  readonly time: number
  readonly side: Side
  readonly margin: number
  readonly maintenance: number
}

/**
 * `move`: worst adverse move within `HELD_HOURS`, at the extremes of the bars. `held`: what is lost beyond the margin when
 * nobody liquidates until then. `liquidated`: the same when the account is closed whole at the close of the hour after
 * the first close at which its equity is below maintenance (at once when it starts there).
 */
export type Cost = { readonly move: number; readonly held: number; readonly liquidated: number }

/** The move against the account from `from` to `to`, as a fraction of `from`; positive loses. */
function adverse(side: Side, from: number, to: number): number {
  return side === 'long' ? 1 - to / from : to / from - 1
}

/** Cost of one account, or undefined when the bars do not hold every hour of its next `HELD_HOURS`. */
export function costOf(bars: EventBars, { time, side, margin, maintenance }: Account): Cost | undefined {
  const start = bars.times.indexOf(time)
  const last = start + HELD_HOURS
  if (start < 0 || bars.times[last] !== time + HELD_HOURS * HOUR) return undefined
  const entry = bars.close[start] ?? Number.NaN
  const extremes = side === 'long' ? bars.low : bars.high
  let [move, liquidated] = [0, 0]
  let closing = Infinity
  for (let i = start; i <= last; i++) {
    const loss = adverse(side, entry, bars.close[i] ?? Number.NaN)
    if (i > start) move = Math.max(move, adverse(side, entry, extremes[i] ?? Number.NaN))
    if (i === closing) liquidated = Math.max(0, loss - margin)
    const notional = (bars.close[i] ?? Number.NaN) / entry
    if (closing === Infinity && margin - loss <= maintenance * notional) closing = i + 1
  }
  return { move, held: Math.max(0, move - margin), liquidated }
}

/** The worst entry hour of an event and the mean over all, for accounts that start exactly at one level. */
export type EventCost = {
  readonly event: string
  readonly underlying: string
  readonly side: Side
  readonly level: Level
  readonly accounts: number
  /** Of the entry with the worst `held`, with its time (unix seconds) and leverage, 1 over margin. */
  readonly worst: Cost & { readonly time: number; readonly leverage: number }
  /** The largest cost of an account that is liquidated, over all entries. */
  readonly worstLiquidated: number
  readonly meanHeld: number
  readonly meanLiquidated: number
}

/** @param marginAt requirement per notional of a level at a time, NaN where unknown. */
export function eventCost(
  event: MarketEvent,
  underlying: string,
  bars: EventBars,
  { side, level }: { side: Side; level: Level },
  marginAt: (time: number, level: Level) => number,
): EventCost | undefined {
  const costs = Array.from(bars.times)
    .filter((time) => time >= event.from && time < event.to && Number.isFinite(marginAt(time, level)))
    .flatMap((time) => {
      const margin = marginAt(time, level)
      const cost = costOf(bars, { time, side, margin, maintenance: marginAt(time, 'maintenance') })
      return cost === undefined ? [] : [{ ...cost, time, leverage: 1 / margin }]
    })
  const [worst] = costs.toSorted((a, b) => b.held - a.held || b.move - a.move)
  if (worst === undefined) return undefined
  const mean = (part: (cost: Cost) => number) => costs.reduce((sum, cost) => sum + part(cost), 0) / costs.length
  return {
    event: event.name,
    underlying,
    side,
    level,
    accounts: costs.length,
    worst,
    worstLiquidated: Math.max(...costs.map(({ liquidated }) => liquidated)),
    meanHeld: mean(({ held }) => held),
    meanLiquidated: mean(({ liquidated }) => liquidated),
  }
}
