/** Questions about a portfolio that the engine answers only one state at a time. All integers, no model beside the twin. */
import type { Assessment, UnderlyingRisk } from './assessment.ts'
import { MissingRowError } from './errors.ts'
import { divCeil, divFloor, WAD, WAD2 } from './fixedPoint.ts'
import { assess } from './marginEngine.ts'
import type { Market, Snapshot } from './market.ts'
import { type Instrument, isDated, type Portfolio } from './portfolio.ts'
import { type PreviewOptions, type PreviewTrade, previewStep } from './preview.ts'
import { type SeriesState, snapshotAt } from './seriesSnapshot.ts'
import { maxUsd } from './usd.ts'

/* LIQUIDATION PRICES */

/**
 * Maintenance: E < MM with the price known to the unit, as after 30 seconds of calm. Liquidation: E + good end < MM with the
 * price interval of now, scaled with the price: what `flag` and `liquidate` demand.
 */
export type HealthCriterion = 'maintenance' | 'liquidation'

export type LiquidationPriceInput = {
  readonly portfolio: Portfolio
  readonly markets: readonly Market[]
  /** Of every underlying with dated positions, see `snapshotAt`; in Portfolio mode of every underlying held. */
  readonly series: readonly SeriesState[]
  /** Unix seconds. */
  readonly time: number
  readonly underlying: number
  /** @default 'liquidation' */
  readonly criterion?: HealthCriterion | undefined
}

/** Spots of one underlying, USD with 18 decimals; undefined: none between a twentieth of spot and twenty times spot. */
export type LiquidationPrices = { readonly below: bigint | undefined; readonly above: bigint | undefined }

/** Distances looked at first: 0.5 % and each a tenth longer than the one before, until the reach. */
const FIRST_STEP = WAD / 200n
const GROWTH = 11n
const REACH = 20n
/** The answer is within this share of spot. */
const PRECISION = 1_000_000n

/**
 * The nearest spots of one underlying below and above, at which the account breaks the criterion; spot itself when it does
 * already. Held fixed: everything else in the state, the time and Phi; the premium of the perpetual; the other underlyings;
 * the volatility of each strike (it sticks to the strike), carry and discount. Marks and risk arrays are priced again at each
 * spot, in the epoch that the chain would roll to there. A breach narrower than a step (0.5 % near spot, a tenth of the
 * distance far away) can be missed; the spot returned breaks the criterion, and one at most a millionth of spot nearer does not.
 */
export function liquidationPrices(input: LiquidationPriceInput): LiquidationPrices {
  const market = input.markets.find(({ underlying }) => underlying === input.underlying)
  if (!market) throw new MissingRowError({ underlying: input.underlying })
  const breaks = breachTest(input, market)
  const { spot } = market
  if (breaks(spot)) return { below: spot, above: spot }
  return { below: nearest(spot, breaks, -1n), above: nearest(spot, breaks, 1n) }
}

/** Whether the account breaks the criterion at a spot. */
function breachTest(input: LiquidationPriceInput, market: Market): (spot: bigint) => boolean {
  const { portfolio, markets, series, time, criterion = 'liquidation' } = input
  const instruments = portfolio.positions.map(({ instrument }) => instrument).filter(isDated)
  const base = snapshotAt({ series, markets, time, instruments })
  const own = instruments.filter(({ underlying }) => underlying === market.underlying)
  return (spot) => {
    const moved = movedMarket(market, spot, criterion === 'liquidation')
    const snapshot = withMarket(base, snapshotAt({ series, markets: [moved], time, instruments: own }))
    const { equity, maintenance, goodEnd } = assess(portfolio, snapshot)
    return equity + (criterion === 'liquidation' ? goodEnd : 0n) < maintenance
  }
}

/** The row at another spot, premium and, if asked, interval in proportion; without it a point. */
export function movedMarket(market: Market, spot: bigint, keepsInterval: boolean): Market {
  const scaled = (price: bigint) => (keepsInterval ? (price * spot) / market.spot : spot)
  // perpetualMark = floor(spot * (1e6 + premium) / 1e6): the whole premium comes back by rounding up.
  const premium = divCeil(market.perpetualMark * 1_000_000n, market.spot)
  return {
    ...market,
    spot,
    low: scaled(market.low),
    high: scaled(market.high),
    ema: scaled(market.ema),
    perpetualMark: (spot * premium) / 1_000_000n,
  }
}

/** `base` with the rows of the one underlying of `own`. */
function withMarket(base: Snapshot, own: Snapshot): Snapshot {
  const at = base.markets.findIndex(({ underlying }) => underlying === own.markets[0]?.underlying)
  const [row, chain, tail] = [own.markets[0], own.chains[0], own.tails[0]]
  if (!row || !chain || !tail) return base
  return {
    time: base.time,
    markets: base.markets.with(at, row),
    chains: base.chains.with(at, chain),
    tails: base.tails.with(at, tail),
    expiries: spliced(base.expiries, own.expiries, row.underlying),
    strikes: spliced(base.strikes, own.strikes, row.underlying),
  }
}

/** Rows ascend by underlying: those of one are a run. */
function spliced<row extends { underlying: number }>(rows: readonly row[], own: readonly row[], underlying: number) {
  const below = rows.filter((row) => row.underlying < underlying)
  return [...below, ...own, ...rows.filter((row) => row.underlying > underlying)]
}

