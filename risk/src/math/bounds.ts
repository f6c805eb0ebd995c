import { DomainError } from '../errors.ts'

/** Box of the parameters; a missing side is infinite. Every point that is tried lies inside. */
export type Bounds = { lower?: ArrayLike<number>; upper?: ArrayLike<number> }

/** Where a search ended. `converged` is false when it ran out of evaluations: the point is then the best one seen. */
export type Minimum = { x: Float64Array; value: number; evaluations: number; converged: boolean }

/** Bounds with both sides given for every parameter. */
export type Box = { lower: Float64Array; upper: Float64Array }

/** The box of `start`. Throws DomainError for a start that is not finite and for bounds in the wrong order. */
export function boxOf(start: ArrayLike<number>, { lower, upper }: Bounds): Box {
  const box = {
    lower: Float64Array.from(start, (_, i) => lower?.[i] ?? Number.NEGATIVE_INFINITY),
    upper: Float64Array.from(start, (_, i) => upper?.[i] ?? Number.POSITIVE_INFINITY),
  }
  for (let i = 0; i < start.length; i++) {
    const [value = Number.NaN, low = 0, high = 0] = [start[i], box.lower[i], box.upper[i]]
    if (!Number.isFinite(value)) throw new DomainError(`start[${i}]`, value, 'finite')
    if (!(low <= high)) throw new DomainError(`lower[${i}]`, low, `at most the upper bound ${high}`)
  }
  return box
}

/** Moves `x` to the nearest point of the box, in place, and returns it. */
export function clampInto(x: Float64Array, { lower, upper }: Box): Float64Array {
  for (let i = 0; i < x.length; i++) x[i] = Math.min(Math.max(x[i] ?? 0, lower[i] ?? 0), upper[i] ?? 0)
  return x
}

/** The largest absolute value. */
export function largest(x: Float64Array): number {
  return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}
