import { DomainError } from '../errors.ts'
import { type Bounds, type Box, boxOf, clampInto, largest, type Minimum } from './bounds.ts'
import { cholesky, choleskySolve } from './cholesky.ts'

export type LevenbergMarquardtOptions = Bounds & {
  /** Stop when a step lowers the sum of squares by less than this, relatively. @default 1e-15 */
  tolerance?: number
  /** Stop when a step is shorter than this, relative to the size of the point. @default 1e-12 */
  pointTolerance?: number
  /** Steps tried at most. @default 300 */
  maxIterations?: number
  /** Writes d residual_i / d x_j into `out[i * n + j]`. @default forward differences */
  jacobian?: (x: Float64Array, out: Float64Array) => void
}

/** Normal equations at a point: the matrix J'J and the vector J'r, n parameters, m residuals. */
function normalEquations(jacobian: Float64Array, residual: Float64Array, matrix: Float64Array, gradient: Float64Array) {
  const n = gradient.length
  matrix.fill(0)
  gradient.fill(0)
  for (let i = 0; i < residual.length; i++) {
    for (let j = 0; j < n; j++) {
      const slope = jacobian[i * n + j] ?? 0
      gradient[j] = (gradient[j] ?? 0) + slope * (residual[i] ?? 0)
      for (let k = 0; k <= j; k++) matrix[j * n + k] = (matrix[j * n + k] ?? 0) + slope * (jacobian[i * n + k] ?? 0)
    }
  }
  for (let j = 0; j < n; j++) for (let k = 0; k < j; k++) matrix[k * n + j] = matrix[j * n + k] ?? 0
}

/** The damped step on the parameters that are not held at a bound, zero on the others; undefined when singular. */
function dampedStep(matrix: Float64Array, gradient: Float64Array, free: number[], damping: number) {
  const n = gradient.length
  const size = free.length
  const scale = free.reduce((most, j) => Math.max(most, matrix[j * n + j] ?? 0), 0)
  const reduced = new Float64Array(size * size)
  free.forEach((j, row) => {
    free.forEach((k, column) => {
      reduced[row * size + column] = matrix[j * n + k] ?? 0
    })
    const diagonal = matrix[j * n + j] ?? 0
    reduced[row * size + row] = diagonal + damping * Math.max(diagonal, 1e-12 * scale)
  })
  if (!cholesky(reduced, size)) return undefined
  const solution = Float64Array.from(free, (j) => -(gradient[j] ?? 0))
  choleskySolve(reduced, solution, size)
  const step = new Float64Array(n)
  free.forEach((j, row) => {
    step[j] = solution[row] ?? 0
  })
  return step
}

/** Forward differences, backward where the upper bound leaves no room. Returns the evaluations spent. */
function differences(
  residuals: (x: Float64Array) => ArrayLike<number>,
  x: Float64Array,
  base: Float64Array,
  box: Box,
  out: Float64Array,
): number {
  const n = x.length
  for (let j = 0; j < n; j++) {
    const value = x[j] ?? 0
    const width = 1.5e-8 * Math.max(Math.abs(value), 1e-4)
    const shifted = x.slice()
    shifted[j] = value + width <= (box.upper[j] ?? 0) ? value + width : value - width
    const actual = (shifted[j] ?? 0) - value
    const moved = residuals(shifted)
    for (let i = 0; i < base.length; i++) out[i * n + j] = ((moved[i] ?? 0) - (base[i] ?? 0)) / actual
  }
  return n
}

/** What a search carries from step to step; `moved` says that the linearisation is out of date. */
type Search = {
  readonly residuals: (x: Float64Array) => ArrayLike<number>
  readonly box: Box
  readonly tolerance: number
  readonly pointTolerance: number
  readonly matrix: Float64Array
  readonly gradient: Float64Array
  x: Float64Array
  residual: Float64Array
  cost: number
  damping: number
  growth: number
  evaluations: number
  moved: boolean
}

function sumOfSquares(residual: Float64Array): number {
  const sum = residual.reduce((total, value) => total + value * value, 0)
  return Number.isFinite(sum) ? sum : Number.POSITIVE_INFINITY
}

/** The parameters that descent may move: not those at a bound which the gradient pushes outwards. */
function freeParameters(x: Float64Array, gradient: Float64Array, { lower, upper }: Box): number[] {
  return Array.from(x.keys()).filter((j) => {
    const slope = gradient[j] ?? 0
    return slope !== 0 && !(x[j] === lower[j] && slope > 0) && !(x[j] === upper[j] && slope < 0)
  })
}

