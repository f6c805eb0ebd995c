/**
 * Twin of `contracts/libraries/Tail.sol`, `contracts/types/TailWord.sol` and the rows of `contracts/core/Tails.sol`: what the tail
 * modes know of the probabilities of the 17 price nodes. A cap is min(1, p / alpha) in units of 1/8191, nodes ascend in price.
 */
import { callValue } from './black76.ts'
import { MAX_THETA, type SurfaceSlice, totalDeviation, totalVariance, unpackSurface } from './essvi.ts'
import { expWadOfNonPositive } from './exponential.ts'
import { WAD, WAD2 } from './fixedPoint.ts'
import type { TailRow } from './market.ts'
import {
  HISTORY_MAX_AGE,
  OFFSET_STEP,
  SURFACE_MAX_AGE,
  TAIL,
  TAIL_FLOOR,
  TAIL_FLOOR_RISE,
  TAIL_HORIZON,
  TAIL_SHORTEST,
} from './parameters.ts'
import { nodesOf, type RiskNode } from './riskArray.ts'
import { squareRoot } from './squareRoot.ts'
import { maxUsd, minUsd } from './usd.ts'

/** A cap, and a floor, of 1. */
export const FULL_CAP = 8191n
export const FULL_FLOOR = 10n ** 9n

const NODES = 17
const CAP_BITS = 13n
const TAIL_BITS = CAP_BITS * BigInt(NODES)
const DAY = 86_400n
const HOUR = 3600n
/** ln(1.02), WAD, and the time in which it takes the least cap to the largest. */
const LN_RISE = 19802627296179713n
export const LONGEST_RISE = 200n * HOUR
/** Least caps of posted history: 10 % one range away, 5 % two, else 2 %. */
const LEAST = 164n
const LEAST_TWO = 410n
const LEAST_ONE = 819n

/** What is stored of an underlying for the tail modes. */
export type TailState = {
  /** The expiry whose slice the horizon takes, see `horizonExpiry`, and its word of the surface; undefined without a surface. */
  readonly horizon: { readonly expiry: number; readonly word: bigint } | undefined
  /** Implied caps as cached, their epoch above them. Only those of the epoch count; computed ones are the same. */
  readonly cached: bigint
  /** Caps of history with the message's time above them, and those of maintenance margin with the time since which they rise; 0: none. */
  readonly posted: bigint
  readonly base: bigint
}

/** Nothing known: the tail modes measure as Portfolio. */
export const NO_TAIL: TailRow = { implied: 0n, impliedInitial: 0n, historical: 0n, historicalInitial: 0n }

/** Cap of node `n` = 0..16, units of 1/8191. */
export function capAt(word: bigint, n: number): bigint {
  return (word >> (CAP_BITS * BigInt(n))) & FULL_CAP
}

/** The 35 bits above the caps: a floor in a snapshot, a time or an epoch in storage. */
export function aboveCaps(word: bigint): bigint {
  return word >> TAIL_BITS
}

/** The caps without what stands above them. */
export function capsOf(word: bigint): bigint {
  return BigInt.asUintN(Number(TAIL_BITS), word)
}

/** @param caps Below 2^221. @param high Below 2^35. */
export function tailWord(caps: bigint, high: bigint): bigint {
  return (high << TAIL_BITS) | caps
}

/** One word of the caps of nodes 0..16. */
export function packCaps(caps: readonly bigint[]): bigint {
  return caps.reduce((word, cap, n) => word | (cap << (CAP_BITS * BigInt(n))), 0n)
}

/** Caps of nodes 0..16. */
export function unpackCaps(word: bigint): bigint[] {
  return Array.from({ length: NODES }, (_, n) => capAt(word, n))
}

/** The least that may be posted for node `n`. */
export function leastCap(n: number): bigint {
  if (n === 2 || n === 14) return LEAST_ONE
  return n === 1 || n === 15 ? LEAST_TWO : LEAST
}

/** The first expiry at least 18 hours behind the surface, else the last; undefined without any. @param expiries Ascending. */
export function horizonExpiry(expiries: readonly number[], surfaceAt: number): number | undefined {
  return expiries.find((expiry) => expiry >= surfaceAt + TAIL_SHORTEST) ?? expiries.at(-1)
}

/**
 * Caps that option prices imply one day ahead: prices of butterflies on the nodes (Breeden and Litzenberger 1978). R-57: up.
 * @param life Seconds from the surface to the slice's expiry, > 0. @param scanRange WAD.
 */
export function impliedCaps(smile: SurfaceSlice, life: bigint, scanRange: bigint): bigint {
  const near = atHorizon(smile, life)
  const caps = Array.from({ length: NODES }, () => 0n)
  let last: { n: number; factor: bigint; value: bigint } | undefined
  let slope = -WAD
  for (const [n, node] of byPrice(nodesOf(scanRange)).entries()) {
    if (last?.factor === node.factor) continue // extremes that stop at -90 %: the outer one has it
    const value = callAt(near, node)
    if (last) {
      const next = ((value - last.value) * WAD) / (node.factor - last.factor)
      caps[last.n] = capOf(next - slope)
      slope = next
    }
    last = { n, factor: node.factor, value }
  }
  if (last) caps[last.n] = capOf(-slope)
  return packCaps(caps)
}

