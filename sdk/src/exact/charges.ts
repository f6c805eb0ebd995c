/** Twin of `contracts/libraries/Charges.sol`: what stands beside the measure of one underlying. Never negative, rounded up. */
import type { Row } from './book.ts'
import { divCeil, mulDivDown, mulDivUp, WAD, WAD2 } from './fixedPoint.ts'
import type { Market } from './market.ts'
import { INITIAL_RATIO } from './parameters.ts'
import { minUsd } from './usd.ts'

const YEAR = 365n * 86_400n

/** spot * sum over strikes of (rate * max(-c, 0) + p * max(c, 0)), c the calls plus puts. @param rate s, WAD */
export function optionCharge({ sums, gap36 }: Row, { lotUnit, spot }: Market, rate: bigint): bigint {
  return divCeil((sums.shorts * lotUnit * rate + gap36) * spot, WAD2)
}

/** rate * min(sum of gains, sum of losses) over the expiries, price unmoved and volatility up. */
export function calendarCharge({ terms }: Row, rate: bigint): bigint {
  let gained54 = 0n
  let lost54 = 0n
  for (const { vega54 } of terms) {
    if (vega54 > 0n) gained54 += vega54
    else lost54 -= vega54
  }
  return divCeil(divCeil(minUsd(gained54, lost54), WAD2) * rate, WAD)
}

export type BasisTerms = {
  /** Unix seconds: spot and perpetuals are an expiry now. */
  readonly time: number
  /** b0 and b1, WAD. */
  readonly rate: bigint
  readonly ratePerYear: bigint
}

/**
 * b0 * min(sum of long, sum of short deltas) + b1 * sum over neighbouring expiries of (T2 - T1) * min(|L|, |R|) where
 * the net deltas L left and R right of the gap have opposite signs.
 */
export function basisCharge(row: Row, { time, rate, ratePerYear }: BasisTerms): bigint {
  let left = row.delta36 - row.futures36
  let longs = left > 0n ? left : 0n
  let shorts = left > 0n ? 0n : -left
  let right = 0n
  for (const { delta36 } of row.terms) {
    right += delta36
    if (delta36 > 0n) longs += delta36
    else shorts -= delta36
  }
  let spread = 0n // USD seconds, 18 decimals
  let from = time
  for (const term of row.terms) {
    if ((left > 0n && right < 0n) || (left < 0n && right > 0n)) {
      const least = minUsd(left < 0n ? -left : left, right < 0n ? -right : right)
      spread += divCeil(least, WAD) * BigInt(Math.max(term.time - from, 0))
    }
    left += term.delta36
    right -= term.delta36
    from = Math.max(term.time, from)
  }
  const paired = divCeil(minUsd(longs, shorts), WAD)
  return divCeil(paired * rate, WAD) + divCeil(spread * ratePerYear, WAD * YEAR)
}

/** k_u = PSR_target / PSR_M * oi_u, rounded up. @param scales Whether open interest counts in this check. */
export function initialFactorOf(market: Market, scales: boolean): bigint {
  const ramp = mulDivUp(market.targetRange, WAD, market.scanRange)
  return scales ? mulDivUp(ramp, openInterestFactor(market), WAD) : ramp
}

/** oi_u: 1 up to half the cap, then linear to 1 / (1.30 * h_lin * PSR_target) at the cap. */
function openInterestFactor(market: Market): bigint {
  const half = market.openInterestCap / 2n
  if (market.openInterest <= half) return WAD
  const perNotional = mulDivDown(market.targetRange * market.linearRelief, INITIAL_RATIO, WAD2)
  const top = mulDivUp(WAD, WAD, perNotional)
  if (market.openInterest >= market.openInterestCap) return top
  return WAD + mulDivUp(top - WAD, market.openInterest - half, market.openInterestCap - half)
}
