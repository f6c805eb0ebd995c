/** Twin of `Series.snapshot` in `contracts/core/Series.sol`: raw state to the rows of a market matrix, at any spot and time. */
import { chainAt, type EpochState, epochAt, shocksOf } from './epoch.ts'
import { MissingRowError, MissingSeriesRowError, StrikeTooLargeError } from './errors.ts'
import { unpackSurface } from './essvi.ts'
import { WAD } from './fixedPoint.ts'
import type { ExpiryRow, Market, RiskTerms, Snapshot, StrikeRow } from './market.ts'
import { STRIKE_UNIT } from './matrix.ts'
import { arrayOf, gapBounds, type MaturityTerms, momentAt, type Progress, quoteOf } from './maturity.ts'
import { MAX_PRICE, SETTLEMENT_WINDOW } from './parameters.ts'
import { type Instrument, isDated } from './portfolio.ts'
import {
  deviationFactors,
  nodesOf,
  type RiskNode,
  type RiskWords,
  tagged,
  tagOf,
  type VolatilityShocks,
} from './riskArray.ts'
import { seriesKey } from './snapshotIndex.ts'
import { NO_TAIL, type TailState, tailRowAt } from './tail.ts'
import { maxUsd } from './usd.ts'

/** One expiry as stored. */
export type ExpiryState = {
  readonly expiry: number
  /** Its word of the surface, see `packSurface`. */
  readonly word: bigint
  /** Price times seconds over the settlement window, up to `doneUntil`; 0 and 0 before the first average. */
  readonly sum: bigint
  readonly doneUntil: number
  /** Cached arrays by strike (8 decimals). Only those of the epoch count; computed ones are the same to the bit. */
  readonly arrays?: ReadonlyMap<bigint, RiskWords> | undefined
}

/** The series of one underlying as stored. */
export type SeriesState = {
  readonly underlying: number
  readonly epoch: EpochState
  readonly terms: RiskTerms
  readonly expiries: readonly ExpiryState[]
  /** For the tail modes; left out, nothing is known and they measure as Portfolio. */
  readonly tail?: TailState | undefined
}

export type SnapshotInput = {
  /** One per market that has series; others get an empty chain. */
  readonly series: readonly SeriesState[]
  /** Ascending by underlying. */
  readonly markets: readonly Market[]
  /** Unix seconds, not before the last stored observation. */
  readonly time: number
  /** Any order, repeats allowed; only dated ones count, and their underlyings must be among the markets. */
  readonly instruments: readonly Instrument[]
}

/** One underlying during a read. */
type Frame = {
  readonly market: Market
  readonly state: SeriesState
  readonly epoch: EpochState
  readonly shocks: VolatilityShocks
  nodes: readonly RiskNode[] | undefined
}

/** What every strike of an expiry needs. */
type Column = { readonly row: ExpiryRow; readonly terms: MaturityTerms; readonly state: ExpiryState }

const NO_TERMS: RiskTerms = {
  volatilityUp: 0,
  volatilityDown: 0,
  optionMaintenance: 0,
  optionInitial: 0,
  calendar: 0,
  basis: 0,
  basisPerYear: 0,
  offset: 0,
  group: 0,
}

/** An underlying on which nothing dated was ever listed. */
export function emptySeries(underlying: number, terms: RiskTerms = NO_TERMS): SeriesState {
  const none = {
    spot: 0n,
    rolledAt: 0,
    number: 0,
    nextExpiry: 0,
    surfaceSpot: 0n,
    surfaceAt: 0,
    depth: 0n,
    scanRange: 0n,
  }
  return { underlying, epoch: none, terms, expiries: [] }
}

/**
 * The snapshot that the chain would return for this state, these markets and this time: give it markets at another spot, or a
 * later time, to price the matrix there.
 * @throws MissingRowError, MissingSeriesRowError, StrikeTooLargeError
 */
