/** Twin of `contracts/libraries/Black76.sol`: European options on a forward, prices with 18 decimals. */
import { WAD } from './fixedPoint.ts'
import { normalCdf } from './normalCdf.ts'

/** Logarithm and deviation, WAD: ln(forward / strike) and sigma * sqrt(tau). Prices below 2^88. */
export type OptionTerms = {
  readonly forward: bigint
  readonly strike: bigint
  readonly logMoneyness: bigint
  readonly deviation: bigint
}

/** Undiscounted value of a call. R-33: down, between max(forward - strike, 0) and the forward. */
export function callValue({ forward, strike, logMoneyness, deviation }: OptionTerms): bigint {
  const intrinsic = forward > strike ? forward - strike : 0n
  if (deviation === 0n) return intrinsic
  const d1 = (logMoneyness * WAD) / deviation + deviation / 2n
  const inflow = forward * normalCdf(d1)
  const outflow = strike * normalCdf(d1 - deviation)
  const value = inflow > outflow ? (inflow - outflow) / WAD : 0n
  if (value < intrinsic) return intrinsic
  return value > forward ? forward : value
}

/** Undiscounted value of a put by parity: call - forward + strike, exact, between 0 and the strike. */
export function putValue(terms: OptionTerms): bigint {
  return callValue(terms) + terms.strike - terms.forward
}

/** Value now of what is worth `value` at expiry. R-34: down. */
export function discounted(value: bigint, discount: bigint): bigint {
  return (value * discount) / WAD
}
