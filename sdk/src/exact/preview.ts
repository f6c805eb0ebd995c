/**
 * What an owner's actions would leave behind, without a chain: twin of the checks in `contracts/core/Clearinghouse.sol` and
 * of the fees in `contracts/core/Exchange.sol`. Exact for the state of the snapshot's block.
 */
import type { Assessment, UnderlyingRisk } from './assessment.ts'
import { type Action, type ExitFailure, exitFailure, passesOutright } from './exitRule.ts'
import { assess, audit } from './marginEngine.ts'
import { chainOf, marketOf, type PriceStatus, type Snapshot } from './market.ts'
import { ACCOUNT_ROOM, DEBT_FLOOR, MAX_DERIVATIVE_LOTS, MAX_OPTION_LOTS, MAX_POSITIONS } from './parameters.ts'
import {
  type Instrument,
  isDated,
  isOption,
  isSameInstrument,
  lotsOf,
  type Mode,
  type Portfolio,
  type Position,
  roomTaken,
  underlyingsOf,
} from './portfolio.ts'
import { indexOf, seriesKey } from './snapshotIndex.ts'
import { cashOf, feeOf, isListed, totals } from './trade.ts'
import { maxUsd, minUsd } from './usd.ts'

export type PreviewTrade = {
  readonly type: 'trade'
  /** The structure of one unit: positive ratios buy. */
  readonly legs: readonly { readonly instrument: Instrument; readonly ratio: bigint }[]
  readonly units: bigint
  /** USD per unit that the account pays; negative when it receives. */
  readonly price: bigint
  /** @default 'taker' */
  readonly role?: 'maker' | 'taker' | undefined
  /** Most USD of fees per unit. @default unlimited */
  readonly maxFee?: bigint | undefined
  /** USD per unit for whoever settles. @default 0n */
  readonly tip?: bigint | undefined
  /** Lots that the other side holds of each leg, which decide open interest. @default 0n: the side that raises it most */
  readonly counterpartyLots?: readonly bigint[] | undefined
  /** One of the two orders is reduce-only: then options trade at strikes that spot has left too. @default false */
  readonly closes?: boolean | undefined
}

/** Asset 0 is USD with 18 decimals here, else the underlying whose collateral moves, in base units of its token. */
export type PreviewAction =
  | PreviewTrade
  | { readonly type: 'deposit'; readonly asset: number; readonly amount: bigint }
  | { readonly type: 'withdraw'; readonly asset: number; readonly amount: bigint }
  | { readonly type: 'setMode'; readonly mode: Mode }

/** Why the chain would revert, under the name of its error. */
export type PreviewFailure =
  | ExitFailure
  | { readonly error: 'AccountReduceOnly'; readonly equity: bigint; readonly initial: bigint }
  | {
      readonly error: 'NewRiskRefused'
      readonly underlying: number
      readonly status: PriceStatus
      readonly reduceOnly: boolean
      readonly openInterest: bigint
      readonly cap: bigint
    }
  | { readonly error: 'SurfaceStale'; readonly underlying: number }
  | { readonly error: 'IsolatedAccount'; readonly underlyings: number }
  | { readonly error: 'TooManyPositions'; readonly limit: number }
  | { readonly error: 'AccountFull'; readonly taken: number; readonly room: number }
  | { readonly error: 'NegativeCollateral'; readonly instrument: Instrument; readonly lots: bigint }
  | { readonly error: 'LotsOutOfRange'; readonly instrument: Instrument; readonly lots: bigint; readonly limit: bigint }
  | { readonly error: 'InstrumentNotListed'; readonly instrument: Instrument }
  | { readonly error: 'MissingMarket'; readonly underlying: number }
  /** The snapshot has no row of the instrument's expiry or strike. */
  | { readonly error: 'MissingSeries'; readonly instrument: Instrument }
  | { readonly error: 'FeeAboveMaximum'; readonly fee: bigint; readonly maximum: bigint }
  | { readonly error: 'NoLegs' }
  | { readonly error: 'ZeroAmount' }

/** One action: its ends with fees paid, and the verdict of its exit check. */
export type PreviewStep = {
  readonly action: PreviewAction
  readonly before: Assessment
  readonly after: Assessment
  readonly portfolio: Portfolio
  /** USD paid to the protocol. */
  readonly fee: bigint
  readonly failure: PreviewFailure | undefined
}

export type Preview = {
  /** Every action would pass. */
  readonly allowed: boolean
  /** Of the first action that would not. */
  readonly failure: PreviewFailure | undefined
  readonly before: Assessment
  readonly after: Assessment
  /** Everything behind both, one per underlying of the snapshot: `scenarioPnl` gives the profit and loss by scenario. */
  readonly risks: { readonly before: readonly UnderlyingRisk[]; readonly after: readonly UnderlyingRisk[] }
  readonly portfolio: Portfolio
  /** One per action, up to the first that fails. */
  readonly steps: readonly PreviewStep[]
}

