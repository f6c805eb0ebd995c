import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { leastSquares } from '../../src/math/leastSquares.ts'
import { Random } from '../../src/math/random.ts'

describe('leastSquares', () => {
  it('agrees with the certified values of a NIST problem', () => {
    // NIST StRD Longley (1967): seven coefficients of badly conditioned data, certified to 15 digits.
    const rows = [
      [60323, 83.0, 234289, 2356, 1590, 107608, 1947],
      [61122, 88.5, 259426, 2325, 1456, 108632, 1948],
      [60171, 88.2, 258054, 3682, 1616, 109773, 1949],
      [61187, 89.5, 284599, 3351, 1650, 110929, 1950],
      [63221, 96.2, 328975, 2099, 3099, 112075, 1951],
      [63639, 98.1, 346999, 1932, 3594, 113270, 1952],
      [64989, 99.0, 365385, 1870, 3547, 115094, 1953],
      [63761, 100.0, 363112, 3578, 3350, 116219, 1954],
      [66019, 101.2, 397469, 2904, 3048, 117388, 1955],
      [67857, 104.6, 419180, 2822, 2857, 118734, 1956],
      [68169, 108.4, 442769, 2936, 2798, 120445, 1957],
      [66513, 110.8, 444546, 4681, 2637, 121950, 1958],
      [68655, 112.6, 482704, 3813, 2552, 123366, 1959],
      [69564, 114.2, 502601, 3931, 2514, 125368, 1960],
      [69331, 115.7, 518173, 4806, 2572, 127852, 1961],
      [70551, 116.9, 554894, 4007, 2827, 130081, 1962],
    ]
    const columns = [rows.map(() => 1), ...[1, 2, 3, 4, 5, 6].map((j) => rows.map((row) => row[j] ?? 0))]
    const fit = leastSquares(
      columns,
      rows.map((row) => row[0] ?? 0),
    )
    const certified = [
      -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
      -0.0511041056535807, 1829.15146461355,
    ]
    certified.forEach((value, j) => {
      assert.ok(Math.abs((fit.coefficients[j] ?? 0) / value - 1) < 1e-6, `coefficient ${j}: ${fit.coefficients[j]}`)
    })
    assert.ok(Math.abs(fit.rSquared - 0.995479004577296) < 1e-10)
  })

  it('leaves residuals that no column explains', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 4, max: 30 }), (seed, rows) => {
        const random = new Random(seed)
        const columns = [0, 1, 2].map(() => Float64Array.from({ length: rows }, () => random.normal()))
        const target = Float64Array.from({ length: rows }, () => random.normal())
        const { residuals } = leastSquares(columns, target)
        for (const column of columns)
          assert.ok(Math.abs(column.reduce((sum, value, i) => sum + value * (residuals[i] ?? 0), 0)) < 1e-10)
      }),
      { seed: 13, numRuns: 100 },
    )
  })

  it('refuses columns that depend on each other, and too few rows', () => {
    assert.throws(
      () =>
        leastSquares(
          [
            [1, 2, 3],
            [2, 4, 6],
          ],
          [1, 0, 1],
        ),
      DomainError,
    )
    assert.throws(() => leastSquares([[1], [2]], [1]), DomainError)
    assert.throws(() => leastSquares([[1, 2]], [1]), DomainError)
  })
})
