/** SPAN parameters of a common portfolio: one combined commodity per underlying, one contract per unit. */

import { CLASSIC_EXTREMES, type Extremes } from './scenarios.ts'
import type { InterSpread } from './spreads.ts'

/** Scan ranges and charges of one underlying. */
export type SpanUnderlying = {
  /** Fraction of spot. */
  readonly priceScanRange: number
  /** Change of volatility, as a fraction of it. */
  readonly volatilityScanRange: number
  /** Fraction of spot per calendar spread of one delta. */
  readonly intraCharge: number
  /** Fraction of spot per short option. */
  readonly shortOptionMinimum: number
}

/** Everything SPAN needs besides portfolio and market. */
export type SpanParameters = {
  readonly extremes: Extremes
  /** Time that passes in every scenario, years. */
  readonly lookAheadYears: number
  /** Initial over maintenance. */
  readonly initialRatio: number
  readonly shortOptionRule: 'sum' | 'greater'
  readonly underlyings: Readonly<Record<string, SpanUnderlying>>
  /** Of an underlying that is not named. */
  readonly other: SpanUnderlying
  /** In order of priority. */
  readonly interSpreads: readonly InterSpread[]
}

const BTC: SpanUnderlying = {
  priceScanRange: 0.15,
  volatilityScanRange: 0.25,
  intraCharge: 0.01,
  shortOptionMinimum: 0.01,
}

/**
 * A choice of ours for crypto, no exchange's file: scan ranges that cover a day at 99 %, and half of the price risk
 * credited between ether and bitcoin, dollar for dollar at a ratio of 28 to 1. Set your clearing house's own numbers.
 */
export const SPAN_CRYPTO: SpanParameters = {
  extremes: CLASSIC_EXTREMES,
  lookAheadYears: 1 / 365,
  initialRatio: 1.1,
  shortOptionRule: 'sum',
  underlyings: { BTC, ETH: { ...BTC, priceScanRange: 0.2 } },
  other: { ...BTC, priceScanRange: 0.3, volatilityScanRange: 0.3 },
  interSpreads: [
    {
      legs: [
        { of: ['BTC'], side: 'A', ratio: 1 },
        { of: ['ETH'], side: 'B', ratio: 28 },
      ],
      rate: 0.5,
    },
  ],
}