/** Price moves of the nodes for a scan range, ascending, WAD. */
export function nodeMoves(scanRange: bigint): bigint[] {
  return byPrice(nodesOf(scanRange)).map(({ factor }) => factor - WAD)
}

/** From the order of `nodesOf` to that of prices. */
function byPrice<T>(nodes: readonly T[]): T[] {
  const grid = nodes.slice(0, 13)
  return [...nodes.slice(15, 16), ...nodes.slice(13, 14), ...grid, ...nodes.slice(14, 15), ...nodes.slice(16)]
}

function atHorizon({ theta, rho, psi }: SurfaceSlice, life: bigint): SurfaceSlice {
  const root = squareRoot((TAIL_HORIZON * WAD2) / life)
  return { theta: minUsd((theta * TAIL_HORIZON) / life, MAX_THETA), psi: minUsd((psi * root) / WAD, MAX_THETA), rho }
}

function callAt(near: SurfaceSlice, { factor, log }: RiskNode): bigint {
  const deviation = totalDeviation(totalVariance(near, log))
  return callValue({ forward: WAD, strike: factor, logMoneyness: -log, deviation })
}

function capOf(probability: bigint): bigint {
  if (probability <= 0n) return 0n
  return minUsd((probability * FULL_CAP + TAIL - 1n) / TAIL, FULL_CAP)
}

/** `quoted` within a day's bounds of `old`: at most (1 + days), at least (1 - days / 4) times it. R-61: toward the old. */
export function boundedCaps(old: bigint, quoted: bigint, elapsed: bigint): bigint {
  const time = minUsd(elapsed, DAY)
  return packCaps(
    unpackCaps(old).map((from, n) => {
      const most = from + (from * time) / DAY
      return maxUsd(minUsd(capAt(quoted, n), most), from - (from * time) / (4n * DAY))
    }),
  )
}

/** Caps of maintenance margin: down to the posted ones at once, up by at most 2 % an hour from `base`. R-61: down. */
export function risenCaps(base: bigint, posted: bigint, elapsed: bigint): bigint {
  const shrink = expWadOfNonPositive(-((LN_RISE * minUsd(elapsed, LONGEST_RISE)) / HOUR))
  return packCaps(unpackCaps(base).map((from, n) => minUsd(capAt(posted, n), (from * WAD) / shrink)))
}

/** `row` with the caps of maintenance margin that history has at a later `time`, and the floor as it is. */
export function withRisenCaps(row: TailRow, { base, posted }: TailState, time: number): TailRow {
  if (row.historical === 0n) return row
  const caps = risenCaps(base, posted, BigInt(time) - aboveCaps(base))
  return { ...row, historical: tailWord(caps, aboveCaps(row.historical)) }
}

/** The offset after a message, millionths: towards the quoted one by at most 0.4 points an hour, and an hour's. */
export function boundedOffset(old: number, quoted: number, elapsed: number): number {
  const step = Math.floor((OFFSET_STEP * Math.min(elapsed, 3600)) / 3600)
  return Math.min(Math.max(quoted, Math.max(old - step, 0)), old + step)
}

/** Least share of the portfolio measure, units of 1e-9, `late` seconds beyond the best age of the probabilities. R-60: up. */
export function floorAfter(late: bigint): bigint {
  return minUsd(TAIL_FLOOR + (TAIL_FLOOR_RISE * late + HOUR - 1n) / HOUR, FULL_FLOOR)
}

/** The chain's row of an underlying at `time`. @param epoch As `epochAt` gives it; its scan range is that of the nodes. */
export function tailRowAt(
  { horizon, cached, posted, base }: TailState,
  epoch: { readonly number: number; readonly surfaceAt: number; readonly scanRange: bigint },
  time: number,
): TailRow {
  const caps = horizon && epoch.number !== 0 ? impliedOf(horizon, cached, epoch) : 0n
  const late = (since: number, bestAge: number) => BigInt(Math.max(time - since - bestAge, 0))
  const [oldSurface, oldHistory] = [
    late(epoch.surfaceAt, SURFACE_MAX_AGE),
    late(Number(aboveCaps(posted)), HISTORY_MAX_AGE),
  ]
  return {
    ...(caps === 0n
      ? { implied: 0n, impliedInitial: 0n }
      : { implied: tailWord(caps, floorAfter(oldSurface)), impliedInitial: tailWord(caps, initialFloor(oldSurface)) }),
    ...(posted === 0n
      ? { historical: 0n, historicalInitial: 0n }
      : {
          historical: tailWord(risenCaps(base, posted, BigInt(time) - aboveCaps(base)), floorAfter(oldHistory)),
          historicalInitial: tailWord(capsOf(posted), initialFloor(oldHistory)),
        }),
  }
}

function impliedOf(
  { expiry, word }: NonNullable<TailState['horizon']>,
  cached: bigint,
  { number, surfaceAt, scanRange }: { readonly number: number; readonly surfaceAt: number; readonly scanRange: bigint },
): bigint {
  if (aboveCaps(cached) === BigInt(number)) return capsOf(cached)
  return impliedCaps(unpackSurface(word).slice, BigInt(expiry - surfaceAt), scanRange)
}

/** Initial margin does not wait. */
function initialFloor(late: bigint): bigint {
  return late === 0n ? TAIL_FLOOR : FULL_FLOOR
}
