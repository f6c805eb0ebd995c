import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Matrix } from 'ml-matrix'
import { DomainError } from '../../src/errors.ts'
import {
  nearestCorrelation,
  RepairNotConvergedError,
  smallestEigenvalue,
  spectralCorrelation,
} from '../../src/estimation/correlationRepair.ts'
import { correlationOf, covarianceOf } from '../../src/estimation/covariance.ts'

const vectors = JSON.parse(readFileSync(new URL('../vectors/correlation_repair.json', import.meta.url), 'utf8'))
const options = { seed: 6, numRuns: 60 }

/** Symmetric matrices of size 2 to 6 with a unit diagonal, most of them no correlation matrices. */
const symmetric = fc.integer({ min: 2, max: 6 }).chain((size) =>
  fc
    .array(
      fc.integer({ min: -100, max: 100 }).map((percent) => percent / 100),
      { minLength: size * size, maxLength: size * size },
    )
    .map((values) => {
      const matrix = Matrix.eye(size)
      for (let i = 0; i < size; i++)
        for (let j = 0; j < i; j++) {
          matrix.set(i, j, values[i * size + j] ?? 0)
          matrix.set(j, i, values[i * size + j] ?? 0)
        }
      return matrix
    }),
)

const distance = (left: Matrix, right: Matrix) => Matrix.sub(left, right).norm('frobenius')

function assertOffDiagonal(matrix: Matrix, expected: Record<string, number>, tolerance: number): void {
  for (const [place, value] of Object.entries(expected)) {
    const [i = 0, j = 0] = Array.from(place, Number)
    assert.ok(Math.abs(matrix.get(i, j) - value) <= tolerance, `[${place}] ${matrix.get(i, j)} is not ${value}`)
  }
}

describe('spectralCorrelation', () => {
  it('reproduces the published repair', () => {
    const { bad, repaired_offdiag, tol } = vectors.spectral_psd_repair
    assertOffDiagonal(spectralCorrelation(new Matrix(bad)), repaired_offdiag, tol)
  })
})

describe('nearestCorrelation', () => {
  it("reproduces Higham's example", () => {
    const { input, nearest } = vectors.higham_nearest
    assertOffDiagonal(nearestCorrelation(new Matrix(input)), nearest, 1e-8)
  })

  it('changes a covariance that is not positive semidefinite by less than the published bound', () => {
    const covariance = new Matrix(vectors.nonpsd_covariance)
    assert.ok(smallestEigenvalue(covariance) < 0)
    const deviations = covariance.diagonal().map(Math.sqrt)
    const repaired = covarianceOf(nearestCorrelation(correlationOf(covariance)), deviations)
    assert.ok(smallestEigenvalue(repaired) > -1e-15)
    assert.ok(distance(repaired, covariance) < vectors.nonpsd_covariance_max_frobenius_change)
  })

  it('is never further from its input than the spectral repair', () => {
    fc.assert(
      fc.property(symmetric, (matrix) => {
        const [nearest, spectral] = [nearestCorrelation(matrix, { tolerance: 1e-9 }), spectralCorrelation(matrix)]
        assert.ok(distance(nearest, matrix) <= distance(spectral, matrix) + 1e-6)
      }),
      options,
    )
  })

  it('says so when its rounds run out', () => {
    const { bad } = vectors.spectral_psd_repair
    assert.throws(() => nearestCorrelation(new Matrix(bad), { maxRounds: 2 }), RepairNotConvergedError)
  })
})

for (const [name, repair] of [
  ['nearestCorrelation', (matrix: Matrix) => nearestCorrelation(matrix, { tolerance: 1e-10 })],
  ['spectralCorrelation', spectralCorrelation],
] as const)
  describe(`${name} of any symmetric matrix`, () => {
    it('is positive semidefinite with a unit diagonal and no entry beyond 1', () => {
      fc.assert(
        fc.property(symmetric, (matrix) => {
          const repaired = repair(matrix)
          assert.ok(smallestEigenvalue(repaired) > -1e-13)
          assert.ok(repaired.diagonal().every((value) => value === 1))
          assert.ok(repaired.abs().max() <= 1 + 1e-12)
        }),
        options,
      )
    })

    it('leaves a correlation matrix as it is, its own result included', () => {
      fc.assert(
        fc.property(symmetric, (matrix) => {
          const repaired = repair(matrix)
          assert.ok(distance(repair(repaired), repaired) < 1e-7)
        }),
        options,
      )
      assert.ok(distance(repair(Matrix.eye(3)), Matrix.eye(3)) < 1e-15)
    })

    it('refuses what is not symmetric', () => {
      assert.throws(
        () =>
          repair(
            new Matrix([
              [1, 0.5],
              [0.4, 1],
            ]),
          ),
        DomainError,
      )
      assert.throws(
        () =>
          repair(
            new Matrix([
              [1, Number.NaN],
              [Number.NaN, 1],
            ]),
          ),
        DomainError,
      )
    })
  })
