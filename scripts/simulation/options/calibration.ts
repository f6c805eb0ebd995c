/**
 * From the snapshots of one underlying to its surface at any time of the day.
 *
 * A smile is kept as width and wing slopes (chi, left, right) per square root of the time it has left, so that it runs off as
 * time passes. Between two snapshots these move on a straight line; after the last snapshot of an expiry they stay. What then
 * breaks the order of two expiries is lifted to the earlier one, which is the least change of the later one that mends it.
 */
import { essviOf, type FittedExpiry, fitSurface, type WingParameters, wingsOf } from '@plimsoll/risk/surface'
import type { Snapshot } from './chains.ts'

/** One expiry at one snapshot. Rates are continuous, per year. */
type FittedSmile = {
  expiry: number
  /** Per square root of a year. */
  wings: WingParameters
  /** ln(forward / spot) and -ln(discount), per year. */
  carry: number
  rate: number
  fitted: FittedExpiry
}

export type FittedSnapshot = { t: number; spot: number; smiles: FittedSmile[] }

/** A slice of a surface in floating point, `slack` away from every bound. */
export type SmileAt = {
  expiry: number
  theta: number
  rho: number
  psi: number
  forwardRatio: number
  discount: number
}

const YEAR = 365 * 86_400
/** The carry of expiries this far away, not the noise of nearer ones, discounts. */
const RATE_SECONDS = 30 * 86_400

export function fitSnapshot({ t, chain }: Snapshot): FittedSnapshot {
  const { expiries } = fitSurface(chain, { rawSvi: false })
  const carryOf = ({ terms }: FittedExpiry) => Math.log(terms.forward / chain.spot) / terms.years
  const far = expiries.find(({ terms }) => terms.expiry - t >= RATE_SECONDS)
  const nearRate = far === undefined ? 0 : carryOf(far)
  const smiles = expiries.map((fitted): FittedSmile => {
    const { expiry, years } = fitted.terms
    const carry = carryOf(fitted)
    const rate = Math.max(0, expiry - t >= RATE_SECONDS ? carry : nearRate)
    return { expiry, wings: scale(wingsOf(fitted.essvi), 1 / Math.sqrt(years)), carry, rate, fitted }
  })
  return { t, spot: chain.spot, smiles }
}

/**
 * What is quoted at `t`: every expiry that some snapshot has shown and that is still to come. Each bound is kept by a share of
 * `slack`.
 */
export function smilesAt(snapshots: readonly FittedSnapshot[], t: number, slack: number): SmileAt[] {
  let floor: WingParameters = { chi: 0, left: 0, right: 0 }
  return aroundTime(snapshots, t).map(({ early, late, share }) => {
    const years = (early.expiry - t) / YEAR
    const own = scale(mixWings(early.wings, late.wings, share), Math.sqrt(years))
    const wings = lifted(own, floor, slack)
    floor = wings
    return {
      expiry: early.expiry,
      ...essviOf(wings),
      forwardRatio: Math.exp(mix(early.carry, late.carry, share) * years),
      discount: Math.exp(-mix(early.rate, late.rate, share) * years),
    }
  })
}

type Around = { early: FittedSmile; late: FittedSmile; share: number }

/** The last smile of each expiry at or before `t`, the first one after, and where `t` is between; ascending by expiry. */
function aroundTime(snapshots: readonly FittedSnapshot[], t: number): Around[] {
  const all = snapshots.flatMap((snapshot) => snapshot.smiles.map((smile) => ({ t: snapshot.t, smile })))
  const byExpiry = Map.groupBy(all, ({ smile }) => smile.expiry)
  return [...byExpiry]
    .filter(([expiry]) => expiry > t)
    .sort(([a], [b]) => a - b)
    .flatMap(([, own]) => {
      const early = own.findLast((each) => each.t <= t)
      const late = own.find((each) => each.t > t)
      if (early === undefined) return []
      if (late === undefined) return { early: early.smile, late: early.smile, share: 0 }
      return { early: early.smile, late: late.smile, share: (t - early.t) / (late.t - early.t) }
    })
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

function mixWings(a: WingParameters, b: WingParameters, share: number): WingParameters {
  return { chi: mix(a.chi, b.chi, share), left: mix(a.left, b.left, share), right: mix(a.right, b.right, share) }
}

function scale({ chi, left, right }: WingParameters, factor: number): WingParameters {
  return { chi: chi * factor, left: left * factor, right: right * factor }
}

/** Free of calendar arbitrage: nothing falls with expiry. Free of butterfly arbitrage: max(left, right) <= 4 chi. */
function lifted(own: WingParameters, floor: WingParameters, slack: number): WingParameters {
  const left = Math.max(own.left, floor.left * (1 + slack))
  const right = Math.max(own.right, floor.right * (1 + slack))
  const chi = Math.max(own.chi, floor.chi * (1 + slack), (Math.max(left, right) / 4) * (1 + slack))
  return { chi, left, right }
}
