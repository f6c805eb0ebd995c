import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../../src/errors.ts'
import {
  capFractions,
  capsOf,
  FULL_CAP,
  LEAST_CAPS,
  TailWordError,
  tailCaps,
  tailMasses,
  tailMean,
  tailWord,
} from '../../../src/methods/plimsoll/index.ts'
import { NODES } from '../../../src/scenarios/index.ts'

const options = { seed: 20, numRuns: 300 }
const cap = fc.integer({ min: 0, max: FULL_CAP })
const caps = fc.array(cap, { minLength: NODES, maxLength: NODES })
const seventeen = (value: fc.Arbitrary<number>) => fc.array(value, { minLength: NODES, maxLength: NODES })
const probabilities = seventeen(fc.integer({ min: 0, max: 1_000 })).map((masses) => {
  const total = masses.reduce((sum, mass) => sum + mass, 1)
  return Float64Array.from(masses, (mass, node) => (mass + (node === 8 ? 1 : 0)) / total)
})

describe('the word of tail caps', () => {
  it('holds 13 bits a node, the lowest price lowest', () => {
    assert.equal(tailWord(LEAST_CAPS.map((_, node) => (node === 0 ? 1 : 0))), 1n)
    assert.equal(tailWord(LEAST_CAPS.map((_, node) => (node === 16 ? FULL_CAP : 0))), 8_191n << 208n)
    fc.assert(
      fc.property(caps, (given) => {
        const word = tailWord(given)
        assert.ok(word < 2n ** 221n)
        assert.deepEqual(capsOf(word), given)
      }),
      options,
    )
  })

  it('refuses what does not fit', () => {
    const full = LEAST_CAPS.map(() => FULL_CAP)
    for (const bad of [FULL_CAP + 1, -1, 0.5, Number.NaN]) assert.throws(() => tailWord(full.with(7, bad)), DomainError)
    assert.throws(() => tailWord(full.slice(1)), DomainError)
    assert.throws(() => capsOf(2n ** 221n), TailWordError)
    assert.throws(() => capsOf(-1n), TailWordError)
    assert.deepEqual(capsOf(2n ** 221n - 1n), full)
  })
})

describe('the caps of probabilities', () => {
  it('are the least integers that are not below them, nor below the minimum of their node', () => {
    fc.assert(
      fc.property(probabilities, fc.double({ min: 0.001, max: 1, noNaN: true }), (given, tail) => {
        for (const [node, cap] of tailCaps(given, tail).entries()) {
          const [wanted, least] = [Math.min(1, (given[node] ?? 0) / tail), LEAST_CAPS[node] ?? 0]
          assert.ok(Number.isInteger(cap) && cap >= least && cap <= FULL_CAP)
          assert.ok(cap >= wanted * FULL_CAP * (1 - 1e-15))
          assert.ok(cap === least || cap - 1 < wanted * FULL_CAP)
        }
      }),
      options,
    )
  })

  it('keep at least 2 % everywhere, 5 % at two scan ranges and 10 % at one', () => {
    const still = new Float64Array(NODES)
    still[8] = 1
    assert.deepEqual(
      tailCaps(still, 0.01),
      [164, 410, 819, 164, 164, 164, 164, 164, 8191, 164, 164, 164, 164, 164, 819, 410, 164],
    )
  })

  it('never measure less than the probabilities themselves', () => {
    const losses = seventeen(fc.double({ min: -1, max: 1, noNaN: true }))
    fc.assert(
      fc.property(probabilities, losses, (given, values) => {
        const at = Float64Array.from(values)
        const order = new Uint8Array(NODES)
        const posted = tailMasses(capFractions(tailCaps(given, 0.01)), 0.01)
        assert.ok(tailMean(at, posted, 0.01, order) >= tailMean(at, given, 0.01, order) * (1 - 1e-12))
      }),
      options,
    )
  })

  it('refuse what are no probabilities', () => {
    assert.throws(() => tailCaps(new Float64Array(NODES), 0.01), DomainError)
    assert.throws(() => tailCaps(Float64Array.of(1), 0.01), DomainError)
    assert.throws(() => tailCaps(new Float64Array(NODES).fill(1 / NODES), 0), DomainError)
    const broken = new Float64Array(NODES).fill(1 / NODES).with(3, Number.NaN)
    assert.throws(() => tailCaps(broken, 0.01), DomainError)
  })
})
