/**
 * Minimisation under linear inequalities by a logarithmic barrier: every iterate is strictly inside, so is the result.
 *
 * Source: A. V. Fiacco and G. P. McCormick (1968), "Nonlinear Programming: Sequential Unconstrained Minimization Techniques";
 * S. Boyd and L. Vandenberghe (2004), "Convex Optimization", chapter 11.
 */
import { DomainError } from '../errors.ts'

/** a x_i + b x_j + c > 0. With one variable only, b = 0 and j = i. `|i - j|` is at most `BAND`. */
export type LinearConstraint = { i: number; a: number; j: number; b: number; c: number }

/** Variables further apart than this do not meet in the objective or in a constraint. */
const BAND = 3
const WIDTH = BAND + 1

/** A function to be minimised that couples only variables at most `BAND` apart. */
export type BandedObjective = {
  /** The value at x; where given, writes the gradient, and a positive semidefinite model of the Hessian as lower band. */
  evaluate: (x: Float64Array, gradient?: Float64Array, hessian?: Float64Array) => number
}

/** Index of entry (row, column), column <= row, in a lower band matrix. */
export function bandIndex(row: number, column: number): number {
  return row * WIDTH + (column - row + BAND)
}

/** Replaces a positive definite lower band matrix by its Cholesky factor. Returns false where it is not positive definite. */
export function factorBand(matrix: Float64Array, n: number): boolean {
  for (let row = 0; row < n; row++) {
    for (let column = Math.max(0, row - BAND); column <= row; column++) {
      let sum = matrix[bandIndex(row, column)] ?? 0
      for (let k = Math.max(0, row - BAND); k < column; k++)
        sum -= (matrix[bandIndex(row, k)] ?? 0) * (matrix[bandIndex(column, k)] ?? 0)
      if (column < row) matrix[bandIndex(row, column)] = sum / (matrix[bandIndex(column, column)] ?? 1)
      else if (sum > 0) matrix[bandIndex(row, row)] = Math.sqrt(sum)
      else return false
    }
  }
  return true
}

/** Solves L L' x = b in place for a factor of `factorBand`. */
export function solveBand(factor: Float64Array, n: number, b: Float64Array): void {
  for (let row = 0; row < n; row++) {
    let sum = b[row] ?? 0
    for (let k = Math.max(0, row - BAND); k < row; k++) sum -= (factor[bandIndex(row, k)] ?? 0) * (b[k] ?? 0)
    b[row] = sum / (factor[bandIndex(row, row)] ?? 1)
  }
  for (let row = n - 1; row >= 0; row--) {
    let sum = b[row] ?? 0
    for (let k = row + 1; k <= Math.min(n - 1, row + BAND); k++) sum -= (factor[bandIndex(k, row)] ?? 0) * (b[k] ?? 0)
    b[row] = sum / (factor[bandIndex(row, row)] ?? 1)
  }
}

function slackOf({ i, a, j, b, c }: LinearConstraint, x: Float64Array): number {
  return a * (x[i] ?? 0) + b * (x[j] ?? 0) + c
}

/** Adds -mu * sum of ln(constraint) to gradient and Hessian. */
function addBarrier(
  constraints: readonly LinearConstraint[],
  x: Float64Array,
  mu: number,
  gradient: Float64Array,
  hessian: Float64Array,
): void {
  for (const each of constraints) {
    const { i, a, j, b } = each
    const inverse = 1 / slackOf(each, x)
    const weight = mu * inverse * inverse
    gradient[i] = (gradient[i] ?? 0) - mu * inverse * a
    hessian[bandIndex(i, i)] = (hessian[bandIndex(i, i)] ?? 0) + weight * a * a
    if (b === 0) continue
    gradient[j] = (gradient[j] ?? 0) - mu * inverse * b
    hessian[bandIndex(j, j)] = (hessian[bandIndex(j, j)] ?? 0) + weight * b * b
    const cross = i > j ? bandIndex(i, j) : bandIndex(j, i)
    hessian[cross] = (hessian[cross] ?? 0) + weight * a * b
  }
}

function merit(
  objective: BandedObjective,
  constraints: readonly LinearConstraint[],
  x: Float64Array,
  mu: number,
): number {
  let barrier = 0
  for (const each of constraints) barrier += Math.log(slackOf(each, x))
  const value = objective.evaluate(x) - mu * barrier
  return Number.isFinite(value) ? value : Infinity
}

/** The longest step along `direction`, at most 1, that leaves each constraint a hundredth of its slack. */
function longestStep(constraints: readonly LinearConstraint[], x: Float64Array, direction: Float64Array): number {
  let longest = 1
  for (const each of constraints) {
    const change = each.a * (direction[each.i] ?? 0) + each.b * (direction[each.j] ?? 0)
    if (change < 0) longest = Math.min(longest, (-0.99 * slackOf(each, x)) / change)
  }
  return longest
}

const NEWTON_STEPS = 60
const HALVINGS = 40

/** Newton's method for one mu, moving `x`. */
function centre(
  objective: BandedObjective,
  constraints: readonly LinearConstraint[],
  x: Float64Array,
  mu: number,
): void {
  const n = x.length
  const gradient = new Float64Array(n)
  const hessian = new Float64Array(n * WIDTH)
  const direction = new Float64Array(n)
  const trial = new Float64Array(n)
  for (let step = 0; step < NEWTON_STEPS; step++) {
    gradient.fill(0)
    hessian.fill(0)
    objective.evaluate(x, gradient, hessian)
    addBarrier(constraints, x, mu, gradient, hessian)
    for (let i = 0; i < n; i++) direction[i] = -(gradient[i] ?? 0)
    if (!factorBand(hessian, n)) return
    solveBand(hessian, n, direction)
    const slope = direction.reduce((sum, d, i) => sum + d * (gradient[i] ?? 0), 0)
    if (!(-slope > 1e-3 * mu)) return
    const before = merit(objective, constraints, x, mu)
    let length = longestStep(constraints, x, direction)
    for (let halving = 0; ; halving++) {
      for (let i = 0; i < n; i++) trial[i] = (x[i] ?? 0) + length * (direction[i] ?? 0)
      if (merit(objective, constraints, trial, mu) <= before + 1e-4 * length * slope) break
      if (halving === HALVINGS) return
      length *= 0.5
    }
    x.set(trial)
  }
}

/**
 * Minimises the objective from a strictly admissible start, following the barrier from `mu` = 1e-4 down to 1e-10 times the
 * unit of the objective. Deterministic. Returns the minimiser; `start` is not changed.
 * @throws DomainError for a start that violates a constraint.
 */
export function minimiseInside(
  objective: BandedObjective,
  constraints: readonly LinearConstraint[],
  start: Float64Array,
): { x: Float64Array; value: number } {
  constraints.forEach((each, index) => {
    const value = slackOf(each, start)
    if (!(value > 0)) throw new DomainError(`constraint ${index} at the start`, value, 'positive')
  })
  const x = start.slice()
  for (let mu = 1e-4; mu >= 0.99e-10; mu *= 0.1) centre(objective, constraints, x, mu)
  return { x, value: objective.evaluate(x) }
}
