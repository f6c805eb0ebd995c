/**
 * eSSVI: one slice per expiry with its own theta (at-the-money total variance), rho and psi (slope scale),
 *
 *     w(k) = theta/2 * (1 + rho phi k + sqrt((phi k + rho)^2 + 1 - rho^2)),   phi = psi / theta,   k = ln(strike / forward).
 *
 * Sources: J. Gatheral and A. Jacquier (2014), "Arbitrage-free SVI volatility surfaces", Quantitative Finance 14, Theorem 4.2
 * (butterfly); S. Hendriks and C. Martini (2019), "The extended SSVI volatility surface", J. Computational Finance 22, and
 * J. Corbetta, P. Cohort, I. Laachir and C. Martini (2019), "Robust calibration and arbitrage-free interpolation of SSVI
 * slices", Decisions in Economics and Finance 42 (calendar).
 *
 * With the coordinates chi = theta/psi (the smile's width) and left = psi (1 - rho), right = psi (1 + rho) (twice the slopes
 * of the wings) those conditions are linear. Butterfly: psi (1 + |rho|) = max(left, right) < 4, and
 * psi^2 (1 + |rho|) <= 4 theta is max(left, right) <= 4 chi. Calendar: |rho2 psi2 - rho1 psi1| <= psi2 - psi1 is left and
 * right not decreasing, psi2/theta2 <= psi1/theta1 is chi not decreasing; theta = chi (left + right)/2 then does not decrease
 * either. So the surfaces free of arbitrage under these conditions form a convex polytope, which fitting, interpolation
 * and horizon scaling use.
 */
import { DomainError } from '../errors.ts'
import type { Smile } from './smile.ts'

/** theta > 0 total variance at the money; rho in (-1, 1) tilt; psi > 0 slope of the smile in total variance. */
export type EssviParameters = { theta: number; rho: number; psi: number }

/** The same slice as width and doubled wing slopes: w(k) ~ left/2 * |k| for k -> -inf, right/2 * k for k -> inf. */
export type WingParameters = { chi: number; left: number; right: number }

/** @throws DomainError unless theta > 0, -1 < rho < 1, psi > 0. */
export function requireEssvi({ theta, rho, psi }: EssviParameters): void {
  if (!(theta > 0 && theta < Infinity)) throw new DomainError('theta', theta, 'a positive finite total variance')
  if (!(Math.abs(rho) < 1)) throw new DomainError('rho', rho, 'between -1 and 1, both excluded')
  if (!(psi > 0 && psi < Infinity)) throw new DomainError('psi', psi, 'positive and finite')
}

/** Width and wing slopes of a slice. */
export function wingsOf({ theta, rho, psi }: EssviParameters): WingParameters {
  return { chi: theta / psi, left: psi * (1 - rho), right: psi * (1 + rho) }
}

/** The slice of a width and wing slopes; the inverse of `wingsOf`. */
export function essviOf({ chi, left, right }: WingParameters): EssviParameters {
  const psi = 0.5 * (left + right)
  return { theta: chi * psi, rho: (right - left) / (left + right), psi }
}

/** Total variance w(k). */
export function essviVariance({ theta, rho, psi }: EssviParameters, k: number): number {
  const chi = theta / psi
  return 0.5 * psi * (chi + rho * k + Math.sqrt(k * k + 2 * chi * rho * k + chi * chi))
}

/** The slice as a smile with derivatives. @throws DomainError as `requireEssvi`. */
export function essviSmile(parameters: EssviParameters): Smile {
  requireEssvi(parameters)
  const { theta, rho, psi } = parameters
  const chi = theta / psi
  const bend = chi * chi * (1 - rho) * (1 + rho)
  return (k, out) => {
    const root = Math.sqrt(k * k + 2 * chi * rho * k + chi * chi)
    out[0] = 0.5 * psi * (chi + rho * k + root)
    out[1] = 0.5 * psi * (rho + (k + chi * rho) / root)
    out[2] = (0.5 * psi * bend) / (root * root * root)
  }
}

/**
 * Slack of the butterfly conditions, both as fractions of their limits; the slice is free of butterfly arbitrage if none is
 * negative. `wings`: 1 - psi (1 + |rho|) / 4. `curvature`: 1 - psi^2 (1 + |rho|) / (4 theta).
 */
export function butterflySlack({ theta, rho, psi }: EssviParameters): { wings: number; curvature: number } {
  const steeper = psi * (1 + Math.abs(rho))
  return { wings: 1 - steeper / 4, curvature: 1 - (psi * steeper) / (4 * theta) }
}

/**
 * Slack of the calendar conditions between an earlier and a later slice, in the units of the parameters; there is no
 * calendar arbitrage if none is negative. `theta`: theta2 - theta1. `slopes`: psi2 - psi1 - |rho2 psi2 - rho1 psi1|.
 * `phi`: psi1/theta1 - psi2/theta2.
 */
export function calendarSlack(
  early: EssviParameters,
  late: EssviParameters,
): { theta: number; slopes: number; phi: number } {
  return {
    theta: late.theta - early.theta,
    slopes: late.psi - early.psi - Math.abs(late.rho * late.psi - early.rho * early.psi),
    phi: early.psi / early.theta - late.psi / late.theta,
  }
}

/**
 * The slice of a shorter or longer horizon, w_h(k) = ratio * w(k / sqrt(ratio)) with ratio = h / T: the smile in standard
 * deviations keeps its shape. eSSVI stays eSSVI: (chi, left, right) are all multiplied by sqrt(ratio). Hence for
 * ratio <= 1 a slice that keeps the butterfly conditions keeps them, and slices of one expiry do not cross.
 */
export function scaleEssvi({ theta, rho, psi }: EssviParameters, ratio: number): EssviParameters {
  if (!(ratio > 0 && ratio < Infinity)) throw new DomainError('ratio', ratio, 'a positive finite ratio of two times')
  return { theta: theta * ratio, rho, psi: psi * Math.sqrt(ratio) }
}
