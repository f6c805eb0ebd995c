/**
 * Theoretical margin as OCC's TIMS and customer portfolio margin compute it: ten price points per class, gains of one
 * class against losses of another only inside a product group and only in part.
 *
 *     class     P_j = value of all its positions at point j less value now           j = 1..10, volatility unchanged
 *     group     P_j = sum of losses + offset * sum of gains over its members
 *     required  max(max_j -P_j, sum of the minimum per option contract)              summed over the outermost groups
 *
 * Source: FINRA Rule 4210(g), "Portfolio Margin"; Options Clearing Corporation, "Customer Portfolio Margin User Guide".
 */
import { DomainError } from '../../errors.ts'
import { isOption } from '../../scenarios/index.ts'
import type { MarginResult } from '../method.ts'
import type { Market, Portfolio, Position } from '../portfolio.ts'
import { byUnderlying, netPositions, shockedPnl, unitPrice } from '../valuation.ts'

/** Valuation points: five equal steps down, five up. */
export const TIMS_POINTS = 10

/** How far the price of a class may go, fractions of it. */
export type TimsRange = { readonly down: number; readonly up: number }

/** Classes or groups of them; `offset` is the share of gains that counts against losses at the same point. */
export type TimsGroup = {
  readonly name: string
  readonly offset: number
  readonly members: readonly (string | TimsGroup)[]
}

/** Scan ranges by class, offsets between classes, and the minimum per contract. */
export type TimsParameters = {
  readonly ranges: Readonly<Record<string, TimsRange>>
  /** Of a class that is not named. */
  readonly other: TimsRange
  /** Outermost groups; a class in none stands alone. */
  readonly groups: readonly TimsGroup[]
  /** USD per option contract; of a long one at most its market value. */
  readonly minimumPerContract: number
  /** Units of the underlying per contract. */
  readonly unitsPerContract: number
}

/** Broad indices of high capitalisation. Source of the ranges: FINRA Rule 4210(g)(2). */
export const HIGH_CAPITALISATION_INDEX: TimsRange = { down: 0.08, up: 0.06 }
/** Other broad indices. */
export const OTHER_BROAD_INDEX: TimsRange = { down: 0.1, up: 0.1 }
/** Single stocks and narrow indices. */
export const EQUITY: TimsRange = { down: 0.15, up: 0.15 }
/** Share of gains that offsets losses inside a product group of one index family. */
export const PRODUCT_GROUP_OFFSET = 0.9
/** The same between product groups of a portfolio group. */
export const PORTFOLIO_GROUP_OFFSET = 0.75

/** Every class like a single stock: 15 % either way and no offsets. */
export const TIMS_EQUITY: TimsParameters = {
  ranges: {},
  other: EQUITY,
  groups: [],
  minimumPerContract: 37.5,
  unitsPerContract: 100,
}

/** Relative price move of a point: -5/5, .., -1/5 of `down`, then 1/5, .., 5/5 of `up`. */
export function timsMove(point: number, { down, up }: TimsRange): number {
  return point < TIMS_POINTS / 2 ? (down * (point - 5)) / 5 : (up * (point - 4)) / 5
}

/** Profit and loss of the members together at each point: losses in full, gains by `offset`. */
export function offsetPnl(members: readonly Float64Array[], offset: number): Float64Array {
  return Float64Array.from({ length: TIMS_POINTS }, (_, point) => {
    let sum = 0
    for (const pnl of members) {
      const one = pnl[point] ?? 0
      sum += one < 0 ? one : offset * one
    }
    return sum
  })
}

/** Largest loss over the points, at least 0. */
export function largestLoss(pnl: Float64Array): number {
  return pnl.reduce((loss, one) => Math.max(loss, -one), 0)
}

/** A class or group with its points and its minimum. */
type Branch = { readonly name: string; readonly pnl: Float64Array; readonly minimum: number }

function classBranch(name: string, positions: readonly Position[], market: Market, parameters: TimsParameters): Branch {
  const range = parameters.ranges[name] ?? parameters.other
  if (!(range.down > 0 && range.down < 1)) throw new DomainError('down', range.down, 'a fraction between 0 and 1')
  if (!(range.up > 0)) throw new DomainError('up', range.up, 'a fraction above 0')
  const pnl = Float64Array.from({ length: TIMS_POINTS }, (_, point) => {
    return shockedPnl(positions, market, { spot: 1 + timsMove(point, range), volatility: (unshocked) => unshocked })
  })
  return { name, pnl, minimum: positions.reduce((sum, one) => sum + minimumOf(one, market, parameters), 0) }
}

/** Minimum of one position: per option contract, of longs at most their value. */
function minimumOf({ instrument, quantity }: Position, market: Market, parameters: TimsParameters): number {
  if (!isOption(instrument)) return 0
  const minimum = (Math.abs(quantity) / parameters.unitsPerContract) * parameters.minimumPerContract
  return quantity > 0 ? Math.min(minimum, quantity * unitPrice(instrument, market)) : minimum
}

/** Takes the members of a group out of `classes`. */
function groupBranch({ name, offset, members }: TimsGroup, classes: Map<string, Branch>): Branch {
  if (!(offset >= 0 && offset <= 1)) throw new DomainError(`offset of ${name}`, offset, 'a fraction from 0 to 1')
  const branches = members.flatMap((member) => {
    if (typeof member !== 'string') return [groupBranch(member, classes)]
    const found = classes.get(member)
    classes.delete(member)
    return found ? [found] : []
  })
  return {
    name,
    pnl: offsetPnl(
      branches.map(({ pnl }) => pnl),
      offset,
    ),
    minimum: branches.reduce((sum, { minimum }) => sum + minimum, 0),
  }
}

/**
 * Requirement on equity; initial and maintenance are the same. Long and short positions of a class net in full.
 * @throws MissingUnderlyingError, MissingExpiryError, DomainError
 */
export function timsMargin(portfolio: Portfolio, market: Market, parameters: TimsParameters): MarginResult {
  const classes = new Map<string, Branch>()
  for (const [name, positions] of byUnderlying(portfolio)) {
    classes.set(name, classBranch(name, netPositions(positions), market, parameters))
  }
  const groups = parameters.groups.map((group) => groupBranch(group, classes))
  const outermost = [...groups, ...classes.values()]
  const addOns = outermost.map(({ name, pnl, minimum }) => {
    const missing = Math.max(0, minimum - largestLoss(pnl))
    return { name: `${name} minimum per contract`, initial: missing, maintenance: missing }
  })
  const required = outermost.reduce((sum, { pnl, minimum }) => sum + Math.max(largestLoss(pnl), minimum), 0)
  return {
    initial: required,
    maintenance: required,
    scenarios: outermost.flatMap(({ name, pnl }) => {
      return Array.from(pnl, (one, point) => ({ name: `${name} ${pointName(point)}`, pnl: one }))
    }),
    addOns,
  }
}

/** Such as "-3/5 of range". */
function pointName(point: number): string {
  return point < TIMS_POINTS / 2 ? `-${5 - point}/5 of range` : `+${point - 4}/5 of range`
}
