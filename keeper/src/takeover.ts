/** What a takeover would do, by the auction's own arithmetic: the slice, its price, and the keeper's account afterwards. */
import {
  ACCOUNT_ROOM,
  type Assessment,
  assess,
  buffered,
  cappedRate,
  conversionFraction,
  DISCOUNT_RAMP,
  DISCOUNT_START,
  DUST_MAINTENANCE,
  dustReward,
  isOption,
  isSameInstrument,
  MAX_POSITIONS,
  marketOf,
  markOf,
  type Portfolio,
  type Position,
  roomTaken,
  type Snapshot,
  share,
  split,
  WAD,
} from '@plimsoll/sdk'
import type { LiquidationState } from './ports/chain.ts'
import { rowsOf } from './rows.ts'

export function positive(usd: bigint): bigint {
  return usd > 0n ? usd : 0n
}

export type Terms = {
  readonly fraction: bigint
  /** Discount and least reward per maintenance removed. */
  readonly rate: bigint
  readonly rewardRate: bigint
  readonly extraReward: bigint
  /** Dust is given away. */
  readonly free: boolean
}

export type Quote = {
  readonly fraction: bigint
  /** What goes over: cash before the payment, and lots. */
  readonly cash: bigint
  readonly legs: readonly Position[]
  /** Cash that the keeper's account gains or pays in all. */
  readonly cashChange: bigint
  readonly value: bigint
  readonly removed: bigint
  readonly payment: bigint
  /** The keeper's gain at mark if the compartments can pay. */
  readonly reward: bigint
  /** The auction would refuse it: lots too coarse, or worth less than nothing. */
  readonly refused: boolean
}

export function liquidationTerms(state: LiquidationState, fraction: bigint): Terms {
  const { equity, maintenance } = state.assessment
  const dust = maintenance < DUST_MAINTENANCE
  return {
    fraction,
    rate: state.discount,
    rewardRate: state.reward,
    extraReward: dust && equity < 0n ? dustReward(maintenance) : 0n,
    free: dust && equity > 0n && state.elapsed >= DISCOUNT_RAMP,
  }
}

export function conversionTerms(assessment: Assessment): Terms {
  const rate = cappedRate(DISCOUNT_START, assessment)
  return { fraction: conversionFraction(assessment), rate, rewardRate: 0n, extraReward: 0n, free: false }
}

export function quote(portfolio: Portfolio, before: Assessment, snapshot: Snapshot, terms: Terms): Quote {
  const { cash, legs, rest } = split(portfolio, terms.fraction)
  const after = assess(rest, rowsOf(rest, snapshot))
  const value = before.equity - after.equity
  const removed = before.maintenance - after.maintenance
  const discount = terms.free ? value : share(terms.rate, removed)
  const payment = positive(value - discount)
  const floor = share(terms.rewardRate, removed) + terms.extraReward
  const topUp = positive(floor + payment - value)
  return {
    fraction: terms.fraction,
    cash,
    legs,
    cashChange: cash - payment + topUp,
    value,
    removed,
    payment,
    reward: value - payment + topUp,
    refused: 2n * removed < share(terms.fraction, before.maintenance) || (before.equity >= 0n && value < 0n),
  }
}

/**
 * What selling the options among `legs` costs below mark: per unit a share of the mark of the call or the put of the strike,
 * whichever is less (the rest of a deep option is a forward, which costs what a future costs), and a share of spot. Rounded up.
 */
export function slippageOf(
  legs: readonly Position[],
  snapshot: Snapshot,
  { optionSpread, optionTick }: { readonly optionSpread: bigint; readonly optionTick: bigint },
): bigint {
  let usd36 = 0n
  for (const { instrument, lots } of legs) {
    const market = marketOf(snapshot, instrument.underlying)
    if (!isOption(instrument) || !market) continue
    let mark = markOf(snapshot, { ...instrument, kind: 'call' })
    const put = markOf(snapshot, { ...instrument, kind: 'put' })
    if (put < mark) mark = put
    const perUnit = (mark * optionSpread + market.spot * optionTick) / WAD + 1n
    usd36 += (lots < 0n ? -lots : lots) * market.lotUnit * perUnit
  }
  return usd36 === 0n ? 0n : usd36 / WAD + 1n
}

/** `portfolio` with `cash` and `legs` on top. */
export function merged(portfolio: Portfolio, cash: bigint, legs: readonly Position[]): Portfolio {
  let positions = [...portfolio.positions]
  for (const leg of legs) {
    const held = positions.find(({ instrument }) => isSameInstrument(instrument, leg.instrument))
    const lots = (held?.lots ?? 0n) + leg.lots
    positions = positions.filter((position) => position !== held)
    if (lots !== 0n) positions.push({ instrument: leg.instrument, lots })
  }
  return { mode: portfolio.mode, cash: portfolio.cash + cash, positions }
}

/** Whether the ledger lets an account become `after`: slots for what it opens, before anything is closed, and room for all. */
export function fits(before: Portfolio, after: Portfolio): boolean {
  const opened = after.positions.filter(
    ({ instrument }) => !before.positions.some((held) => isSameInstrument(held.instrument, instrument)),
  )
  if (opened.length === 0) return true
  return before.positions.length + opened.length <= MAX_POSITIONS && roomTaken(after.positions) <= ACCOUNT_ROOM
}

/** What a keeper's account lacks to hold `portfolio` after a takeover: b * MM. 0 or less: it can. */
export function missingMargin(portfolio: Portfolio, snapshot: Snapshot): bigint {
  const { equity, maintenance } = assess(portfolio, rowsOf(portfolio, snapshot))
  return buffered(maintenance) - equity
}
