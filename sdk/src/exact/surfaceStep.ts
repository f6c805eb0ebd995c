/** Twin of `contracts/libraries/SurfaceStep.sol` and of the clamp in `contracts/core/Surfaces.sol`. */
import { type ExpirySurface, packSurface, totalVariance, unpackSurface, volatility } from './essvi.ts'
import { mulDivDown, WAD } from './fixedPoint.ts'
import { arbitrageOf } from './listing.ts'
import { minUsd } from './usd.ts'

/** What a surface may change by since the last one, WAD. */
export type StepBudget = {
  /** Of each volatility. */
  readonly relative: bigint
  /** Volatility points on top. */
  readonly absolute: bigint
  /** Of forward / spot. */
  readonly carry: bigint
}

const HOUR = 3600n
const VOLATILITY_DIVISOR = 4n
const CARRY_PER_HOUR = 25n * 10n ** 14n
const CARRY_DIVISOR = 4n

/** R-43, toward 0: a quarter of `shock` (VU) per hour and one volatility point per 1 % of spot. */
export function stepBudget(elapsed: bigint, oldSpot: bigint, spot: bigint, shock: bigint): StepBudget {
  const move = ((spot > oldSpot ? spot - oldSpot : oldSpot - spot) * WAD) / oldSpot
  return {
    relative: (shock * elapsed) / (VOLATILITY_DIVISOR * HOUR),
    absolute: move,
    carry: (CARRY_PER_HOUR * elapsed) / HOUR + move / CARRY_DIVISOR,
  }
}

/** One expiry of a step, seconds left at the quote and when the old surface was made. */
export type StepSlice = {
  readonly old: ExpirySurface
  readonly quoted: ExpirySurface
  readonly tau: bigint
  readonly life: bigint
}

/** Fraction of the way from old to quoted that the budget allows, WAD, down. @param width Log strikes looked at: 0, +-width */
export function stepFraction({ old, quoted, tau, life }: StepSlice, budget: StepBudget, width: bigint): bigint {
  let part = partOf(old.forwardRatio, quoted.forwardRatio, budget.carry)
  for (const k of [-width, 0n, width]) {
    const before = volatility(totalVariance(old.slice, k), life)
    const later = volatility(totalVariance(quoted.slice, k), tau)
    part = minUsd(part, partOf(before, later, (before * budget.relative) / WAD + budget.absolute))
  }
  return part
}

/** The surface `part` of the way. The old variance and slope run off to the quote's time first. Not yet rounded to a word. */
export function blendSurface({ old, quoted, tau, life }: StepSlice, part: bigint): ExpirySurface {
  const nearPsi = (old.slice.psi * tau) / life
  const psi = mix(nearPsi, quoted.slice.psi, part)
  const skew = (old.slice.rho * nearPsi * (WAD - part) + quoted.slice.rho * quoted.slice.psi * part) / WAD // 36 decimals
  return {
    slice: {
      theta: mix((old.slice.theta * tau) / life, quoted.slice.theta, part),
      rho: psi === 0n ? 0n : skew / psi,
      psi,
    },
    forwardRatio: mix(old.forwardRatio, quoted.forwardRatio, part),
    discount: mix(old.discount, quoted.discount, part),
  }
}

export type StepInput = {
  /** Ascending; the stored word of each, 0 for a new expiry, and the quoted one. */
  readonly expiries: readonly { readonly expiry: number; readonly old: bigint; readonly quoted: bigint }[]
  /** Of the quote and of the stored surface, unix seconds. */
  readonly timestamp: number
  readonly surfaceAt: number
  readonly budget: StepBudget
  /** Scan range. */
  readonly width: bigint
}

/**
 * The words that the chain would store for a quoted surface, and the fraction of the way taken. Fraction 0: the clamped
 * surface would have arbitrage or the quote is not newer, and the old one stays.
 */
export function stepSurface(input: StepInput): { part: bigint; words: readonly bigint[] } {
  const { expiries, timestamp, surfaceAt, budget, width } = input
  const quoted = expiries.map((one) => one.quoted)
  if (timestamp <= surfaceAt) return { part: 0n, words: quoted }
  const slices = expiries.map(({ expiry, old, quoted: word }) =>
    old === 0n
      ? undefined
      : {
          old: unpackSurface(old),
          quoted: unpackSurface(word),
          tau: BigInt(expiry - timestamp),
          life: BigInt(expiry - surfaceAt),
        },
  )
  const part = slices.reduce((least, slice) => (slice ? minUsd(least, stepFraction(slice, budget, width)) : least), WAD)
  if (part === WAD) return { part, words: quoted }
  const words = slices.map((slice, index) => (slice ? packSurface(blendSurface(slice, part)) : (quoted[index] ?? 0n)))
  const isFree = arbitrageOf(words.map((word) => unpackSurface(word).slice)) === undefined
  return isFree ? { part, words } : { part: 0n, words: quoted }
}

function partOf(before: bigint, later: bigint, allowed: bigint): bigint {
  const change = before > later ? before - later : later - before
  return change <= allowed ? WAD : mulDivDown(allowed, WAD, change)
}

function mix(a: bigint, b: bigint, part: bigint): bigint {
  return (a * (WAD - part) + b * part) / WAD
}
