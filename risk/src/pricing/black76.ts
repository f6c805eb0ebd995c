/**
 * European options on a forward.
 *
 * Source: F. Black (1976), "The pricing of commodity contracts", J. Financial Economics 3; Greeks as in
 * E. G. Haug (2007), "The Complete Guide to Option Pricing Formulas", chapter 2, with the forward as underlying.
 */
import { DomainError } from '../errors.ts'
import { normalCdf, normalPdf } from '../math/normal.ts'
import { normalisedBlack } from './normalisedBlack.ts'

/** Right of a European option: to buy or to sell at the strike. */
export type OptionKind = 'call' | 'put'

/**
 * Value and sensitivities of one option. Everything is discounted.
 *
 * `delta`, `gamma`: first and second derivative by the forward. `vega`: by volatility, per 1.00. `theta`: per year of
 * calendar time passing, forward held fixed. `rho`: by the continuous rate, per 1.00, forward held fixed.
 * `vanna`: of delta by volatility. `volga`: of vega by volatility.
 */
export type Black76Greeks = {
  value: number
  delta: number
  gamma: number
  vega: number
  theta: number
  rho: number
  vanna: number
  volga: number
}

/** Whether forward, strike, time and discount are what the formulas are made for. */
export function isContract(forward: number, strike: number, expiryYears: number, discount: number): boolean {
  return (
    forward > 0 &&
    forward < Infinity &&
    strike > 0 &&
    strike < Infinity &&
    expiryYears >= 0 &&
    expiryYears < Infinity &&
    discount > 0 &&
    discount < Infinity
  )
}

/** @throws DomainError naming the first argument for which the formulas have no meaning. */
export function requireContract(forward: number, strike: number, expiryYears: number, discount: number): void {
  if (isContract(forward, strike, expiryYears, discount)) return
  if (!(forward > 0 && forward < Infinity)) throw new DomainError('forward', forward, 'a positive finite price')
  if (!(strike > 0 && strike < Infinity)) throw new DomainError('strike', strike, 'a positive finite price')
  if (!(discount > 0 && discount < Infinity)) throw new DomainError('discount', discount, 'a positive finite factor')
  throw new DomainError('expiryYears', expiryYears, 'a finite number of years, 0 or more')
}

/** @throws DomainError unless the volatility is finite and not negative. */
export function requireVolatility(volatility: number): void {
  if (!(volatility >= 0 && volatility < Infinity))
    throw new DomainError('volatility', volatility, 'finite and 0 or more, 1 being 100 % a year')
}

/** ln(forward / strike), accurate relatively even where the two are close. */
export function logMoneyness(forward: number, strike: number): number {
  const ratio = forward / strike
  if (ratio > 0.75 && ratio < 1.5) return Math.log1p((forward - strike) / strike)
  return ratio > 1e-300 && ratio < 1e300 ? Math.log(ratio) : Math.log(forward) - Math.log(strike)
}

/**
 * Discounted value of a European option, accurate to a few parts in 1e16 of the larger of forward and strike, and relatively
 * so (1e-13) for an option out of the money however little it is worth.
 *
 * @param forward price of the underlying for delivery at expiry.
 * @param expiryYears time to expiry, ACT/365. At 0, or without volatility, the value is the discounted intrinsic value.
 * @param volatility per square root of a year, 0.2 being 20 %.
 * @param discount price today of 1 paid at expiry.
 * @throws DomainError for a forward, strike or discount that is not positive, or a negative expiry or volatility.
 */
export function black76Price(
  kind: OptionKind,
  forward: number,
  strike: number,
  expiryYears: number,
  volatility: number,
  discount: number,
): number {
  requireContract(forward, strike, expiryYears, discount)
  requireVolatility(volatility)
  const intrinsic = Math.max(kind === 'call' ? forward - strike : strike - forward, 0)
  const s = volatility * Math.sqrt(expiryYears)
  if (s === 0) return discount * intrinsic
  const x = -Math.abs(logMoneyness(forward, strike))
  return discount * (intrinsic + Math.sqrt(forward) * Math.sqrt(strike) * normalisedBlack(x, s))
}

/** Greeks where total volatility is zero: limits, the kink at the money taken as the mean of its two sides. */
function greeksWithoutVolatility(
  kind: OptionKind,
  forward: number,
  strike: number,
  expiryYears: number,
  discount: number,
): Black76Greeks {
  const sign = kind === 'call' ? 1 : -1
  const value = discount * Math.max(sign * (forward - strike), 0)
  const side = Math.sign(sign * (forward - strike))
  const rate = expiryYears > 0 ? -Math.log(discount) / expiryYears : 0
  return {
    value,
    delta: sign * discount * 0.5 * (1 + side),
    gamma: 0,
    vega: side === 0 ? discount * forward * normalPdf(0) * Math.sqrt(expiryYears) : 0,
    theta: rate * value,
    rho: -expiryYears * value,
    vanna: 0,
    volga: 0,
  }
}

/**
 * Value and Greeks of a European option; arguments, units and errors as in `black76Price`.
 *
 * Without volatility or at expiry the Greeks are their limits; at the money there, where delta jumps, delta is the mean
 * of its two sides and gamma, theta's time-decay part, vanna and volga are given as 0 although they have no finite limit.
 */
export function black76Greeks(
  kind: OptionKind,
  forward: number,
  strike: number,
  expiryYears: number,
  volatility: number,
  discount: number,
): Black76Greeks {
  const value = black76Price(kind, forward, strike, expiryYears, volatility, discount)
  const sign = kind === 'call' ? 1 : -1
  const rootTime = Math.sqrt(expiryYears)
  const s = volatility * rootTime
  if (s === 0) return greeksWithoutVolatility(kind, forward, strike, expiryYears, discount)
  const d1 = logMoneyness(forward, strike) / s + 0.5 * s
  const d2 = d1 - s
  const density = discount * normalPdf(d1)
  const vega = forward * density * rootTime
  const rate = -Math.log(discount) / expiryYears
  return {
    value,
    delta: sign * discount * normalCdf(sign * d1),
    gamma: density / (forward * s),
    vega,
    theta: rate * value - (0.5 * vega * volatility) / expiryYears,
    rho: -expiryYears * value,
    vanna: (-density * d2) / volatility,
    volga: (vega * d1 * d2) / volatility,
  }
}