export type PreviewOptions = {
  /** The account is reduce-only after a takeover. @default false */
  readonly reduceOnly?: boolean | undefined
}

/** Underlyings in which |derivative lots| grew: in any derivative, and in dated ones. Ascending. */
type Raised = { readonly all: readonly number[]; readonly dated: readonly number[] }

const NOTHING_RAISED: Raised = { all: [], dated: [] }

/** What an action does to the vector, before fees. */
type Draft = {
  exit: Action
  portfolio: Portfolio
  snapshot: Snapshot
  raised: Raised
  fee: bigint
}

/**
 * Applies `actions` one after the other, each a transaction of its own, all in the market of `snapshot`, which needs the rows
 * of every instrument held or traded. Positions whose final price is known are not settled first, as the chain would.
 * @example
 * import { linearSnapshot, perpetualOf, type Portfolio, preview } from '@plimsoll/sdk'
 * const portfolio: Portfolio = { mode: 'cross', cash: 10_000n * 10n ** 18n, positions: [] }
 * const snapshot = linearSnapshot([])
 * const legs = [{ instrument: perpetualOf(1), ratio: 1n }]
 * const { allowed, failure } = preview(portfolio, snapshot, [{ type: 'trade', legs, units: 10n, price: 6n * 10n ** 18n }])
 */
export function preview(
  portfolio: Portfolio,
  snapshot: Snapshot,
  actions: readonly PreviewAction[],
  { reduceOnly = false }: PreviewOptions = {},
): Preview {
  const steps: PreviewStep[] = []
  let state = { portfolio, snapshot, reduceOnly }
  for (const action of actions) {
    const { step, next } = stepOf(action, state)
    steps.push(step)
    if (step.failure) break
    state = next
  }
  return resultOf(portfolio, snapshot, steps)
}

/**
 * One action alone, as the first step of `preview`: what many trades are tried with, because it measures the account twice at most.
 * @example
 * import { linearSnapshot, perpetualOf, type Portfolio, previewStep } from '@plimsoll/sdk'
 * const portfolio: Portfolio = { mode: 'cross', cash: 10_000n * 10n ** 18n, positions: [] }
 * const legs = [{ instrument: perpetualOf(1), ratio: 1n }]
 * const trade = { type: 'trade', legs, units: 10n, price: 6n * 10n ** 18n } as const
 * const { failure, fee } = previewStep(portfolio, linearSnapshot([]), trade)
 */
export function previewStep(
  portfolio: Portfolio,
  snapshot: Snapshot,
  action: PreviewAction,
  { reduceOnly = false }: PreviewOptions = {},
): PreviewStep {
  return stepOf(action, { portfolio, snapshot, reduceOnly }).step
}

type State = { portfolio: Portfolio; snapshot: Snapshot; reduceOnly: boolean }

function resultOf(start: Portfolio, snapshot: Snapshot, steps: readonly PreviewStep[]): Preview {
  const last = steps.at(-1)
  const portfolio = last?.portfolio ?? start
  const before = steps[0]?.before ?? assessHeld(start, snapshot)
  return {
    allowed: !last?.failure,
    failure: last?.failure,
    before,
    after: last?.after ?? before,
    risks: { before: audit(start, snapshot).risks, after: audit(portfolio, snapshot).risks },
    portfolio,
    steps,
  }
}

function stepOf(action: PreviewAction, state: State): { step: PreviewStep; next: State } {
  const before = assessHeld(state.portfolio, state.snapshot)
  const draft = draftOf(action, state)
  if ('error' in draft) {
    const { portfolio } = state
    return { step: { action, before, after: before, portfolio, fee: 0n, failure: draft }, next: state }
  }
  const { exit, raised, snapshot } = draft
  const gross = assessHeld(draft.portfolio, snapshot, scaledBy(exit, raised, draft.portfolio))
  const fee = minUsd(draft.fee, maxUsd(gross.equity, 0n))
  const after = { ...gross, equity: gross.equity - fee, settledCash: gross.settledCash - fee }
  const portfolio = { ...draft.portfolio, cash: draft.portfolio.cash - fee }
  const failure = verdict({ ...draft, portfolio }, before, after, state)
  const reduceOnly = state.reduceOnly && (exit === 'none' || after.equity < after.initial)
  return { step: { action, before, after, portfolio, fee, failure }, next: { portfolio, snapshot, reduceOnly } }
}

