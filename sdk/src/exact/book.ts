/** Twin of `contracts/libraries/Book.sol`: q . v and the exposures, exact, by underlying and expiry. */
import { MissingRowError, MissingSeriesRowError, PositionTooLargeError, UnmeasuredInstrumentError } from './errors.ts'
import type { Chain, Market, Snapshot } from './market.ts'
import { putMark } from './matrix.ts'
import { compareInstruments, type Instrument, isDated, type Portfolio, type Position } from './portfolio.ts'
import { LaneSums } from './riskArray.ts'
import { type IndexedExpiry, type IndexedStrike, indexOf, type SnapshotIndex, seriesKey } from './snapshotIndex.ts'

/** |lots * unit| of a position stays below this. */
const MAX_QUANTITY = 2n ** 97n
/** A lane unit, 2^-15 of spot, with 18 more decimals: 1e18 / 2^15, exact. */
const LANE_UNIT = 30_517_578_125_000n

/** What one expiry adds to the charges between expiries. */
export type Term = {
  readonly time: number
  /** Dollar delta, USD with 36 decimals. */
  readonly delta36: bigint
  /** Profit and loss with the price unmoved and volatility up, USD with 54 decimals. */
  readonly vega54: bigint
}

/** The portfolio summed over the positions of one underlying. USD, 36 decimals. */
export type Row = {
  /** What spot, perpetuals and futures move with: notional at mark, signed and netted. */
  delta36: bigint
  collateral36: bigint
  /** Value of the linear derivatives, funding included. */
  derivatives36: bigint
  /** The futures' part of `delta36`. */
  futures36: bigint
  /** Sum of |notional| of all derivatives, options at full size of spot. */
  gross36: bigint
  slots: bigint
  optionValue36: bigint
  /** Linear part of the options that moves with spot: a put is a call less a forward. */
  parity36: bigint
  /** Sum of p * max(c, 0) * unit. */
  gap36: bigint
  hasOptions: boolean
  hasShortOption: boolean
  readonly sums: LaneSums
  /** Expiries held, ascending. */
  terms: Term[]
}

/** Positions of one expiry. */
type Series = {
  readonly found: IndexedExpiry
  future36: bigint
  parity36: bigint
  /** Calls and puts netted, by strike. */
  readonly strikes: Map<IndexedStrike, bigint>
}

/**
 * Rows in the order of the snapshot's markets. Goes by the order of the instruments, so that what is refused first is what
 * the chain refuses first.
 */
export function bookRows(portfolio: Portfolio, snapshot: Snapshot): Row[] {
  const rows = snapshot.markets.map(emptyRow)
  const index = indexOf(snapshot)
  const dated = new Map<number, Series>()
  const sorted = [...portfolio.positions].sort((a, b) => compareInstruments(a.instrument, b.instrument))
  for (const position of sorted) {
    const { underlying } = position.instrument
    const at = index.markets.get(underlying) ?? -1
    const [row, market] = [rows[at], snapshot.markets[at]]
    if (!row || !market) throw new MissingRowError({ underlying })
    row.slots += 1n
    if (isDated(position.instrument)) addDated(row, position, market, seriesOf(dated, position.instrument, index))
    else addUndated(row, position, market)
  }
  for (const series of dated.values()) closeSeries(rows, series, snapshot, index)
  return rows
}

function emptyRow(): Row {
  return {
    delta36: 0n,
    collateral36: 0n,
    derivatives36: 0n,
    futures36: 0n,
    gross36: 0n,
    slots: 0n,
    optionValue36: 0n,
    parity36: 0n,
    gap36: 0n,
    hasOptions: false,
    hasShortOption: false,
    sums: new LaneSums(),
    terms: [],
  }
}

function quantityOf({ instrument: { underlying }, lots }: Position, unit: bigint): bigint {
  const quantity = lots * unit
  if (quantity < MAX_QUANTITY && quantity > -MAX_QUANTITY) return quantity
  throw new PositionTooLargeError({ underlying, lots, limit: MAX_QUANTITY })
}

