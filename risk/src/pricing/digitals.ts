/**
 * Digital options: what a price is made of, and what densities are checked with.
 *
 * Source: M. Rubinstein and E. Reiner (1991), "Unscrambling the Binary Code", Risk 4; E. Reiner and M. Rubinstein's gap
 * option as in E. G. Haug (2007), "The Complete Guide to Option Pricing Formulas", section 4.19.
 *
 * Arguments, units and errors are those of `black76Price`. At expiry, or without volatility, a forward that equals the
 * strike is taken as half in the money.
 */
import { normalCdf } from '../math/normal.ts'
import { logMoneyness, type OptionKind, requireContract, requireVolatility } from './black76.ts'

/** N(sign * (ln(F/K)/s + shift * s)), or its limit where s is 0. */
function exerciseProbability(
  kind: OptionKind,
  forward: number,
  strike: number,
  expiryYears: number,
  volatility: number,
  shift: number,
): number {
  const sign = kind === 'call' ? 1 : -1
  const s = volatility * Math.sqrt(expiryYears)
  if (s === 0) return 0.5 + 0.5 * sign * Math.sign(forward - strike)
  return normalCdf(sign * (logMoneyness(forward, strike) / s + shift * s))
}

/** Discounted value of 1 unit of cash, paid at expiry if the option ends in the money. */
export function cashOrNothing(
  kind: OptionKind,
  forward: number,
  strike: number,
  expiryYears: number,
  volatility: number,
  discount: number,
): number {
  requireContract(forward, strike, expiryYears, discount)
  requireVolatility(volatility)
  return discount * exerciseProbability(kind, forward, strike, expiryYears, volatility, -0.5)
}

/** Discounted value of one unit of the underlying, delivered at expiry if the option ends in the money. */
export function assetOrNothing(
  kind: OptionKind,
  forward: number,
  strike: number,
  expiryYears: number,
  volatility: number,
  discount: number,
): number {
  requireContract(forward, strike, expiryYears, discount)
  requireVolatility(volatility)
  return discount * forward * exerciseProbability(kind, forward, strike, expiryYears, volatility, 0.5)
}

/**
 * Discounted value of a gap option: a call pays (underlying - paidStrike), a put the opposite, if the underlying ends
 * beyond `trigger`. Negative where exercise, which is not a choice here, costs more than it brings.
 */
export function gapOption(
  kind: OptionKind,
  forward: number,
  trigger: number,
  paidStrike: number,
  expiryYears: number,
  volatility: number,
  discount: number,
): number {
  const sign = kind === 'call' ? 1 : -1
  return (
    sign *
    (assetOrNothing(kind, forward, trigger, expiryYears, volatility, discount) -
      paidStrike * cashOrNothing(kind, forward, trigger, expiryYears, volatility, discount))
  )
}
