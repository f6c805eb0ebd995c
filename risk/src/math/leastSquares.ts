import { Matrix, QrDecomposition } from 'ml-matrix'
import { DomainError } from '../errors.ts'

/** A fitted line or plane: coefficients in the order of the columns, residuals in that of the rows. */
export type LeastSquares = { coefficients: Float64Array; residuals: Float64Array; rSquared: number }

/**
 * Ordinary least squares of `target` on `columns` (one array per regressor; give a column of ones for a constant), by a
 * QR decomposition. `rSquared` is around the mean of the target. Throws DomainError for columns of another length, fewer
 * rows than columns, an entry that is not finite, or columns that depend on each other.
 */
export function leastSquares(columns: readonly ArrayLike<number>[], target: ArrayLike<number>): LeastSquares {
  const rows = target.length
  for (const [j, column] of columns.entries()) {
    if (column.length !== rows) throw new DomainError(`the length of column ${j}`, column.length, `${rows}`)
    requireFinite(`column ${j}`, column)
  }
  requireFinite('target', target)
  if (rows < columns.length) throw new DomainError('the number of rows', rows, `at least ${columns.length}`)
  // Columns of unit length, so that the test of rank does not depend on their units.
  const lengths = columns.map((column) => norm(column) || 1)
  const design = Matrix.zeros(rows, columns.length)
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns.length; j++) design.set(i, j, (columns[j]?.[i] ?? 0) / (lengths[j] ?? 1))
  const decomposition = new QrDecomposition(design)
  if (decomposition.upperTriangularMatrix.diagonal().some((pivot) => Math.abs(pivot) < 1e-10))
    throw new DomainError('the rank of the columns', Number.NaN, `${columns.length}: some depend on others`)
  const solution = decomposition.solve(Matrix.columnVector(Array.from(target))).to1DArray()
  const coefficients = Float64Array.from(solution, (value, j) => value / (lengths[j] ?? 1))
  const residuals = Float64Array.from(target, (value, i) =>
    columns.reduce((rest, column, j) => rest - (coefficients[j] ?? 0) * (column[i] ?? 0), value),
  )
  return { coefficients, residuals, rSquared: rSquared(target, residuals) }
}

function requireFinite(name: string, values: ArrayLike<number>): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN
    if (!Number.isFinite(value)) throw new DomainError(`${name}[${i}]`, value, 'finite')
  }
}

function norm(values: ArrayLike<number>): number {
  let square = 0
  for (let i = 0; i < values.length; i++) square += (values[i] ?? 0) ** 2
  return Math.sqrt(square)
}

function rSquared(target: ArrayLike<number>, residuals: Float64Array): number {
  let sum = 0
  for (let i = 0; i < target.length; i++) sum += (target[i] ?? 0) / target.length
  let [total, rest] = [0, 0]
  for (let i = 0; i < target.length; i++) {
    total += ((target[i] ?? 0) - sum) ** 2
    rest += (residuals[i] ?? 0) ** 2
  }
  return total > 0 ? 1 - rest / total : Number.NaN
}
