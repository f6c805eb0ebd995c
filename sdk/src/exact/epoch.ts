/** Twin of the risk epochs of `contracts/core/Series.sol`: when a new one starts, and the shocks of its arrays. */
import { WAD } from './fixedPoint.ts'
import type { Chain, Market, RiskTerms } from './market.ts'
import {
  EPOCH_AGE,
  NEAR_EPOCH_AGE,
  NEAR_EXPIRY,
  SURFACE_MAX_AGE,
  SURFACE_MAX_WIDENING,
  SURFACE_WIDENING,
  TERM_UNIT,
  VOLATILITY_DOWN_CAP,
} from './parameters.ts'
import type { VolatilityShocks } from './riskArray.ts'
import { minUsd } from './usd.ts'

/** What the series of an underlying share: the risk epoch and the surface behind it. Times in unix seconds. */
export type EpochState = {
  /** Reference spot S0, USD 18 decimals. */
  readonly spot: bigint
  readonly rolledAt: number
  /** Counts epochs; 0: no surface yet. */
  readonly number: number
  /** First expiry of the last surface. */
  readonly nextExpiry: number
  /** Spot when the surface was posted. */
  readonly surfaceSpot: bigint
  readonly surfaceAt: number
  /** Posted depth Q, USD 18 decimals; 0: none. */
  readonly depth: bigint
  /** Of the epoch's risk arrays, WAD. */
  readonly scanRange: bigint
}

/** The epoch as a read at `time` sees it: a new one when spot left its reach, it is too old, or the scan range changed. */
export function epochAt(epoch: EpochState, market: Market, time: number): EpochState {
  if (epoch.number === 0) return epoch
  const gap = market.spot > epoch.spot ? market.spot - epoch.spot : epoch.spot - market.spot
  const maxAge = time + NEAR_EXPIRY >= epoch.nextExpiry ? NEAR_EPOCH_AGE : EPOCH_AGE
  const isDue = gap * WAD > market.epsilon * epoch.spot || time - epoch.rolledAt >= maxAge
  if (!isDue && epoch.scanRange === market.scanRange) return epoch
  return { ...epoch, spot: market.spot, rolledAt: time, number: epoch.number + 1, scanRange: market.scanRange }
}

/** Shocks of an epoch's arrays. They widen with the age that the surface had when the epoch began. */
export function shocksOf({ volatilityUp, volatilityDown }: RiskTerms, epoch: EpochState): VolatilityShocks {
  const late = BigInt(Math.max(epoch.rolledAt - epoch.surfaceAt - SURFACE_MAX_AGE, 0))
  const wider = minUsd((WAD * late) / BigInt(SURFACE_WIDENING), SURFACE_MAX_WIDENING)
  const unit = (TERM_UNIT * (WAD + wider)) / WAD
  return { up: BigInt(volatilityUp) * unit, down: BigInt(volatilityDown) * unit, downCap: VOLATILITY_DOWN_CAP }
}

/** The chain's row at `time`, in an epoch of `epochAt`. */
export function chainAt(epoch: EpochState, terms: RiskTerms, time: number): Chain {
  const fresh = epoch.number !== 0 && time - epoch.surfaceAt <= SURFACE_MAX_AGE
  return { referenceSpot: epoch.spot, depth: epoch.depth, terms, fresh }
}
