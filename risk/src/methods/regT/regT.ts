/**
 * Strategy-based margin as US brokers apply Regulation T: stock-like positions by fractions, options by what covers them.
 *
 *     long option      its value counts nothing
 *     short, alone     max(rate * U - out-of-the-money amount, minimum * U for a call, minimum * K for a put)
 *     spread           strikes apart where the short one is better, else 0
 *     covered          0 beside the underlying
 *     straddle         the greater side
 *
 * All on equity, which already holds every option at its mark. Spot, perpetuals and futures count as stock.
 * Source: FINRA Rule 4210(f)(2), "Puts, Calls and Other Options"; Cboe, "Margin Manual".
 */
import { isOption } from '../../scenarios/index.ts'
import type { AddOn, MarginResult } from '../method.ts'
import type { Market, Portfolio, Position } from '../portfolio.ts'
import { sumOverUnderlyings } from '../sumOverUnderlyings.ts'
import { underlyingOf, unitPrice } from '../valuation.ts'
import { cover, type Leg, matchSpreads, type Spread, straddleCharge } from './strategies.ts'

/** Fractions. */
export type RegTParameters = {
  readonly uncovered: { readonly rate: number; readonly minimum: number }
  readonly long: { readonly initial: number; readonly maintenance: number }
  readonly short: { readonly initial: number; readonly maintenance: number }
}

/** Single stocks; broad indices have an uncovered rate of 15 %. */
export const REG_T_EQUITY: RegTParameters = {
  uncovered: { rate: 0.2, minimum: 0.1 },
  long: { initial: 0.5, maintenance: 0.25 },
  short: { initial: 0.5, maintenance: 0.3 },
}

/** Requirement of one uncovered short option beyond its mark, USD per unit. */
export function uncoveredCharge(
  kind: 'call' | 'put',
  underlyingPrice: number,
  strike: number,
  { rate, minimum }: RegTParameters['uncovered'],
): number {
  const outOfTheMoney = Math.max(0, kind === 'call' ? strike - underlyingPrice : underlyingPrice - strike)
  const least = minimum * (kind === 'call' ? underlyingPrice : strike)
  return Math.max(rate * underlyingPrice - outOfTheMoney, least)
}

function legsOf(positions: readonly Position[], market: Market, sign: number): Leg[] {
  return positions.flatMap(({ instrument, quantity }) => {
    if (!isOption(instrument) || sign * quantity <= 0) return []
    const { kind, strike, expiry } = instrument
    return [{ kind, strike, expiry, value: unitPrice(instrument, market), quantity: Math.abs(quantity) }]
  })
}

/** Net units and notional of what counts as stock. */
function stockOf(positions: readonly Position[], market: Market): { units: number; notional: number } {
  let [units, notional] = [0, 0]
  for (const { instrument, quantity } of positions) {
    if (isOption(instrument)) continue
    units += quantity
    notional += quantity * unitPrice(instrument, market)
  }
  return { units, notional }
}

function sameOnBoth(name: string, amount: number): AddOn {
  return { name, initial: amount, maintenance: amount }
}

/** On equity, a pair must keep its own net value besides: long options lend nothing, a credit received is no loan. */
function spreadCharge(spreads: readonly Spread[]): number {
  return spreads.reduce((sum, { quantity, maximumLoss, long, short }) => {
    return sum + quantity * Math.max(0, maximumLoss + long.value - short.value)
  }, 0)
}

/** One underlying, in the order spreads, covered, straddles. */
function underlyingMargin(
  name: string,
  positions: readonly Position[],
  market: Market,
  parameters: RegTParameters,
): MarginResult {
  const price = underlyingOf(market, { underlying: name }).spot
  const alone = ({ kind, strike }: Leg) => uncoveredCharge(kind, price, strike, parameters.uncovered)
  const [longs, shorts] = [legsOf(positions, market, 1), legsOf(positions, market, -1)]
  const spreads = matchSpreads(shorts, longs, alone)
  const calls = shorts.filter(({ kind }) => kind === 'call')
  const puts = shorts.filter(({ kind }) => kind === 'put')
  const { units, notional } = stockOf(positions, market)
  cover(calls, Math.max(units, 0), alone)
  cover(puts, Math.max(-units, 0), alone)
  const stock = notional > 0 ? parameters.long : parameters.short
  const addOns: AddOn[] = [
    {
      name: 'stock',
      initial: stock.initial * Math.abs(notional),
      maintenance: stock.maintenance * Math.abs(notional),
    },
    sameOnBoth('spreads', spreadCharge(spreads)),
    sameOnBoth('uncovered options', straddleCharge(calls, puts, alone)),
    sameOnBoth(
      'long options not counted',
      longs.reduce((sum, { quantity, value }) => sum + quantity * value, 0),
    ),
  ]
  return {
    initial: addOns.reduce((sum, { initial }) => sum + initial, 0),
    maintenance: addOns.reduce((sum, { maintenance }) => sum + maintenance, 0),
    scenarios: [],
    addOns,
  }
}

/**
 * Requirement on equity, each underlying apart.
 * @throws MissingUnderlyingError, MissingExpiryError, DomainError
 */
export function regTMargin(portfolio: Portfolio, market: Market, parameters: RegTParameters): MarginResult {
  return sumOverUnderlyings(portfolio, (name, positions) => underlyingMargin(name, positions, market, parameters))
}
