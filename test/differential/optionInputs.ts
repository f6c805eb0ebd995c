/** Random inputs of the option libraries, edges included, for the comparison of chain and twin. */
import {
  lnWad,
  MAX_THETA,
  type OptionTerms,
  type StrikeTerms,
  type SurfaceSlice,
  squareRoot,
  totalDeviation,
  totalVariance,
  type VolatilityShocks,
  WAD,
} from '../../sdk/src/index.ts'
import { createRandom, type Random } from './random.ts'

export const MAX_PRICE = 2n ** 88n - 1n

export function many<item>(count: number, seed: number, draw: (random: Random) => item): item[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => draw(random))
}

export function signed(random: Random, size: bigint): bigint {
  return random.oneIn(2) ? size : -size
}

/** Any number below 2^256, every order of magnitude as likely. */
export function anySize(random: Random, bits: number): bigint {
  const shift = BigInt(random.below(Math.max(bits - 128, 1)))
  return BigInt.asUintN(bits, random.magnitude(0n, 2n ** 128n - 1n) << shift)
}

/** ln(forward / strike), or what a broken feed might say. */
function moneyness(random: Random, forward: bigint, strike: bigint): bigint {
  if (random.oneIn(16) || forward === 0n || strike === 0n) return signed(random, random.upTo(100n * WAD))
  return lnWad((forward * WAD) / strike || 1n)
}

export function optionTerms(random: Random): OptionTerms {
  const forward = random.magnitude(0n, MAX_PRICE)
  const near = (forward * random.magnitude(WAD / 1_000n, 1_000n * WAD)) / WAD
  const strike = random.oneIn(4) || near > MAX_PRICE ? random.magnitude(0n, MAX_PRICE) : near
  const deviation = random.oneIn(4) ? random.magnitude(0n, 2n ** 128n - 1n) : random.upTo(2n * WAD)
  return { forward, strike, logMoneyness: moneyness(random, forward, strike), deviation }
}

/** Mostly a slice that the checks accept, sometimes one on a boundary, sometimes anything. */
export function surfaceSlice(random: Random): SurfaceSlice {
  const edge = random.pick([0n, MAX_THETA, MAX_THETA + 1n, 2n ** 200n])
  const theta = random.oneIn(16) ? edge : random.magnitude(10n ** 9n, MAX_THETA)
  const rho = random.oneIn(16) ? signed(random, random.upTo(2n * WAD)) : signed(random, random.upTo(WAD - 1n))
  const limit = squareRoot((4n * theta * WAD * WAD) / (WAD + (rho < 0n ? -rho : rho)))
  const psi = random.oneIn(8) ? limit + BigInt(random.below(3)) : random.upTo(limit + limit / 4n)
  return { theta, rho, psi: random.oneIn(64) ? random.magnitude(0n, 2n ** 191n) : psi }
}

export function acceptableSlice(random: Random): SurfaceSlice {
  const theta = random.magnitude(10n ** 9n, MAX_THETA)
  // psi^2 <= 2 theta and psi < 3/2 satisfy both conditions for any rho.
  const psi = random.upTo(squareRoot(2n * theta * WAD)) % ((3n * WAD) / 2n)
  return { theta, rho: signed(random, random.upTo(WAD - 1n)), psi }
}

/** A later neighbour: mostly acceptable, on the boundary of one condition or another, or beyond it. */
export function laterSlice(random: Random, near: SurfaceSlice): SurfaceSlice {
  const psi = near.psi + random.upTo(WAD / 2n) - (random.oneIn(8) ? random.upTo(WAD / 4n) : 0n)
  const width = psi > 0n && near.psi > 0n ? (near.theta * psi) / near.psi : near.theta
  const theta = width + (random.oneIn(4) ? -random.upTo(10n) : random.upTo(WAD / 10n))
  const change = random.upTo(psi > near.psi ? psi - near.psi + 1n : 1n)
  const skew = (near.rho * near.psi) / WAD + signed(random, change)
  return { theta: theta > 0n ? theta : 1n, rho: psi > 0n ? (skew * WAD) / psi : 0n, psi: psi > 0n ? psi : 0n }
}

export function shocks(random: Random): VolatilityShocks {
  return { up: random.upTo(2n * WAD), down: random.upTo(WAD), downCap: random.upTo((9n * WAD) / 10n) }
}

/** Strikes of one expiry as a surface prices them. */
export function strikeTerms(random: Random): StrikeTerms {
  const spot = random.magnitude(10n ** 9n, 10n ** 24n)
  const forward = (spot * (WAD / 2n + random.upTo(WAD))) / WAD
  const strike = (forward * random.magnitude(WAD / 100n, 100n * WAD)) / WAD + 1n
  const logMoneyness = lnWad((forward * WAD) / strike || 1n)
  const deviation = totalDeviation(totalVariance(acceptableSlice(random), -logMoneyness))
  return {
    spot,
    forward,
    strike,
    discount: WAD / 2n + random.upTo(WAD),
    logMoneyness,
    deviation,
    deviationUp: random.oneIn(8) ? random.magnitude(0n, 2n ** 128n - 1n) : deviation + random.upTo(deviation),
    deviationDown: random.oneIn(8) ? 0n : random.upTo(deviation),
  }
}
