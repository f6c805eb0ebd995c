import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'

const draw = (count: number, next: () => number) => Float64Array.from({ length: count }, next)
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length

describe('Random', () => {
  it('repeats itself for one seed and differs between neighbouring seeds', () => {
    const sequence = (seed: number) => {
      const random = new Random(seed)
      return draw(100, () => random.bits())
    }
    assert.deepEqual(sequence(7), sequence(7))
    assert.notDeepEqual(sequence(7), sequence(8))
    assert.notDeepEqual(sequence(0), sequence(2 ** 32))
  })

  it('has the moments of a uniform', () => {
    const random = new Random(1)
    const sample = draw(200_000, () => random.uniform())
    assert.ok(sample.every((value) => value >= 0 && value < 1))
    assert.ok(Math.abs(mean(sample) - 1 / 2) < 0.003)
    assert.ok(Math.abs(mean(sample.map((value) => value ** 2)) - 1 / 3) < 0.003)
    assert.ok(Math.abs(mean(sample.slice(1).map((value, i) => value * (sample[i] ?? 0))) - 1 / 4) < 0.003)
  })

  it('has the moments of a standard normal', () => {
    const random = new Random(2)
    const sample = draw(200_000, () => random.normal())
    for (const [power, expected, tolerance] of [
      [1, 0, 0.01],
      [2, 1, 0.02],
      [3, 0, 0.04],
      [4, 3, 0.1],
    ] as const)
      assert.ok(Math.abs(mean(sample.map((value) => value ** power)) - expected) < tolerance, `moment ${power}`)
  })

  it('draws every integer below n equally often', () => {
    const random = new Random(3)
    const counts = new Float64Array(7)
    for (let i = 0; i < 70_000; i++) {
      const k = random.integer(7)
      counts[k] = (counts[k] ?? 0) + 1
    }
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    assert.ok(chiSquare < 22.5, `chi-square ${chiSquare} with 6 degrees of freedom`) // 99.9 %
  })

  it('refuses a seed or a range that is no integer', () => {
    assert.throws(() => new Random(0.5), DomainError)
    assert.throws(() => new Random(1).integer(0), DomainError)
  })
})
