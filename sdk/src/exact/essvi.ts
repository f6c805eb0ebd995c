/** Twin of `contracts/libraries/Essvi.sol` and `contracts/types/SurfaceWord.sol`: one expiry of the volatility surface. */
import { WAD, WAD2 } from './fixedPoint.ts'
import { squareRoot } from './squareRoot.ts'

/** theta: total variance at the money. rho: correlation in (-1, 1). psi = theta * phi: slope of the wings. WAD. */
export type SurfaceSlice = { readonly theta: bigint; readonly rho: bigint; readonly psi: bigint }

/** Largest total variance: a volatility of 400 % for one year. */
export const MAX_THETA = 16n * WAD
/** Beyond this |ln(strike / forward)| the smile is flat. */
export const MAX_LOG_STRIKE = 64n * WAD

const SECONDS_PER_YEAR = 365n * 86_400n

/** WAD units per unit of a field of the storage word: theta and the ratios in 1e-15, psi in 2e-14, rho in 2e-12. */
const THETA_UNIT = 1_000n
const PSI_UNIT = 20_000n
const RHO_UNIT = 2_000_000n
const RATIO_UNIT = 1_000n

/** Total variance at k = ln(strike / forward), WAD. R-35: root down, result down. */
export function totalVariance({ theta, rho, psi }: SurfaceSlice, k: bigint): bigint {
  const cut = k > MAX_LOG_STRIKE ? MAX_LOG_STRIKE : k < -MAX_LOG_STRIKE ? -MAX_LOG_STRIKE : k
  const slope = psi * cut
  const root = squareRoot((slope + rho * theta) ** 2n + theta * theta * (WAD2 - rho * rho))
  const twice = (theta * WAD + root) * WAD + rho * slope
  return twice > 0n ? twice / (2n * WAD2) : 0n
}

/** Total standard deviation sqrt(w), WAD. R-36: down. */
export function totalDeviation(variance: bigint): bigint {
  return squareRoot(variance * WAD)
}

/** Volatility per square root of a year (ACT/365), WAD. R-36: down. At 0 seconds as at 1. */
export function volatility(variance: bigint, tauSeconds: bigint): bigint {
  return squareRoot((variance * WAD * SECONDS_PER_YEAR) / (tauSeconds === 0n ? 1n : tauSeconds))
}

/** The condition that a surface breaks: the name of the contract's error and its two values, actual before limit. */
export type SurfaceViolation = {
  readonly error:
    | 'ThetaOutOfRange'
    | 'RhoOutOfRange'
    | 'WingTooSteep'
    | 'ButterflyArbitrage'
    | 'VarianceFalls'
    | 'WingsCross'
    | 'SmileSteepens'
  readonly actual: bigint
  readonly limit: bigint
}

function abs(x: bigint): bigint {
  return x < 0n ? -x : x
}

/** Why `Essvi.requireSlice` would refuse a slice, or undefined. */
export function sliceViolation({ theta, rho, psi }: SurfaceSlice): SurfaceViolation | undefined {
  if (theta <= 0n || theta > MAX_THETA) return { error: 'ThetaOutOfRange', actual: theta, limit: MAX_THETA }
  if (rho <= -WAD || rho >= WAD) return { error: 'RhoOutOfRange', actual: rho, limit: WAD }
  const slope = (psi >> 64n === 0n ? psi : 1n << 64n) * (WAD + abs(rho))
  if (slope >= 4n * WAD2) return { error: 'WingTooSteep', actual: slope, limit: 4n * WAD2 }
  const limit = 4n * theta * WAD2
  return psi * slope > limit ? { error: 'ButterflyArbitrage', actual: psi * slope, limit } : undefined
}

/** Why `Essvi.requireOrdered` would refuse two neighbouring slices, or undefined. */
export function orderViolation(near: SurfaceSlice, far: SurfaceSlice): SurfaceViolation | undefined {
  if (far.theta < near.theta) return { error: 'VarianceFalls', actual: far.theta, limit: near.theta }
  const slopeChange = (far.psi - near.psi) * WAD
  const skewChange = abs(far.rho * far.psi - near.rho * near.psi)
  if (slopeChange < skewChange) return { error: 'WingsCross', actual: skewChange, limit: slopeChange }
  const [late, early] = [far.psi * near.theta, near.psi * far.theta]
  return late > early ? { error: 'SmileSteepens', actual: late, limit: early } : undefined
}

/** What prices the options of one expiry: the smile, forward / spot and the discount, WAD. */
export type ExpirySurface = {
  readonly slice: SurfaceSlice
  readonly forwardRatio: bigint
  readonly discount: bigint
}

/** The storage word of an expiry. R-37: every field toward 0. @throws RangeError if one does not fit */
export function packSurface({ slice, forwardRatio, discount }: ExpirySurface): bigint {
  const rho = slice.rho / RHO_UNIT
  if (rho >> 39n !== 0n && rho >> 39n !== -1n) throw new RangeError(`rho ${slice.rho} does not fit its field`)
  const high = (field(slice.theta / THETA_UNIT, 56n) << 48n) | field(slice.psi / PSI_UNIT, 48n)
  const low = (field(forwardRatio / RATIO_UNIT, 56n) << 56n) | field(discount / RATIO_UNIT, 56n)
  return (((high << 40n) | BigInt.asUintN(40, rho)) << 112n) | low
}

/** What `packSurface` stored. */
export function unpackSurface(word: bigint): ExpirySurface {
  return {
    slice: {
      theta: (word >> 200n) * THETA_UNIT,
      rho: BigInt.asIntN(40, word >> 112n) * RHO_UNIT,
      psi: BigInt.asUintN(48, word >> 152n) * PSI_UNIT,
    },
    forwardRatio: BigInt.asUintN(56, word >> 56n) * RATIO_UNIT,
    discount: BigInt.asUintN(56, word) * RATIO_UNIT,
  }
}

function field(value: bigint, bits: bigint): bigint {
  if (value < 0n || value >> bits !== 0n) throw new RangeError(`${value} does not fit a field of ${bits} bits`)
  return value
}
