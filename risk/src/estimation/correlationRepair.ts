import { type AbstractMatrix, EigenvalueDecomposition, Matrix } from 'ml-matrix'
import { DomainError, RiskError } from '../errors.ts'

/** Alternating projections that have not met within the allowed number of rounds. */
export class RepairNotConvergedError extends RiskError {
  readonly code = 'REPAIR_NOT_CONVERGED'
  readonly rounds: number
  readonly change: number

  constructor(rounds: number, change: number) {
    super(`The matrix still moves by ${change} after ${rounds} rounds. Allow more rounds or a larger tolerance.`)
    this.rounds = rounds
    this.change = change
  }
}

function requireSymmetric(matrix: AbstractMatrix): void {
  if (!matrix.isSquare()) throw new DomainError('the number of columns', matrix.columns, `${matrix.rows}, as of rows`)
  for (let i = 0; i < matrix.rows; i++)
    for (let j = 0; j <= i; j++) {
      const [value, mirrored] = [matrix.get(i, j), matrix.get(j, i)]
      if (!Number.isFinite(value) || Math.abs(value - mirrored) > 1e-12 * Math.max(1, Math.abs(value)))
        throw new DomainError(`matrix[${i}][${j}]`, value, `finite and equal to its mirror ${mirrored}`)
    }
}

const eigen = (matrix: AbstractMatrix) => new EigenvalueDecomposition(matrix, { assumeSymmetric: true })

/** The smallest eigenvalue of a symmetric matrix: not below zero (to rounding) when it is positive semidefinite. */
export function smallestEigenvalue(matrix: AbstractMatrix): number {
  requireSymmetric(matrix)
  return Math.min(...eigen(matrix).realEigenvalues)
}

/** V max(Lambda, 0) V', written as B B' so that rounding keeps it symmetric. */
function root(matrix: AbstractMatrix): Matrix {
  const { eigenvectorMatrix, realEigenvalues } = eigen(matrix)
  return eigenvectorMatrix.clone().mulRowVector(realEigenvalues.map((value) => Math.sqrt(Math.max(value, 0))))
}

function withUnitDiagonal(matrix: Matrix): Matrix {
  for (let i = 0; i < matrix.rows; i++) matrix.set(i, i, 1)
  return matrix
}

/**
 * A correlation matrix near a symmetric one: negative eigenvalues are set to zero and rows scaled back to a unit
 * diagonal. Fast and explicit, but not the nearest.
 *
 * Source: Rebonato & Jaeckel (1999), "The most general methodology to create a valid correlation matrix for risk
 * management and option pricing purposes", section 3.
 */
export function spectralCorrelation(matrix: AbstractMatrix): Matrix {
  requireSymmetric(matrix)
  const rows = root(matrix)
  for (let i = 0; i < rows.rows; i++) {
    const length = Math.hypot(...rows.getRow(i))
    if (!(length > 0)) throw new DomainError(`the length of row ${i} after clipping`, length, 'positive')
    rows.mulRow(i, 1 / length)
  }
  return withUnitDiagonal(rows.mmul(rows.transpose()))
}

/** When the alternating projections end. */
export type NearestCorrelationOptions = {
  /** Stop when no entry moves by more than this in a round and the two projections agree to it. @default 1e-12 */
  tolerance?: number
  /** @default 10,000 */
  maxRounds?: number
}

/**
 * The correlation matrix nearest to a symmetric one in the Frobenius norm, by alternating projections with Dykstra's
 * correction; a last spectral step (of the size of the tolerance) makes it positive semidefinite to rounding. Throws
 * DomainError for a matrix that is not symmetric, RepairNotConvergedError when the rounds run out.
 *
 * Source: Higham (2002), "Computing the nearest correlation matrix: a problem from finance", algorithm 3.3.
 */
export function nearestCorrelation(matrix: AbstractMatrix, options: NearestCorrelationOptions = {}): Matrix {
  requireSymmetric(matrix)
  const { tolerance = 1e-12, maxRounds = 10_000 } = options
  let unit = withUnitDiagonal(Matrix.sub(matrix, 0))
  let correction = Matrix.zeros(matrix.rows, matrix.rows)
  let shifted = Matrix.sub(matrix, 0)
  let change = Number.POSITIVE_INFINITY
  for (let round = 0; round < maxRounds; round++) {
    const rows = root(shifted)
    const positive = rows.mmul(rows.transpose())
    correction = Matrix.sub(positive, shifted)
    const next = withUnitDiagonal(positive.clone())
    change = Math.max(Matrix.sub(next, unit).abs().max(), Matrix.sub(next, positive).abs().max())
    unit = next
    if (change <= tolerance) return spectralCorrelation(unit)
    shifted = Matrix.sub(unit, correction)
  }
  throw new RepairNotConvergedError(maxRounds, change)
}
