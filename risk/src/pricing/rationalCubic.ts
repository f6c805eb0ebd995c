/**
 * Rational cubic interpolation between two points with given slopes.
 *
 * Source: R. Delbourgo and J. A. Gregory (1985), "Shape preserving piecewise rational interpolation", SIAM J. Sci. Stat.
 * Comput. 6; the control parameter that meets a second derivative as in P. Jaeckel (2015), "Let's Be Rational", Wilmott 75.
 */

/** Values and slopes at both ends of an interval of the given width. */
export type Segment = { width: number; left: number; right: number; slopeLeft: number; slopeRight: number }

/** The control parameter must stay above -1; at 1e12 and beyond the curve is a straight line for every purpose. */
const SMALLEST_CONTROL = -1 + 1.5e-8
const LARGEST_CONTROL = 1e12

/** Smallest control parameter that keeps data monotone and convex (or concave) where they are. */
function shapePreservingControl({ width, left, right, slopeLeft, slopeRight }: Segment): number {
  const chord = (right - left) / width
  const rise = slopeRight - chord
  const run = chord - slopeLeft
  const monotone = slopeLeft * chord >= 0 && slopeRight * chord >= 0
  const bent = rise * run > 0
  const forMonotone = monotone && chord !== 0 ? (slopeLeft + slopeRight) / chord : SMALLEST_CONTROL
  const forBend = bent ? (slopeRight - slopeLeft) * Math.max(1 / rise, 1 / run, -1 / rise, -1 / run) : SMALLEST_CONTROL
  return Math.max(SMALLEST_CONTROL, forMonotone, Math.abs(forBend))
}

function limited(segment: Segment, numerator: number, denominator: number): number {
  if (denominator === 0) return LARGEST_CONTROL
  return Math.min(Math.max(numerator / denominator, shapePreservingControl(segment)), LARGEST_CONTROL)
}

/** Control parameter for which the second derivative at the left end is `curvature`, as far as the shape allows. */
export function controlForLeftCurvature(segment: Segment, curvature: number): number {
  const { width, left, right, slopeLeft, slopeRight } = segment
  return limited(segment, 0.5 * width * curvature + (slopeRight - slopeLeft), (right - left) / width - slopeLeft)
}

/** Control parameter for which the second derivative at the right end is `curvature`, as far as the shape allows. */
export function controlForRightCurvature(segment: Segment, curvature: number): number {
  const { width, left, right, slopeLeft, slopeRight } = segment
  return limited(segment, 0.5 * width * curvature + (slopeRight - slopeLeft), slopeRight - (right - left) / width)
}

/**
 * Value at the point that divides the interval at the fractions `fromLeft` and `toRight` (which sum to 1; both are
 * given so that neither loses accuracy near its end).
 */
export function rationalCubic(segment: Segment, control: number, fromLeft: number, toRight: number): number {
  const { width, left, right, slopeLeft, slopeRight } = segment
  const product = fromLeft * toRight
  const ends = right * fromLeft * fromLeft * fromLeft + left * toRight * toRight * toRight
  const inner = (control * right - width * slopeRight) * fromLeft + (control * left + width * slopeLeft) * toRight
  return (ends + product * inner) / (1 + (control - 3) * product)
}
