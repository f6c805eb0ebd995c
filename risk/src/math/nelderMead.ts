import { DomainError } from '../errors.ts'
import { type Bounds, type Box, boxOf, clampInto, largest, type Minimum } from './bounds.ts'

export type NelderMeadOptions = Bounds & {
  /** Edges of the first simplex, one per parameter. @default 5 % of |start|, 0.00025 at zero */
  step?: ArrayLike<number>
  /** Stop when the values at the corners differ by less than this, relative to their size. @default 1e-13 */
  tolerance?: number
  /** ... and the corners by less than this, relative to the size of the point. @default 1e-9 */
  pointTolerance?: number
  /** @default 1,000 per parameter */
  maxEvaluations?: number
}

type Corner = { x: Float64Array; value: number }

/** A start and one corner per parameter; a step that the box cuts to nothing goes the other way. */
function firstSimplex(evaluate: (x: Float64Array) => Corner, start: Corner, box: Box, step: Float64Array): Corner[] {
  return [
    start,
    ...Array.from(step, (edge, i) => {
      const x = clampInto(
        Float64Array.from(start.x, (value, j) => (i === j ? value + edge : value)),
        box,
      )
      if (x[i] === start.x[i]) x[i] = (x[i] ?? 0) - edge
      return evaluate(clampInto(x, box))
    }),
  ]
}

/** One move of a sorted simplex (reflect, expand, contract or shrink). Coefficients: Gao & Han (2012). */
function moveSimplex(corners: Corner[], evaluate: (x: Float64Array) => Corner): void {
  const n = corners.length - 1
  const [best, worst, second] = [corners[0], corners[n], corners[n - 1]]
  if (best === undefined || worst === undefined || second === undefined) return
  const centre = new Float64Array(n)
  for (const { x } of corners.slice(0, n)) for (let i = 0; i < n; i++) centre[i] = (centre[i] ?? 0) + (x[i] ?? 0) / n
  const along = (factor: number) => evaluate(centre.map((value, i) => value + factor * (value - (worst.x[i] ?? 0))))
  const dimension = Math.max(n, 2)
  const reflected = along(1)
  if (reflected.value < best.value) {
    const expanded = along(1 + 2 / dimension)
    corners[n] = expanded.value < reflected.value ? expanded : reflected
    return
  }
  if (reflected.value < second.value) {
    corners[n] = reflected
    return
  }
  const inward = 0.75 - 1 / (2 * dimension)
  const contracted = along(reflected.value < worst.value ? inward : -inward)
  if (contracted.value < Math.min(reflected.value, worst.value)) {
    corners[n] = contracted
    return
  }
  const shrink = 1 - 1 / dimension
  for (let c = 1; c <= n; c++) {
    const corner = corners[c] ?? worst
    corners[c] = evaluate(best.x.map((value, i) => value + shrink * ((corner.x[i] ?? 0) - value)))
  }
}

/**
 * Minimises `f` without derivatives, by the simplex of Nelder & Mead (1965), restarted at its best point until a fresh
 * simplex no longer improves it. A value that is not finite counts as infinitely bad, except at the start, where it is a
 * DomainError. `f` must not keep or change its argument.
 *
 * Sources: Nelder & Mead (1965), "A simplex method for function minimization"; Gao & Han (2012), "Implementing the
 * Nelder-Mead simplex algorithm with adaptive parameters".
 */
export function nelderMead(
  f: (x: Float64Array) => number,
  start: ArrayLike<number>,
  options: NelderMeadOptions = {},
): Minimum {
  const { tolerance = 1e-13, pointTolerance = 1e-9, maxEvaluations = 1000 * start.length } = options
  const box = boxOf(start, options)
  let evaluations = 0
  const evaluate = (x: Float64Array): Corner => {
    evaluations++
    const value = f(clampInto(x, box))
    return { x, value: Number.isFinite(value) ? value : Number.POSITIVE_INFINITY }
  }
  let best = evaluate(Float64Array.from(start))
  if (best.value === Number.POSITIVE_INFINITY) throw new DomainError('f(start)', best.value, 'finite')
  while (evaluations < maxEvaluations) {
    const before = best.value
    const step = best.x.map((value, i) => options.step?.[i] ?? (value === 0 ? 0.00025 : 0.05 * value))
    const corners = firstSimplex(evaluate, best, box, step)
    let small = false
    while (!small && evaluations < maxEvaluations) {
      corners.sort((a, b) => a.value - b.value)
      const [lead = best, last = best] = [corners[0], corners.at(-1)]
      best = lead
      const width = Math.max(...corners.map(({ x }) => largest(x.map((value, i) => value - (lead.x[i] ?? 0)))))
      const flat = last.value - lead.value <= tolerance * (Math.abs(lead.value) + tolerance)
      small = flat && width <= pointTolerance * (largest(lead.x) + pointTolerance)
      if (!small) moveSimplex(corners, evaluate)
    }
    for (const corner of corners) if (corner.value < best.value) best = corner // the last move may have found it
    if (small && before - best.value <= tolerance * Math.abs(before)) return { ...best, evaluations, converged: true }
  }
  return { ...best, evaluations, converged: false }
}