function nearest(spot: bigint, breaks: (spot: bigint) => boolean, sign: 1n | -1n): bigint | undefined {
  const precision = spot / PRECISION > 0n ? spot / PRECISION : 1n
  let healthy = spot
  for (let distance = FIRST_STEP, step = FIRST_STEP; ; distance += step) {
    // Down, the price is divided by what it is multiplied by up.
    const factor = WAD + distance
    const price = sign > 0n ? (spot * factor) / WAD : (spot * WAD) / factor
    if (factor > REACH * WAD || price === 0n) return undefined
    if (breaks(price)) return bisect(healthy, price, breaks, precision)
    healthy = price
    step = (step * GROWTH) / 10n
  }
}

/** From a healthy and a breaking price to the breaking one of two that are `precision` apart. */
function bisect(healthy: bigint, breaking: bigint, breaks: (spot: bigint) => boolean, precision: bigint): bigint {
  let [inside, outside] = [healthy, breaking]
  while (outside - inside > precision || inside - outside > precision) {
    const middle = (inside + outside) / 2n
    if (breaks(middle)) outside = middle
    else inside = middle
  }
  return outside
}

/* SCENARIOS */

export type BreachingScenario = {
  /** Undefined: all underlyings together. */
  readonly underlying: number | undefined
  /** Price move in sixths of the scan range: -6..6, or -24, -12, 12, 24. */
  readonly sixths: number
  readonly volatility: 'up' | 'down'
  /** Equity after it, USD. */
  readonly equity: bigint
}

/** Sixths of the scan range and divisor of the weight, per lane. */
const LANE_MOVES: readonly { sixths: number; scale: bigint }[] = Array.from({ length: 30 }, (_, lane) =>
  lane < 26
    ? { sixths: Math.floor(lane / 2) - 6, scale: 1n }
    : { sixths: [-12, 12, -24, 24][lane - 26] ?? 0, scale: lane < 28 ? 2n : 4n },
)

/**
 * The scenario with the smallest price move, in scan ranges, after which equity would be below today's maintenance margin: of
 * one underlying alone, or of all together. Extremes count in full, not by their weight. Among equal moves the worst.
 */
export function nearestBreach(
  { equity, maintenance }: Pick<Assessment, 'equity' | 'maintenance'>,
  risks: readonly Pick<UnderlyingRisk, 'underlying' | 'pnl54'>[],
): BreachingScenario | undefined {
  const joint = { underlying: undefined, pnl54: LANE_MOVES.map((_, lane) => sum(risks, lane)) }
  let found: BreachingScenario | undefined
  for (const { underlying, pnl54 } of [...risks, joint]) {
    for (const [lane, { sixths, scale }] of LANE_MOVES.entries()) {
      const after = equity + divFloor((pnl54[lane] ?? 0n) * scale, WAD2)
      if (after >= maintenance) continue
      const volatility = lane < 26 && lane % 2 === 1 ? 'down' : 'up'
      const scenario: BreachingScenario = { underlying, sixths, volatility, equity: after }
      if (!found || isNearer(scenario, found)) found = scenario
    }
  }
  return found
}

function sum(risks: readonly Pick<UnderlyingRisk, 'pnl54'>[], lane: number): bigint {
  return risks.reduce((total, { pnl54 }) => total + (pnl54[lane] ?? 0n), 0n)
}

function isNearer(a: BreachingScenario, b: BreachingScenario): boolean {
  const [left, right] = [Math.abs(a.sixths), Math.abs(b.sixths)]
  return left === right ? a.equity < b.equity : left < right
}

/* SIZES */

export type LargestTradeInput = {
  readonly portfolio: Portfolio
  /** Rows of every instrument held or traded. */
  readonly snapshot: Snapshot
  /** Its units are what is looked for. */
  readonly trade: Omit<PreviewTrade, 'units'>
  /** No more is tried. @default 2^47 */
  readonly most?: bigint | undefined
  readonly options?: PreviewOptions | undefined
}

/**
 * Units of a trade that pass the exit check while one more does not: found by doubling from one unit, then by halving. 0 when
 * the first unit fails. A trade that first reduces and then raises risk may fail in between and pass again later: this is the
 * last unit before the first failure that the search meets.
 */
export function largestTrade({ portfolio, snapshot, trade, most = 2n ** 47n, options }: LargestTradeInput): bigint {
  const passes = (units: bigint) => !previewStep(portfolio, snapshot, { ...trade, units }, options).failure
  let low = 0n
  let high = 1n
  while (high <= most && passes(high)) {
    low = high
    high *= 2n
  }
  if (high > most) {
    if (low === most || passes(most)) return most
    high = most
  }
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (passes(middle)) low = middle
    else high = middle
  }
  return low
}

/**
 * The least USD to deposit after which equity covers `coverage` (WAD, 1e18: exactly) of the initial margin and settled cash its
 * limit. Cash moves neither the requirement nor the limit, so this is exact.
 */
export function leastDeposit(
  { equity, initial, settledCash, debtLimit }: Pick<Assessment, 'equity' | 'initial' | 'settledCash' | 'debtLimit'>,
  coverage: bigint = WAD,
): bigint {
  const forMargin = divCeil(initial * coverage, WAD) - equity
  return maxUsd(maxUsd(forMargin, -debtLimit - settledCash), 0n)
}

/** Every instrument of a portfolio, for `snapshotAt`. */
export function instrumentsOf({ positions }: Portfolio): Instrument[] {
  return positions.map(({ instrument }) => instrument)
}
