/** Twin of `contracts/libraries/SurfaceStep.sol` and of the clamp in `contracts/core/Surfaces.sol`. */
import { type ExpirySurface, packSurface, totalVariance, unpackSurface, volatility } from './essvi.ts'
import { mulDivDown, WAD } from './fixedPoint.ts'
import { arbitrageOf } from './listing.ts'
import { maxUsd, minUsd } from './usd.ts'

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
/** Of a volatility: what the fields of a stored slice round. */
const SLACK = 10n ** 9n
const MAX_HALVINGS = 8n
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

/**
 * Fraction of the way from old to quoted that the budget allows, WAD, down: exact in variance at the money, an estimate in
 * the wings, where `isWithinBudget` has the last word. @param width Log strikes looked at: 0, +-width
 */
export function stepFraction({ old, quoted, tau, life }: StepSlice, budget: StepBudget, width: bigint): bigint {
  const befores = volatilities(old, life, width)
  const laters = volatilities(quoted, tau, width)
  return befores.reduce(
    (part, before, i) => minUsd(part, varianceStep(before, laters[i] ?? before, budget)),
    minUsd(
      partOf(ranOff(old.forwardRatio, tau, life), quoted.forwardRatio, budget.carry),
      partOf(ranOff(old.discount, tau, life), quoted.discount, budget.carry),
    ),
  )
}

/** No volatility looked at moves from old to stepped by more than the budget allows. R-43: up to SLACK more. */
function isWithinBudget({ old, tau, life }: StepSlice, stepped: ExpirySurface, budget: StepBudget, width: bigint) {
  const laters = volatilities(stepped, tau, width)
  return volatilities(old, life, width).every(
    (before, i) => distance(before, laters[i] ?? before) <= allowedFrom(before, budget) + SLACK,
  )
}

/** At the log strikes -width, 0 and width. */
function volatilities({ slice }: ExpirySurface, time: bigint, width: bigint): bigint[] {
  return [-width, 0n, width].map((k) => volatility(totalVariance(slice, k), time))
}

function allowedFrom(before: bigint, { relative, absolute }: StepBudget): bigint {
  return (before * relative) / WAD + absolute
}

/** (target^2 - before^2) / (later^2 - before^2), target = before +- allowed. */
function varianceStep(before: bigint, later: bigint, budget: StepBudget): bigint {
  const change = distance(before, later)
  const allowed = allowedFrom(before, budget)
  if (change <= allowed) return WAD
  const sum = later > before ? 2n * before + allowed : 2n * before - allowed
  return mulDivDown(allowed * sum, WAD, change * (before + later))
}

/** The surface `part` of the way. The old one runs off to the quote's time first. Not yet rounded to a word. */
export function blendSurface({ old, quoted, tau, life }: StepSlice, part: bigint): ExpirySurface {
  const nearPsi = (old.slice.psi * tau) / life
  const psi = mix(nearPsi, quoted.slice.psi, part)
  const skew = (old.slice.rho * nearPsi * (WAD - part) + quoted.slice.rho * quoted.slice.psi * part) / WAD // 36 decimals
  return {
    slice: {
      theta: mix((old.slice.theta * tau) / life, quoted.slice.theta, part),
      rho: psi === 0n ? 0n : maxUsd(-WAD, minUsd(WAD, skew / psi)),
      psi,
    },
    forwardRatio: mix(ranOff(old.forwardRatio, tau, life), quoted.forwardRatio, part),
    discount: mix(ranOff(old.discount, tau, life), quoted.discount, part),
  }
}

/** Forward / spot and discount approach 1 linearly in time, toward 0. */
function ranOff(ratio: bigint, tau: bigint, life: bigint): bigint {
  return WAD + ((ratio - WAD) * tau) / life
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
  for (let halvings = 0n; halvings < MAX_HALVINGS; halvings++) {
    const words = blended(slices, quoted, part >> halvings)
    const isIn = slices.every(
      (slice, i) => !slice || isWithinBudget(slice, unpackSurface(words[i] ?? 0n), budget, width),
    )
    if (!isIn) continue
    const isFree = arbitrageOf(words.map((word) => unpackSurface(word).slice)) === undefined
    return isFree ? { part: part >> halvings, words } : { part: 0n, words: quoted }
  }
  return { part: 0n, words: quoted }
}

function blended(slices: readonly (StepSlice | undefined)[], quoted: readonly bigint[], part: bigint): bigint[] {
  return slices.map((slice, index) => (slice ? packSurface(blendSurface(slice, part)) : (quoted[index] ?? 0n)))
}

function distance(a: bigint, b: bigint): bigint {
  return a > b ? a - b : b - a
}

function partOf(before: bigint, later: bigint, allowed: bigint): bigint {
  const change = distance(before, later)
  return change <= allowed ? WAD : mulDivDown(allowed, WAD, change)
}

function mix(a: bigint, b: bigint, part: bigint): bigint {
  return (a * (WAD - part) + b * part) / WAD
}
