/** What the tail modes know of an underlying, now and in the hours to come. All integers, no model beside the twin. */
import type { EpochState } from './epoch.ts'
import type { TailRow } from './market.ts'
import { nodeLosses, shortfall } from './measure.ts'
import { HISTORY_MAX_AGE, SURFACE_MAX_AGE, TAIL, TAIL_FLOOR, TAIL_FLOOR_RISE } from './parameters.ts'
import {
  aboveCaps,
  capsOf,
  FULL_CAP,
  FULL_FLOOR,
  LONGEST_RISE,
  nodeMoves,
  risenCaps,
  type TailState,
  tailRowAt,
  unpackCaps,
} from './tail.ts'

const HOUR = 3_600

/** One price node. WAD. */
export type TailNode = {
  /** Of the price. */
  readonly move: bigint
  /** Probabilities as far as the shortfall uses them, at most alpha = 1 %: for maintenance and for initial margin. */
  readonly maintenance: bigint
  readonly initial: bigint
}

/** Probabilities from one source. Times in unix seconds, floors in units of 1e-9 of the portfolio measure. */
export type TailSource = {
  /** When the surface or the message was made. */
  readonly madeAt: number
  /** Ascending in price. */
  readonly nodes: readonly TailNode[]
  readonly floor: bigint
  readonly initialFloor: bigint
  /** Beyond its best age: the floor of initial margin is 1, that of maintenance margin rises to it. */
  readonly isOld: boolean
  /** When it gets old if nothing newer comes, and when maintenance margin then measures as Portfolio. */
  readonly oldAt: number
  readonly portfolioAt: number
}

/** Of maintenance margin. `shortfall`: ES of the positions given, USD with 18 decimals; undefined without any. */
export type TailForecast = { readonly floor: bigint; readonly shortfall: bigint | undefined }

export type TailPoint = {
  readonly hours: number
  /** Unix seconds. */
  readonly time: number
  readonly implied: TailForecast | undefined
  readonly historical: TailForecast | undefined
}

export type Tails = {
  /** By option prices; undefined without a surface. */
  readonly implied: TailSource | undefined
  /** By posted history; undefined before the first. */
  readonly historical: TailSource | undefined
  /** When the caps of maintenance margin reach those of the last message, unix seconds; undefined before the first. */
  readonly reachedAt: number | undefined
  /** Now, and each hour after, if nothing is posted and the market stands still. */
  readonly path: readonly TailPoint[]
}

export type TailsInput = {
  readonly tail: TailState
  /** As `epochAt` gives it: its scan range is that of the nodes. */
  readonly epoch: EpochState
  /** Unix seconds. */
  readonly time: number
  readonly hours: number
  /** Of positions in the underlying, see `UnderlyingRisk`: to tell their shortfall. */
  readonly pnl54?: readonly bigint[] | undefined
}

/** @throws RangeError when `hours` is not a whole number from 0 on */
export function tailsOf({ tail, epoch, time, hours, pnl54 }: TailsInput): Tails {
  if (!Number.isInteger(hours) || hours < 0) throw new RangeError(`Tails are told over whole hours, got ${hours}.`)
  const row = tailRowAt(tail, epoch, time)
  const moves = nodeMoves(epoch.scanRange)
  const postedAt = Number(aboveCaps(tail.posted))
  const losses = pnl54 && nodeLosses(pnl54)
  return {
    implied: sourceOf(row.implied, row.impliedInitial, moves, epoch.surfaceAt, SURFACE_MAX_AGE, time),
    historical: sourceOf(row.historical, row.historicalInitial, moves, postedAt, HISTORY_MAX_AGE, time),
    reachedAt: tail.posted === 0n ? undefined : capsReachedAt(tail),
    path: Array.from({ length: hours + 1 }, (_, hour) => pointOf(tailRowAt(tail, epoch, time + hour * HOUR), hour)),
  }

  function pointOf({ implied, historical }: TailRow, hour: number): TailPoint {
    return { hours: hour, time: time + hour * HOUR, implied: forecast(implied), historical: forecast(historical) }
  }

  function forecast(word: bigint): TailForecast | undefined {
    if (word === 0n) return undefined
    return { floor: aboveCaps(word), shortfall: losses && shortfall(losses, word) }
  }
}

function sourceOf(
  word: bigint,
  initialWord: bigint,
  moves: readonly bigint[],
  madeAt: number,
  bestAge: number,
  time: number,
): TailSource | undefined {
  if (word === 0n) return undefined
  const initial = unpackCaps(initialWord)
  const oldAt = madeAt + bestAge + 1
  return {
    madeAt,
    nodes: unpackCaps(word).map((cap, n) => ({
      move: moves[n] ?? 0n,
      maintenance: probability(cap),
      initial: probability(initial[n] ?? 0n),
    })),
    floor: aboveCaps(word),
    initialFloor: aboveCaps(initialWord),
    isOld: time >= oldAt,
    oldAt,
    portfolioAt: madeAt + bestAge + longestFloorRise(),
  }
}

function probability(cap: bigint): bigint {
  return (cap * TAIL) / FULL_CAP
}

/** Seconds in which a floor gets from its least to 1. */
function longestFloorRise(): number {
  return Math.ceil((Number(FULL_FLOOR - TAIL_FLOOR) * HOUR) / Number(TAIL_FLOOR_RISE))
}

/** The first second at which `risenCaps` are the posted ones. */
function capsReachedAt({ base, posted }: TailState): number {
  const isReached = (elapsed: bigint) => risenCaps(base, posted, elapsed) === capsOf(posted)
  let [low, high] = [-1n, LONGEST_RISE]
  while (high - low > 1n) {
    const middle = (low + high) / 2n
    if (isReached(middle)) high = middle
    else low = middle
  }
  return Number(aboveCaps(base) + high)
}