export function snapshotAt({ series, markets, time, instruments }: SnapshotInput): Snapshot {
  const frames = new Map(markets.map((market) => [market.underlying, frameOf(market, series, time)]))
  const columns = new Map<number, Column>()
  const strikes = new Map<bigint, StrikeRow>()
  for (const instrument of instruments) {
    if (!isDated(instrument)) continue
    const frame = frames.get(instrument.underlying)
    if (!frame) throw new MissingRowError({ underlying: instrument.underlying })
    const key = seriesKey(instrument)
    const column = columns.get(key) ?? columnOf(frame, instrument, time)
    columns.set(key, column)
    if (instrument.strike === 0n) continue
    const strikeKey = (BigInt(key) << 64n) | instrument.strike
    if (!strikes.has(strikeKey)) strikes.set(strikeKey, strikeOf(frame, column, instrument.strike))
  }
  const keys = [...strikes.keys()].sort((a, b) => (a < b ? -1 : 1))
  return {
    time,
    markets,
    chains: [...frames.values()].map(({ epoch, state }) => chainAt(epoch, state.terms, time)),
    expiries: [...columns.keys()].sort((a, b) => a - b).flatMap((key) => columns.get(key)?.row ?? []),
    strikes: keys.flatMap((key) => strikes.get(key) ?? []),
    tails: [...frames.values()].map(({ state, epoch }) => (state.tail ? tailRowAt(state.tail, epoch, time) : NO_TAIL)),
  }
}

function frameOf(market: Market, series: readonly SeriesState[], time: number): Frame {
  const { underlying } = market
  const state = series.find((one) => one.underlying === underlying) ?? emptySeries(underlying)
  const epoch = epochAt(state.epoch, market, time)
  return { market, state, epoch, shocks: shocksOf(state.terms, epoch), nodes: undefined }
}

function columnOf({ market, state: series, epoch, shocks }: Frame, instrument: Instrument, time: number): Column {
  const { underlying, expiry } = instrument
  const state = series.expiries.find((one) => one.expiry === expiry)
  if (!state || state.word === 0n) throw new MissingSeriesRowError({ instrument })
  const surface = unpackSurface(state.word)
  const progress = progressOf(state, time)
  const surfaceForward = maxUsd((epoch.surfaceSpot * surface.forwardRatio) / WAD, 1n)
  const life = BigInt(Math.max(expiry - epoch.surfaceAt, 1))
  const tau = BigInt(Math.max(expiry - time, 0))
  const epochTau = BigInt(Math.max(expiry - epoch.rolledAt, 0))
  const now = momentAt({ surface, spot: market.spot, tau, life, surfaceForward })
  const atEpoch = momentAt({ surface, spot: epoch.spot, tau: epochTau, life, surfaceForward })
  const row = rowOf(underlying, expiry, progress, now)
  const { down } = deviationFactors(tau, shocks)
  const gap = gapBounds({ ...row, spot: market.spot, range: market.scanRange, down })
  const factors = deviationFactors(epochTau, shocks)
  const terms = { smile: surface.slice, surfaceForward, progress, now, atEpoch, ...gap, ...factors, spot: epoch.spot }
  return { row, terms, state }
}

function rowOf(
  underlying: number,
  expiry: number,
  { averaged, rest }: Progress,
  { forward: ahead, discount }: Pick<MaturityTerms['now'], 'forward' | 'discount'>,
): ExpiryRow {
  const moving = (ahead * rest) / BigInt(SETTLEMENT_WINDOW)
  const forward = moving + averaged
  return {
    underlying,
    expiry,
    forward,
    moving,
    discountedForward: (forward * discount) / WAD,
    discountedMoving: (moving * discount) / WAD,
    discount,
  }
}

function progressOf({ expiry, sum, doneUntil }: ExpiryState, time: number): Progress {
  const rest = BigInt(SETTLEMENT_WINDOW)
  if (time + SETTLEMENT_WINDOW <= expiry) return { averaged: 0n, rest }
  return { averaged: sum / rest, rest: doneUntil === 0 ? rest : BigInt(expiry - doneUntil) }
}

function strikeOf(frame: Frame, { row, terms, state }: Column, strike: bigint): StrikeRow {
  const price = strike * STRIKE_UNIT
  if (price > MAX_PRICE) throw new StrikeTooLargeError({ strike: price, limit: MAX_PRICE })
  const quote = quoteOf(terms, price)
  const { callMark, gapRate } = quote
  const cached = state.arrays?.get(strike)
  const { low, high } = cached && tagOf(cached) === frame.epoch.number ? cached : computed()
  return { underlying: row.underlying, expiry: row.expiry, strike, callMark, gapRate, low, high }

  function computed(): RiskWords {
    frame.nodes ??= nodesOf(frame.epoch.scanRange)
    return tagged(arrayOf(terms, frame.nodes, price, quote), frame.epoch.number)
  }
}
