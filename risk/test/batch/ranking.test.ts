import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { nearest } from '../../src/batch/ranking.ts'
import { DomainError } from '../../src/errors.ts'

describe('the ranking by distance', () => {
  it('is the beginning of the full sort, ties by number', () => {
    const distance = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.POSITIVE_INFINITY))
    fc.assert(
      fc.property(fc.array(distance, { maxLength: 60 }), fc.integer({ min: 0, max: 70 }), (list, count) => {
        const distances = Float64Array.from(list)
        const sorted = [...list.keys()].sort((a, b) => {
          const difference = (list[a] ?? 0) - (list[b] ?? 0)
          return Number.isNaN(difference) || difference === 0 ? a - b : difference
        })
        assert.deepEqual([...nearest(distances, count)], sorted.slice(0, count))
      }),
      { seed: 2, numRuns: 500 },
    )
  })

  it('refuses a count that is no natural number', () => {
    assert.throws(() => nearest(new Float64Array(3), -1), DomainError)
    assert.throws(() => nearest(new Float64Array(3), 1.5), DomainError)
  })
})