function addUndated(row: Row, position: Position, market: Market): void {
  const { kind, expiry, strike } = position.instrument
  if (expiry !== 0 || strike !== 0n) throw new UnmeasuredInstrumentError({ kind })
  if (kind === 'spot') {
    const value36 = quantityOf(position, market.tokenUnit) * market.spot
    row.collateral36 += value36
    row.delta36 += value36
    return
  }
  const quantity = quantityOf(position, market.lotUnit)
  const notional36 = quantity * market.perpetualMark
  row.derivatives36 += notional36 - quantity * market.fundingIndex
  row.delta36 += notional36
  row.gross36 += abs(notional36)
}

function seriesOf(dated: Map<number, Series>, instrument: Instrument, index: SnapshotIndex): Series {
  const key = seriesKey(instrument)
  const known = dated.get(key)
  if (known) return known
  const found = index.expiries.get(key)
  if (!found) throw new MissingSeriesRowError({ instrument })
  const series = { found, future36: 0n, parity36: 0n, strikes: new Map<IndexedStrike, bigint>() }
  dated.set(key, series)
  return series
}

function addDated(row: Row, position: Position, market: Market, series: Series): void {
  const { instrument, lots } = position
  if (instrument.kind === 'future') addFuture(row, position, market, series)
  else {
    const strike = series.found.strikes.get(instrument.strike)
    if (!strike) throw new MissingSeriesRowError({ instrument })
    addOption(row, position, market, series, strike)
    series.strikes.set(strike, (series.strikes.get(strike) ?? 0n) + lots)
  }
}

function addFuture(row: Row, position: Position, market: Market, series: Series): void {
  const { kind, strike } = position.instrument
  if (strike !== 0n) throw new UnmeasuredInstrumentError({ kind })
  const quantity = quantityOf(position, market.lotUnit)
  const notional36 = quantity * series.found.row.forward
  const moving36 = quantity * series.found.row.moving
  row.derivatives36 += notional36
  row.delta36 += moving36
  row.futures36 += moving36
  series.future36 += moving36
  row.gross36 += abs(notional36)
}

function addOption(row: Row, position: Position, market: Market, series: Series, strike: IndexedStrike): void {
  const { instrument, lots } = position
  const quantity = quantityOf(position, market.lotUnit)
  row.hasOptions = true
  if (lots < 0n) row.hasShortOption = true
  row.gross36 += abs(quantity) * market.spot
  if (instrument.kind === 'call') {
    row.optionValue36 += quantity * strike.row.callMark
    return
  }
  row.optionValue36 += quantity * putMark(strike.row.callMark, instrument.strike, series.found.row)
  series.parity36 -= quantity * series.found.row.discountedMoving
}

/** Nets the strikes of an expiry into the lanes and closes its term. */
function closeSeries(rows: readonly Row[], series: Series, snapshot: Snapshot, index: SnapshotIndex): void {
  const { underlying, expiry } = series.found.row
  const at = index.markets.get(underlying) ?? -1
  const [row, market, chain] = [rows[at], snapshot.markets[at], snapshot.chains[at]]
  if (!row || !market || !chain) throw new MissingRowError({ underlying })
  const own = new LaneSums()
  for (const [{ row: strike, lanes }, contracts] of series.strikes) {
    if (contracts === 0n) continue
    own.add(lanes, contracts)
    if (contracts > 0n) row.gap36 += contracts * market.lotUnit * strike.gapRate
  }
  row.sums.merge(own)
  row.parity36 += series.parity36
  const unit = laneUnit(market, chain)
  const slope4 = own.lane(14) + own.lane(15) - own.lane(10) - own.lane(11)
  row.terms.push({
    time: expiry,
    // Mean of the up and down lanes one sixth of the range away: (sum of four) / 2 over 2 * range / 6.
    delta36: series.future36 + (3n * slope4 * unit) / (2n * market.scanRange) + series.parity36,
    vega54: (own.lane(12) - own.shorts) * unit,
  })
}

/** USD with 54 decimals of one lane unit of one lot. */
export function laneUnit({ lotUnit }: Market, { referenceSpot }: Chain): bigint {
  return lotUnit * referenceSpot * LANE_UNIT
}

function abs(x: bigint): bigint {
  return x < 0n ? -x : x
}