/** A portfolio without positions is worth its cash: no engine, no oracle. */
function assessHeld(portfolio: Portfolio, snapshot: Snapshot, scaled: readonly number[] = []): Assessment {
  return portfolio.positions.length === 0 ? cashOnly(portfolio.cash) : assess(portfolio, snapshot, scaled)
}

function cashOnly(cash: bigint): Assessment {
  return {
    equity: cash,
    settledCash: cash,
    maintenance: 0n,
    initial: 0n,
    goodEnd: 0n,
    gross: 0n,
    debtLimit: DEBT_FLOOR,
  }
}

/** Open interest scales what an action raises and, on withdrawals, all that is held. */
function scaledBy(exit: Action, raised: Raised, portfolio: Portfolio): readonly number[] {
  if (exit === 'trade') return raised.all
  return exit === 'withdrawCash' || exit === 'withdrawCollateral' ? underlyingsOf(portfolio.positions) : []
}

/** The checks in the order of the chain. */
function verdict(
  { exit, raised, portfolio, snapshot }: Draft,
  before: Assessment,
  after: Assessment,
  { reduceOnly }: State,
): PreviewFailure | undefined {
  if (exit === 'none') return undefined
  const refused = exit === 'trade' ? newRiskFailure(raised, snapshot) : undefined
  if (refused) return refused
  const failure = passesOutright(exit, after) ? undefined : exitFailure(exit, before, after)
  if (failure) return failure
  if (reduceOnly && after.equity < after.initial && raised.all.length > 0) {
    return { error: 'AccountReduceOnly', equity: after.equity, initial: after.initial }
  }
  const moreRisk = raised.all.length > 0 || exit === 'modeChange'
  const derivatives = portfolio.positions.filter(({ instrument }) => instrument.kind !== 'spot')
  const underlyings = underlyingsOf(derivatives).length
  if (portfolio.mode === 'isolated' && moreRisk && underlyings > 1) return { error: 'IsolatedAccount', underlyings }
  return undefined
}

function newRiskFailure({ all, dated }: Raised, snapshot: Snapshot): PreviewFailure | undefined {
  for (const underlying of all) {
    const market = marketOf(snapshot, underlying)
    if (!market) return { error: 'MissingMarket', underlying }
    const { status, reduceOnly, openInterest, openInterestCap: cap } = market
    if (status !== 'live' || reduceOnly || openInterest > cap) {
      return { error: 'NewRiskRefused', underlying, status, reduceOnly, openInterest, cap }
    }
    if (dated.includes(underlying) && !chainOf(snapshot, underlying)?.fresh) {
      return { error: 'SurfaceStale', underlying }
    }
  }
  return undefined
}

/* WHAT AN ACTION DOES */

function draftOf(action: PreviewAction, state: State): Draft | PreviewFailure {
  if (action.type === 'trade') return draftTrade(action, state)
  const { portfolio, snapshot } = state
  const common = { snapshot, raised: NOTHING_RAISED, fee: 0n }
  if (action.type === 'setMode')
    return { ...common, exit: 'modeChange', portfolio: { ...portfolio, mode: action.mode } }
  if (action.amount <= 0n) return { error: 'ZeroAmount' }
  const isDeposit = action.type === 'deposit'
  const amount = isDeposit ? action.amount : -action.amount
  if (action.asset === 0) {
    const exit = isDeposit ? 'none' : 'withdrawCash'
    return { ...common, exit, portfolio: { ...portfolio, cash: portfolio.cash + amount } }
  }
  if (!marketOf(snapshot, action.asset)) return { error: 'MissingMarket', underlying: action.asset }
  const instrument: Instrument = { underlying: action.asset, kind: 'spot', expiry: 0, strike: 0n }
  const positions = withLots(portfolio.positions, instrument, amount)
  if ('error' in positions) return positions
  const full = fullness(portfolio.positions, positions)
  if (full) return full
  const exit = isDeposit ? 'depositCollateral' : 'withdrawCollateral'
  return { ...common, exit, portfolio: { ...portfolio, positions } }
}

function draftTrade(trade: PreviewTrade, { portfolio, snapshot }: State): Draft | PreviewFailure {
  const { legs, units, price, role = 'taker', tip = 0n, maxFee } = trade
  if (legs.length === 0) return { error: 'NoLegs' }
  if (units <= 0n) return { error: 'ZeroAmount' }
  const failure = legsFailure(trade, snapshot)
  if (failure) return failure
  const { funding36, notional } = totals(snapshot, legs, units)
  const fee = feeOf(role, notional)
  if (maxFee !== undefined && fee > maxFee * units) return { error: 'FeeAboveMaximum', fee, maximum: maxFee * units }
  const book = applyLegs(trade, portfolio.positions)
  if ('error' in book) return book
  const paid = cashOf(role, price, units, funding36) + tip * units
  return {
    exit: 'trade',
    portfolio: { ...portfolio, cash: portfolio.cash - paid, positions: book.positions },
    snapshot: withOpenInterest(snapshot, book.longs),
    raised: { all: ascending(book.raised), dated: ascending(book.raisedDated) },
    fee,
  }
}