/** How much the linearised residuals promise from `step`: -(2 g's + s'J'Js). */
function promisedDecrease(matrix: Float64Array, gradient: Float64Array, step: Float64Array): number {
  const n = step.length
  let promised = 0
  for (let j = 0; j < n; j++) {
    let row = 2 * (gradient[j] ?? 0)
    for (let k = 0; k < n; k++) row += (matrix[j * n + k] ?? 0) * (step[k] ?? 0)
    promised -= row * (step[j] ?? 0)
  }
  return promised
}

/** Damping after a step whose gain was `ratio` of what was promised (Nielsen 1999). */
function adaptDamping(search: Search, ratio: number): void {
  if (ratio > 0) {
    search.damping = Math.max(search.damping * Math.max(1 / 3, 1 - (2 * ratio - 1) ** 3), 1e-16)
    search.growth = 2
  } else {
    search.damping *= search.growth
    search.growth *= 2
  }
}

/** Tries one step and takes it if it lowers the sum. True when the search has arrived. */
function advance(search: Search): boolean {
  const { box, matrix, gradient, x, cost, tolerance, pointTolerance } = search
  const step = dampedStep(matrix, gradient, freeParameters(x, gradient, box), search.damping)
  search.moved = false
  if (step === undefined) {
    adaptDamping(search, 0)
    return false
  }
  const next = clampInto(
    x.map((value, j) => value + (step[j] ?? 0)),
    box,
  )
  const actual = next.map((value, j) => value - (x[j] ?? 0))
  if (largest(actual) <= pointTolerance * (largest(x) + pointTolerance)) return true
  const residual = Float64Array.from(search.residuals(next))
  search.evaluations++
  const nextCost = sumOfSquares(residual)
  const promised = promisedDecrease(matrix, gradient, actual)
  const moved = nextCost < cost
  adaptDamping(search, moved ? Math.max((cost - nextCost) / promised, 1e-3) : 0)
  if (moved) Object.assign(search, { x: next, residual, cost: nextCost, moved })
  return moved && Math.max(cost - nextCost, promised) <= tolerance * cost
}

/**
 * Minimises the sum of squares of `residuals(x)`; `value` is that sum (not its half). Bounds are kept by projection of
 * each step, with the parameters that rest on a bound held. `residuals` always returns the same number of entries and
 * may reuse its array; a residual that is not finite rejects the step, at the start it is a DomainError.
 *
 * Sources: Levenberg (1944), "A method for the solution of certain non-linear problems in least squares"; Marquardt
 * (1963), "An algorithm for least-squares estimation of nonlinear parameters"; Nielsen (1999), "Damping parameter in
 * Marquardt's method"; Kanzow, Yamashita & Fukushima (2004) for the projection.
 */
export function levenbergMarquardt(
  residuals: (x: Float64Array) => ArrayLike<number>,
  start: ArrayLike<number>,
  options: LevenbergMarquardtOptions = {},
): Minimum {
  const { tolerance = 1e-15, pointTolerance = 1e-12, maxIterations = 300 } = options
  const box = boxOf(start, options)
  const x = clampInto(Float64Array.from(start), box)
  const residual = Float64Array.from(residuals(x))
  const search: Search = {
    ...{
      residuals,
      box,
      tolerance,
      pointTolerance,
      x,
      residual,
      damping: 1e-3,
      growth: 2,
      evaluations: 1,
      moved: true,
    },
    matrix: new Float64Array(x.length ** 2),
    gradient: new Float64Array(x.length),
    cost: sumOfSquares(residual),
  }
  if (!Number.isFinite(search.cost)) throw new DomainError('the sum of squares at the start', search.cost, 'finite')
  const slopes = new Float64Array(residual.length * x.length)
  let converged = false
  for (let iteration = 0; iteration < maxIterations && !converged; iteration++) {
    if (search.moved) {
      if (options.jacobian) options.jacobian(search.x, slopes)
      else search.evaluations += differences(residuals, search.x, search.residual, box, slopes)
      normalEquations(slopes, search.residual, search.matrix, search.gradient)
    }
    converged = advance(search)
  }
  return { x: search.x, value: search.cost, evaluations: search.evaluations, converged }
}
