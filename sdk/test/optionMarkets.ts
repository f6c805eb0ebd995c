import {
  type EpochState,
  type Instrument,
  optionOf,
  type Portfolio,
  type Position,
  packSurface,
  perpetualOf,
  type RiskTerms,
  type SeriesState,
  snapshotAt,
  WAD,
} from '../src/index.ts'
import { BTC_MARKET } from './markets.ts'

/** 2026-09-25 08:00 UTC, 30 days after the surface. */
export const EXPIRY = 1_790_323_200
export const NOW = EXPIRY - 30 * 86_400

export const TERMS: RiskTerms = {
  volatilityUp: 500_000,
  volatilityDown: 250_000,
  optionMaintenance: 3_000,
  optionInitial: 5_000,
  calendar: 300_000,
  basis: 2_000,
  basisPerYear: 10_000,
  offset: 500_000,
  group: 1,
}

const EPOCH: EpochState = {
  spot: BTC_MARKET.spot,
  rolledAt: NOW,
  number: 1,
  nextExpiry: EXPIRY,
  surfaceSpot: BTC_MARKET.spot,
  surfaceAt: NOW,
  depth: 0n,
  scanRange: BTC_MARKET.scanRange,
}

/** 60 % a year without skew: theta = 0.36 * 30 / 365. */
const FLAT = { theta: (36n * WAD * 30n) / 36_500n, rho: 0n, psi: 0n }

/** BTC at 40,000 dollars, one expiry in 30 days, forward at spot, no interest. */
export const BTC_SERIES: SeriesState = {
  underlying: 1,
  epoch: EPOCH,
  terms: TERMS,
  expiries: [
    {
      expiry: EXPIRY,
      word: packSurface({ slice: FLAT, forwardRatio: WAD, discount: WAD }),
      sum: 0n,
      doneUntil: 0,
    },
  ],
}

/** `strike` in dollars. */
export function btcOption(kind: 'call' | 'put', strike: bigint): Instrument {
  return optionOf(1, kind, EXPIRY, strike * 10n ** 8n)
}

export function btcSnapshot(instruments: readonly Instrument[], spot = BTC_MARKET.spot, time = NOW) {
  const market = { ...BTC_MARKET, spot, low: spot, high: spot, ema: spot, perpetualMark: spot }
  return snapshotAt({ series: [BTC_SERIES], markets: [market], time, instruments })
}

/** `dollars` of cash beside positions; 10,000 lots are a coin. */
export function book(dollars: bigint, positions: readonly Position[]): Portfolio {
  return { mode: 'cross', cash: dollars * WAD, positions }
}

export const PERPETUAL = perpetualOf(1)