type Book = {
  positions: readonly Position[]
  raised: ReadonlySet<number>
  raisedDated: ReadonlySet<number>
  /** Change of the long lots of both sides, by underlying. */
  longs: ReadonlyMap<number, bigint>
}

/** The first leg that may not be traded, or of which the snapshot has no row. */
function legsFailure({ legs, closes = false }: PreviewTrade, snapshot: Snapshot): PreviewFailure | undefined {
  for (const { instrument } of legs) {
    if (!isListed(instrument, snapshot, closes)) return { error: 'InstrumentNotListed', instrument }
    if (!isDated(instrument)) continue
    const series = indexOf(snapshot).expiries.get(seriesKey(instrument))
    if (!series || (isOption(instrument) && !series.strikes.has(instrument.strike)))
      return { error: 'MissingSeries', instrument }
  }
  return undefined
}

/** As the ledger moves them: the last leg first. */
function applyLegs(
  { legs, units, counterpartyLots = [] }: PreviewTrade,
  held: readonly Position[],
): Book | PreviewFailure {
  let positions = held
  const [raised, raisedDated, longs] = [new Set<number>(), new Set<number>(), new Map<number, bigint>()]
  for (const [index, { instrument, ratio }] of [...legs.entries()].reverse()) {
    const lots = ratio * units
    const old = lotsOf(positions, instrument)
    const next = withLots(positions, instrument, lots)
    if ('error' in next) return next
    positions = next
    if (instrument.kind === 'spot') continue
    const { underlying } = instrument
    if (size(old + lots) > size(old)) (isDated(instrument) ? raisedDated : raised).add(underlying)
    const change = longChange(old, lots) + longChange(counterpartyLots[index] ?? 0n, -lots)
    longs.set(underlying, (longs.get(underlying) ?? 0n) + change)
  }
  const full = fullness(held, positions)
  if (full) return full
  return { positions, raised: new Set([...raised, ...raisedDated]), raisedDated, longs }
}

/** The vector with `change` lots more of one instrument, within the bounds of the ledger. */
function withLots(
  positions: readonly Position[],
  instrument: Instrument,
  change: bigint,
): readonly Position[] | PreviewFailure {
  const index = positions.findIndex((position) => isSameInstrument(position.instrument, instrument))
  const lots = (positions[index]?.lots ?? 0n) + change
  if (instrument.kind === 'spot') {
    if (lots < 0n) return { error: 'NegativeCollateral', instrument, lots }
  } else {
    const limit = isOption(instrument) ? MAX_OPTION_LOTS : MAX_DERIVATIVE_LOTS
    if (lots >= limit || lots <= -limit) return { error: 'LotsOutOfRange', instrument, lots, limit }
  }
  if (index < 0) {
    if (lots === 0n) return positions
    if (positions.length === MAX_POSITIONS) return { error: 'TooManyPositions', limit: MAX_POSITIONS }
    return [...positions, { instrument, lots }]
  }
  if (lots !== 0n) return positions.with(index, { instrument, lots })
  // As in the ledger, the last one takes the place of a closed one.
  const last = positions.at(-1)
  const rest = positions.slice(0, -1)
  return last && index < rest.length ? rest.with(index, last) : rest
}

/** Whoever opens a position must have room for all he holds. */
function fullness(before: readonly Position[], after: readonly Position[]): PreviewFailure | undefined {
  if (after.every(({ instrument }) => lotsOf(before, instrument) !== 0n)) return undefined
  const taken = roomTaken(after)
  return taken > ACCOUNT_ROOM ? { error: 'AccountFull', taken, room: ACCOUNT_ROOM } : undefined
}

function size(lots: bigint): bigint {
  return lots < 0n ? -lots : lots
}

function withOpenInterest(snapshot: Snapshot, longs: ReadonlyMap<number, bigint>): Snapshot {
  const markets = snapshot.markets.map((market) => ({
    ...market,
    openInterest: market.openInterest + (longs.get(market.underlying) ?? 0n),
  }))
  return { ...snapshot, markets }
}

function longChange(held: bigint, change: bigint): bigint {
  return maxUsd(held + change, 0n) - maxUsd(held, 0n)
}

function ascending(members: ReadonlySet<number>): number[] {
  return [...members].sort((a, b) => a - b)
}
