/**
 * Cholesky factor of a symmetric matrix, in place: `matrix` (n x n, row-major, of which only the lower triangle is read)
 * receives L with L L' = matrix in its lower triangle. Returns false, with the triangle half done, when the matrix is
 * not positive definite.
 *
 * Source: Golub & Van Loan (2013), "Matrix Computations", algorithm 4.2.1.
 */
export function cholesky(matrix: Float64Array, n: number): boolean {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j] ?? 0
      for (let k = 0; k < j; k++) sum -= (matrix[i * n + k] ?? 0) * (matrix[j * n + k] ?? 0)
      if (i !== j) {
        matrix[i * n + j] = sum / (matrix[j * n + j] ?? 0)
        continue
      }
      if (!(sum > 0)) return false
      matrix[i * n + i] = Math.sqrt(sum)
    }
  }
  return true
}

/** Solves L L' x = rhs in place for the factor that `cholesky` leaves. `rhs` has n entries and receives x. */
export function choleskySolve(factor: Float64Array, rhs: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    let sum = rhs[i] ?? 0
    for (let k = 0; k < i; k++) sum -= (factor[i * n + k] ?? 0) * (rhs[k] ?? 0)
    rhs[i] = sum / (factor[i * n + i] ?? 0)
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = rhs[i] ?? 0
    for (let k = i + 1; k < n; k++) sum -= (factor[k * n + i] ?? 0) * (rhs[k] ?? 0)
    rhs[i] = sum / (factor[i * n + i] ?? 0)
  }
}
