/** SPAN of the common portfolio: risk arrays by Black-76, then `spanRequirement`. */
import { DomainError } from '../../errors.ts'
import { black76Greeks, black76Price } from '../../pricing/black76.ts'
import { isOption, strikeQuote } from '../../scenarios/index.ts'
import type { AddOn, MarginResult } from '../method.ts'
import type { Instrument, Market, Portfolio, Position } from '../portfolio.ts'
import { byUnderlying, netPositions, underlyingOf, unitPrice } from '../valuation.ts'
import type { SpanParameters, SpanUnderlying } from './parameters.ts'
import { type SpanCommodity, type SpanCommodityResult, type SpanPosition, spanRequirement } from './requirement.ts'
import { type SpanScenario, spanScenarioName, spanScenarios } from './scenarios.ts'
import type { IntraSpread } from './spreads.ts'

/** Weights of the composite delta at 0, 1/3, 2/3 and 1 scan range on either side. Source: CME Group, "SPAN Methodology". */
const DELTA_WEIGHTS = [0.27, 0.217, 0.11, 0.037]
const DELTA_WEIGHT_SUM = 0.27 + 2 * (0.217 + 0.11 + 0.037)

/** No scenario takes more of the price. */
const MAX_FALL = 0.99

/** What a risk array needs besides the instrument. */
export type SpanContext = {
  readonly market: Market
  readonly own: SpanUnderlying
  readonly lookAheadYears: number
  readonly scenarios: readonly SpanScenario[]
}

/** Losses of one long unit in the 16 scenarios, weighted, USD. */
export function spanRiskArray(instrument: Instrument, context: SpanContext): Float64Array {
  return Float64Array.from(context.scenarios, ({ price, volatility, weight }) => {
    return -weight * unitChange(instrument, price, volatility, context)
  })
}

/** Change of one unit's value. The volatility of a strike sticks to the strike; forwards move in proportion to spot. */
function unitChange(instrument: Instrument, price: number, volatility: number, context: SpanContext): number {
  const { market, own, lookAheadYears } = context
  const move = Math.max(price * own.priceScanRange, -MAX_FALL)
  if (!isOption(instrument)) return unitPrice(instrument, market) * move
  const quote = strikeQuote(instrument, underlyingOf(market, instrument), market.time)
  const { forward, strike, years, discount } = quote
  const later = Math.max(years - lookAheadYears, 0)
  const shocked = quote.volatility * Math.max(0, 1 + volatility * own.volatilityScanRange)
  const after = black76Price(instrument.kind, forward * (1 + move), strike, later, shocked, discount)
  return after - black76Price(instrument.kind, forward, strike, years, quote.volatility, discount)
}

/** Mean delta of one unit over seven prices. */
function compositeDelta(instrument: Instrument, { market, own, lookAheadYears }: SpanContext): number {
  if (!isOption(instrument)) return 1
  const quote = strikeQuote(instrument, underlyingOf(market, instrument), market.time)
  const { forward, strike, years, volatility, discount } = quote
  const later = Math.max(years - lookAheadYears, 0)
  const at = (thirds: number) => {
    const moved = forward * (1 + (thirds / 3) * own.priceScanRange)
    return black76Greeks(instrument.kind, moved, strike, later, volatility, discount).delta
  }
  const sum = DELTA_WEIGHTS.reduce((total, weight, thirds) => {
    return total + weight * (thirds === 0 ? at(0) : at(thirds) + at(-thirds))
  }, 0)
  return sum / DELTA_WEIGHT_SUM
}

function spanPosition({ instrument, quantity }: Position, context: SpanContext): SpanPosition {
  // Spot and perpetuals are a period of their own, now.
  const period = String('expiry' in instrument ? instrument.expiry : context.market.time)
  const option = isOption(instrument)
    ? { kind: instrument.kind, value: unitPrice(instrument, context.market) }
    : undefined
  const losses = spanRiskArray(instrument, context)
  return { quantity, losses, delta: compositeDelta(instrument, context), period, option }
}

/** Every pair of periods, the nearest in time first. */
function calendarSpreads(periods: readonly string[], charge: number): IntraSpread[] {
  const times = periods.map(Number).sort((a, b) => a - b)
  const pairs = times.flatMap((near, i) => times.slice(i + 1).map((far) => ({ near, far })))
  return pairs
    .sort((a, b) => a.far - a.near - (b.far - b.near) || a.near - b.near)
    .map(({ near, far }) => ({
      legs: [
        { of: [String(near)], side: 'A', ratio: 1 },
        { of: [String(far)], side: 'B', ratio: 1 },
      ],
      charge,
    }))
}

function commodityOf(
  name: string,
  positions: readonly Position[],
  market: Market,
  parameters: SpanParameters,
): SpanCommodity {
  const own = parameters.underlyings[name] ?? parameters.other
  if (!(own.priceScanRange > 0 && own.priceScanRange < 1)) {
    throw new DomainError('priceScanRange', own.priceScanRange, 'a fraction of spot between 0 and 1')
  }
  const scenarios = spanScenarios(parameters.extremes)
  const context = { market, own, lookAheadYears: parameters.lookAheadYears, scenarios }
  const held = netPositions(positions).map((position) => spanPosition(position, context))
  const { spot } = underlyingOf(market, { underlying: name })
  return {
    name,
    positions: held,
    spreads: calendarSpreads([...new Set(held.map(({ period }) => period))], own.intraCharge * spot),
    shortOption: { rate: own.shortOptionMinimum * spot, rule: parameters.shortOptionRule },
  }
}

/**
 * Requirement on equity: sum over underlyings of max(short option minimum, scan + intra - inter credit). Maintenance is
 * SPAN's requirement, initial a multiple. Spot counts as a position with delta 1, so it hedges.
 * @throws MissingUnderlyingError, MissingExpiryError, DomainError
 */
export function spanMargin(portfolio: Portfolio, market: Market, parameters: SpanParameters): MarginResult {
  const commodities = [...byUnderlying(portfolio)].map(([name, positions]) => {
    return commodityOf(name, positions, market, parameters)
  })
  const { commodities: results, requirement } = spanRequirement(commodities, parameters.interSpreads)
  const names = spanScenarios(parameters.extremes).map(spanScenarioName)
  return {
    maintenance: requirement,
    initial: parameters.initialRatio * requirement,
    scenarios: results.flatMap(({ name, losses }) => {
      return names.map((scenario, i) => ({ name: `${name} ${scenario}`, pnl: -(losses[i] ?? 0) }))
    }),
    addOns: results.flatMap((result) => addOnsOf(result, parameters.initialRatio)),
  }
}

/** What an underlying's requirement holds besides its scan risk. */
function addOnsOf(result: SpanCommodityResult, ratio: number): AddOn[] {
  const { name, scanRisk, intra, interCredit, requirement } = result
  const part = (label: string, amount: number) => ({
    name: `${name} ${label}`,
    maintenance: amount,
    initial: ratio * amount,
  })
  return [
    part('calendar spreads', intra),
    part('inter-commodity credit', -interCredit),
    part('short option minimum', requirement - (scanRisk + intra - interCredit)),
  ]
}
