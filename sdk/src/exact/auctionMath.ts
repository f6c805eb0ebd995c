/** Twin of `contracts/libraries/AuctionMath.sol`. Fractions and rates are WAD, times seconds on the clock. */
import type { Assessment } from './assessment.ts'
import { expWadOfNonPositive } from './exponential.ts'
import { divCeil, mulDivDown, mulDivTrunc, WAD } from './fixedPoint.ts'
import {
  BUFFER,
  CLOCK_HALF_LIFE,
  DISCOUNT_MAX,
  DISCOUNT_RAMP,
  DISCOUNT_RAMPED,
  DISCOUNT_SHARE,
  DISCOUNT_SLOPE,
  DISCOUNT_START,
  DISCOUNT_STEP,
  DUST_MAINTENANCE,
  DUST_REWARD,
  DUST_REWARD_SHARE,
  MIN_SLICE,
  REWARD_MAX,
  REWARD_RAMP,
} from './parameters.ts'
import type { Portfolio, Position } from './portfolio.ts'
import { maxUsd, minUsd } from './usd.ts'

const LN2 = 693147180559945309n

/** g(t): 2 % to 25 % in 15 minutes, then 1 % per 10 minutes, at most 50 %. Rounded down. */
export function discountRate(elapsed: bigint): bigint {
  if (elapsed < DISCOUNT_RAMP) {
    return DISCOUNT_START + ((DISCOUNT_RAMPED - DISCOUNT_START) * elapsed) / DISCOUNT_RAMP
  }
  return minUsd(DISCOUNT_RAMPED + (DISCOUNT_SLOPE * (elapsed - DISCOUNT_RAMP)) / DISCOUNT_STEP, DISCOUNT_MAX)
}

/** beta(t): 0 to 5 % in 60 minutes. Rounded down. */
export function rewardRate(elapsed: bigint): bigint {
  return elapsed >= REWARD_RAMP ? REWARD_MAX : (REWARD_MAX * elapsed) / REWARD_RAMP
}

/** The discount that leaves E/MM no lower: at most 0.8 E/MM. Rounded down; 0 when E <= 0 or MM = 0. */
export function cappedRate(rate: bigint, { equity, maintenance }: Assessment): bigint {
  if (equity <= 0n || maintenance === 0n) return 0n
  return minUsd(rate, mulDivDown(equity, DISCOUNT_SHARE, maintenance))
}

/** f_min and f_max: whole when insolvent, unmeasured or dust; else what restores b * MM at par, rounded down. */
export function fractionBounds({ equity, maintenance }: Assessment): { least: bigint; most: bigint } {
  if (maintenance < DUST_MAINTENANCE) return { least: WAD, most: WAD }
  let most = WAD
  if (equity > 0n) {
    const target = (maintenance * BUFFER) / WAD
    const missing = target - equity
    most = missing <= 0n ? 0n : mulDivDown(missing, WAD, target)
  }
  return { least: minUsd(most, MIN_SLICE), most }
}

/** What the compartment adds for an insolvent dust account: 10 % of its maintenance, down, at most 5 USD. */
export function dustReward(maintenance: bigint): bigint {
  return minUsd((maintenance * DUST_REWARD_SHARE) / WAD, DUST_REWARD)
}

/** f of a conversion: -s / (E - s), rounded down. Needs s < 0 < E. */
export function conversionFraction({ equity, settledCash }: Assessment): bigint {
  return mulDivDown(-settledCash, WAD, equity - settledCash)
}

/** What remains on a stopped clock: elapsed * 2^-(age / 15 min), rounded down. */
export function decayed(elapsed: bigint, age: bigint): bigint {
  return mulDivDown(elapsed, expWadOfNonPositive(-mulDivDown(age, LN2, CLOCK_HALF_LIFE)), WAD)
}

/** trunc(fraction * vector). `legs` holds the non-zero lots, `rest` what stays, both in stored order. */
export function split(portfolio: Portfolio, fraction: bigint): { cash: bigint; legs: Position[]; rest: Portfolio } {
  const cash = mulDivTrunc(portfolio.cash, fraction, WAD)
  const moved = portfolio.positions.map(({ instrument, lots }) => ({
    instrument,
    lots: mulDivTrunc(lots, fraction, WAD),
  }))
  const kept = portfolio.positions.map(({ instrument, lots }, index) => ({
    instrument,
    lots: lots - (moved[index]?.lots ?? 0n),
  }))
  const held = (position: Position) => position.lots !== 0n
  return {
    cash,
    legs: moved.filter(held),
    rest: { mode: portfolio.mode, cash: portfolio.cash - cash, positions: kept.filter(held) },
  }
}

/** ceil(b * maintenance): what clears the clock and what a keeper's account must hold. */
export function buffered(maintenance: bigint): bigint {
  return divCeil(maintenance * BUFFER, WAD)
}

/** Rate times USD, rounded down; 0 of a negative amount. */
export function share(rate: bigint, amount: bigint): bigint {
  return mulDivDown(maxUsd(amount, 0n), rate, WAD)
}
