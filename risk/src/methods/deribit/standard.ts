/** Deribit's standard margin: every position alone, nothing offsets anything. */

import { isOption } from '../../scenarios/index.ts'
import type { AddOn, MarginResult } from '../method.ts'
import type { Market, Portfolio, Position } from '../portfolio.ts'
import { netPositions, positionValue, underlyingOf, unitPrice } from '../valuation.ts'
import type { DeribitStandardParameters } from './parameters.ts'
import { shortOptionMargin } from './shortOption.ts'

/**
 * Options are paid in full: their value does not support other positions. On equity, which counts it, a long therefore
 * needs its own value, and a short the formula's margin less the mark that equity already carries.
 */
function optionCharge(position: Position, market: Market, { option }: DeribitStandardParameters): AddOn | undefined {
  const { instrument, quantity } = position
  if (!isOption(instrument)) return undefined
  const { kind, strike, underlying, expiry } = instrument
  const value = positionValue(position, market)
  const name = `${underlying} ${strike} ${kind} ${expiry}`
  if (quantity >= 0) return { name: `${name} not counted`, initial: value, maintenance: value }
  const mark = unitPrice(instrument, market)
  const unit = shortOptionMargin(kind, underlyingOf(market, instrument).spot, strike, mark, option)
  return {
    name: `${name} short`,
    initial: unit.initial * -quantity + value,
    maintenance: unit.maintenance * -quantity + value,
  }
}

function linearCharge(
  { instrument, quantity }: Position,
  market: Market,
  parameters: DeribitStandardParameters,
): AddOn {
  const { underlying, kind } = instrument
  const terms = parameters.linear[underlying] ?? parameters.other
  const size = Math.abs(quantity)
  const notional = size * unitPrice(instrument, market)
  const step = (terms.step * size) / terms.stepSize
  return {
    name: `${underlying} ${kind}`,
    initial: notional * (terms.initial + step),
    maintenance: notional * (terms.maintenance + step),
  }
}

/**
 * Requirement on equity. Spot counts in full as collateral. The add-ons are the whole requirement; there are no scenarios.
 *
 * Source: Deribit, "Margins", exchange documentation.
 * @throws MissingUnderlyingError, MissingExpiryError for positions without a market.
 */
export function deribitStandard(
  portfolio: Portfolio,
  market: Market,
  parameters: DeribitStandardParameters,
): MarginResult {
  const addOns = netPositions(portfolio.positions).flatMap((position): AddOn[] => {
    if (position.instrument.kind === 'spot') return []
    return [optionCharge(position, market, parameters) ?? linearCharge(position, market, parameters)]
  })
  return {
    initial: addOns.reduce((sum, { initial }) => sum + initial, 0),
    maintenance: addOns.reduce((sum, { maintenance }) => sum + maintenance, 0),
    scenarios: [],
    addOns,
  }
}
