/**
 * The volatility surface of one underlying: eSSVI slices by expiry with forwards and discounts, and everything between.
 *
 * Between two slices the coordinates (chi, left, right) of essvi.ts move on the straight line from one to the other, at the
 * speed that makes total variance at the money linear in time. Free of arbitrage: the conditions are linear in these
 * coordinates and hold at both ends, so they hold between (butterfly), and each coordinate is monotone in time (calendar).
 * Before the first expiry the first slice is scaled, w_t(k) = (t/T) w_T(k sqrt(T/t)), which multiplies its coordinates by
 * sqrt(t/T) <= 1: same two reasons. After the last one chi grows in proportion to time and the wings stay: volatility at
 * the money is constant and the smile flattens; same two reasons. The idea of interpolating parameters
 * within the admissible set is that of J. Corbetta et al. (2019), "Robust calibration and arbitrage-free interpolation of SSVI slices".
 */
import { DomainError } from '../errors.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import {
  butterflySlack,
  calendarSlack,
  type EssviParameters,
  essviOf,
  essviVariance,
  requireEssvi,
  scaleEssvi,
  wingsOf,
} from './essvi.ts'

/** `expiry` unix seconds, `forward` USD, `discount` USD factor from the surface's time to `expiry`. */
export type SurfaceSlice = EssviParameters & { expiry: number; forward: number; discount: number }

/** `time` unix seconds; `spot` USD where it is known; slices in order of expiry. */
export type Surface = {
  underlying: string
  time: number
  spot?: number | undefined
  slices: readonly SurfaceSlice[]
}

/** A slice of a surface at any expiry, with its time to expiry in ACT/365 years. */
export type SliceAt = SurfaceSlice & { years: number }

/** Shortfall of a condition that is rounding of the stored parameters, relative to the parameters. */
const ROUNDING = 1e-12

/**
 * @throws DomainError for a surface without slices, slices out of order or in the past, forwards or discounts that are not
 * positive, and slices that break the closed-form butterfly or calendar conditions.
 */
export function requireSurface({ time, slices }: Surface): void {
  if (slices.length === 0) throw new DomainError('number of slices', 0, 'at least 1')
  slices.forEach((slice, i) => {
    const previous = slices[i - 1]
    const from = previous?.expiry ?? time
    if (!(slice.expiry > from)) throw new DomainError(`slices[${i}].expiry`, slice.expiry, `after ${from}`)
    if (!(slice.forward > 0)) throw new DomainError(`slices[${i}].forward`, slice.forward, 'positive')
    if (!(slice.discount > 0)) throw new DomainError(`slices[${i}].discount`, slice.discount, 'positive')
    requireEssvi(slice)
    for (const [name, slack] of Object.entries(butterflySlack(slice)))
      if (!(slack >= -ROUNDING)) throw new DomainError(`butterfly slack (${name}) of slices[${i}]`, slack, '0 or more')
    if (previous === undefined) return
    const { theta, slopes, phi } = calendarSlack(previous, slice)
    if (
      !(
        theta >= -ROUNDING * slice.theta &&
        slopes >= -ROUNDING * slice.psi &&
        phi * slice.theta >= -ROUNDING * slice.psi
      )
    )
      throw new DomainError(`calendar slack of slices[${i}]`, Math.min(theta, slopes, phi), '0 or more')
  })
}

/** Position in [0, 1] on the line from `a` to `b` where (chi, psi) make theta = chi psi equal to `theta`. */
function positionOf(a: EssviParameters, b: EssviParameters, theta: number): number {
  const [chiA, chiB] = [a.theta / a.psi, b.theta / b.psi]
  const [chiStep, psiStep] = [chiB - chiA, b.psi - a.psi]
  const linear = chiA * psiStep + a.psi * chiStep
  const rise = theta - a.theta
  if (!(rise > 0)) return 0
  // root of chiStep psiStep s^2 + linear s - rise, in the form that does not cancel
  return Math.min(1, (2 * rise) / (linear + Math.sqrt(linear * linear + 4 * chiStep * psiStep * rise)))
}

function mix(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

function parametersBetween(a: EssviParameters, b: EssviParameters, share: number): EssviParameters {
  const theta = mix(a.theta, b.theta, share)
  const at = positionOf(a, b, theta)
  const [from, to] = [wingsOf(a), wingsOf(b)]
  const wings = { left: mix(from.left, to.left, at), right: mix(from.right, to.right, at) }
  return { ...essviOf({ chi: mix(from.chi, to.chi, at), ...wings }), theta }
}

/** Forward and discount: log-linear in time between slices. */
function termsBetween(a: SurfaceSlice, b: SurfaceSlice, share: number) {
  return {
    forward: a.forward * (b.forward / a.forward) ** share,
    discount: a.discount * (b.discount / a.discount) ** share,
  }
}

/** Before the first expiry: from spot (or the first forward, if spot is unknown) and a discount of 1. */
function sliceBefore({ time, spot }: Surface, first: SurfaceSlice, expiry: number): SurfaceSlice {
  const share = (expiry - time) / (first.expiry - time)
  const today = { ...first, forward: spot ?? first.forward, discount: 1 }
  return { ...scaleEssvi(first, share), expiry, ...termsBetween(today, first, share) }
}

/** After the last expiry: chi and time grow together; forward and discount keep their average growth from today. */
function sliceAfter({ time, spot }: Surface, last: SurfaceSlice, expiry: number): SurfaceSlice {
  const ratio = (expiry - time) / (last.expiry - time)
  const today = { ...last, forward: spot ?? last.forward, discount: 1 }
  const { rho, psi, theta } = last
  return { theta: theta * ratio, rho, psi, expiry, ...termsBetween(today, last, ratio) }
}

/**
 * The slice of a surface at any expiry (unix seconds) after the surface's time: a fitted slice at its own expiry, between
 * slices and outside of them as the top of this file says.
 * @throws DomainError for an expiry that is not after the surface's time, or a surface without slices.
 */
export function sliceAt(surface: Surface, expiry: number): SliceAt {
  const { time, slices } = surface
  if (!(expiry > time && expiry < Infinity)) throw new DomainError('expiry', expiry, `after the surface's time ${time}`)
  const next = slices.findIndex((slice) => slice.expiry >= expiry)
  const [early, late, last] = [slices[next - 1], slices[next], slices.at(-1)]
  if (last === undefined) throw new DomainError('number of slices', 0, 'at least 1')
  const years = (expiry - time) / SECONDS_PER_YEAR
  if (late === undefined) return { ...sliceAfter(surface, last, expiry), years }
  if (late.expiry === expiry) return { ...late, years }
  if (early === undefined) return { ...sliceBefore(surface, late, expiry), years }
  const share = (expiry - early.expiry) / (late.expiry - early.expiry)
  return { ...parametersBetween(early, late, share), expiry, ...termsBetween(early, late, share), years }
}

/**
 * Implied volatility per square root of an ACT/365 year.
 * @param strike USD. @param expiry unix seconds.
 * @throws DomainError for a strike that is not positive, or as `sliceAt`.
 */
export function surfaceVolatility(surface: Surface, strike: number, expiry: number): number {
  if (!(strike > 0 && strike < Infinity)) throw new DomainError('strike', strike, 'a positive finite price')
  return sliceVolatility(sliceAt(surface, expiry), strike)
}

/** Implied volatility of a strike (USD) on one slice; take the slice once where many strikes share an expiry. */
export function sliceVolatility(slice: SliceAt, strike: number): number {
  return Math.sqrt(essviVariance(slice, Math.log(strike / slice.forward)) / slice.years)
}
