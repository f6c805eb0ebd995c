import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import {
  callOverForward,
  compareNodes,
  linearShortfall,
  nodeProbabilities,
  nodeShortfall,
  protocolNodes,
} from '../../src/riskneutral/index.ts'
import { essviOf, essviSmile, flatSmile } from '../../src/surface/index.ts'

const scanRange = fc.double({ min: 0.04, max: 0.4, noNaN: true })
/** Slices of a day: 20 % to 200 % of volatility a year, skewed. */
const daySlice = fc
  .record({
    volatility: fc.double({ min: 0.2, max: 2, noNaN: true }),
    rho: fc.double({ min: -0.8, max: 0.8, noNaN: true }),
    eta: fc.double({ min: 0.1, max: 1.2, noNaN: true }),
  })
  .map(({ volatility, rho, eta }) => {
    const theta = volatility ** 2 / 365
    const psi = eta * Math.sqrt(theta)
    return essviOf({ chi: theta / psi, left: psi * (1 - rho), right: psi * (1 + rho) })
  })

describe("the protocol's nodes", () => {
  it('are 13 prices a sixth of the scan range apart and extremes at twice and four times the range', () => {
    const nodes = protocolNodes(0.12)
    assert.equal(nodes.length, 17)
    const expected = [0.52, 0.76, 0.88, 0.9, 0.92, 0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06, 1.08, 1.1, 1.12, 1.24, 1.48]
    nodes.forEach((x, n) => {
      assert.ok(Math.abs(x - (expected[n] ?? 0)) < 1e-12)
    })
  })

  it('stop at a fall of 90 %', () => {
    assert.deepEqual(protocolNodes(0.46).slice(0, 2), [1 - 0.9, 1 - 0.9])
    for (const bad of [0, 1, Number.NaN]) assert.throws(() => protocolNodes(bad), DomainError)
  })
})

describe('node probabilities', () => {
  it('add up to 1, none negative, and reprice every call struck at a node but for the mass beyond the last', () => {
    fc.assert(
      fc.property(daySlice, scanRange, (slice, range) => {
        const smile = essviSmile(slice)
        const nodes = protocolNodes(range)
        const p = nodeProbabilities(smile, nodes)
        assert.ok(Math.abs(p.reduce((sum, each) => sum + each, 0) - 1) < 1e-12)
        const beyond = callOverForward(smile, nodes.at(-1) ?? 0)
        nodes.forEach((strike, n) => {
          assert.ok((p[n] ?? -1) >= 0)
          const value = nodes.reduce((sum, x, i) => sum + (p[i] ?? 0) * Math.max(0, x - strike), 0)
          assert.ok(Math.abs(value + beyond - callOverForward(smile, strike)) < 1e-9)
        })
      }),
      { seed: 71, numRuns: 200 },
    )
  })

  it('give nothing to a node that coincides with the one further out', () => {
    const p = nodeProbabilities(flatSmile(0.04), protocolNodes(0.46))
    assert.equal(p[1], 0)
    assert.ok((p[0] ?? 0) > 0)
  })

  it('refuse nodes that decrease or are not positive', () => {
    assert.throws(() => nodeProbabilities(flatSmile(0.04), [1, 0.9]), DomainError)
    assert.throws(() => nodeProbabilities(flatSmile(0.04), [0, 0.9]), DomainError)
  })
})

describe('expected shortfall on nodes', () => {
  it('is the mean of the worst part, the last outcome counted in part', () => {
    assert.equal(nodeShortfall([1, 5, 3], [0.5, 0.1, 0.4], 0.3), (0.1 * 5 + 0.2 * 3) / 0.3)
    assert.equal(nodeShortfall([1, 5, 3], [0.5, 0.1, 0.4], 0.05), 5)
    assert.throws(() => nodeShortfall([1], [1], 0), DomainError)
    assert.throws(() => nodeShortfall([1], [0.5, 0.5], 0.1), DomainError)
  })

  it('is never below the exact one for a linear book whose tail the nodes reach, and converges to it', () => {
    // the law on the nodes spreads the mass between two nodes onto them: larger in the convex order
    fc.assert(
      fc.property(daySlice, (slice) => {
        const smile = essviSmile(slice)
        const range = Math.min(0.4, 4 * Math.sqrt(slice.theta))
        const exact = linearShortfall(smile, 0.01)
        const long = compareNodes(smile, { profit: (x) => x - 1, kinks: [] }, range, 0.01)
        assert.ok(long.nodes >= exact.long * (1 - 1e-3))
        const fineNodes = Array.from({ length: 4001 }, (_, i) => Math.exp((i / 2000 - 1) * 20 * Math.sqrt(slice.theta)))
        const onFine = nodeShortfall(
          fineNodes.map((x) => 1 - x),
          nodeProbabilities(smile, fineNodes),
          0.01,
        )
        assert.ok(Math.abs(onFine / exact.long - 1) < 1e-3)
      }),
      { seed: 72, numRuns: 40 },
    )
  })
})
