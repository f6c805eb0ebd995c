/** Gauss-Legendre quadrature on [-1, 1]. Source: P. J. Davis and P. Rabinowitz (1984), "Methods of Numerical Integration". */
import { DomainError } from '../errors.ts'

/** The n nodes, ascending, and their weights, by Newton's method on the Legendre polynomial. Exact to degree 2 n - 1. */
export function gaussLegendre(n: number): { nodes: Float64Array; weights: Float64Array } {
  if (!(Number.isInteger(n) && n > 0)) throw new DomainError('n', n, 'a positive whole number')
  const nodes = new Float64Array(n)
  const weights = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    let x = -Math.cos((Math.PI * (i + 0.75)) / (n + 0.5))
    let derivative = 1
    for (let step = 0; step < 100; step++) {
      let [previous, value] = [1, x]
      for (let j = 2; j <= n; j++) [previous, value] = [value, ((2 * j - 1) * x * value - (j - 1) * previous) / j]
      derivative = (n * (x * value - previous)) / (x * x - 1)
      const change = value / derivative
      x -= change
      if (Math.abs(change) < 1e-15) break
    }
    nodes[i] = x
    weights[i] = 2 / ((1 - x * x) * derivative * derivative)
  }
  return { nodes, weights }
}
