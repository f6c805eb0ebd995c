import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { hatWeights } from '../../src/estimation/hatWeights.ts'
import { NODES, nodeMoves } from '../../src/scenarios/lanes.ts'

const options = { seed: 10, numRuns: 200 }
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((total, value) => total + value, 0)
function scanNodes(range: number): Float64Array {
  const nodes = new Float64Array(NODES)
  nodeMoves(range, nodes)
  return nodes
}

const scanRange = fc.integer({ min: 1, max: 60 }).map((percent) => percent / 100)
const moves = fc.array(
  fc.integer({ min: -990, max: 3000 }).map((move) => move / 1000),
  { minLength: 1, maxLength: 60 },
)

/** A payoff that is linear between the nodes and flat beyond them. */
function interpolate(nodes: Float64Array, values: number[], move: number): number {
  const clamped = Math.min(Math.max(move, nodes[0] ?? 0), nodes.at(-1) ?? 0)
  const right = Math.max(
    1,
    nodes.findIndex((node) => node >= clamped),
  )
  const [x0 = 0, x1 = 0, y0 = 0, y1 = 0] = [nodes[right - 1], nodes[right], values[right - 1], values[right]]
  return x1 > x0 ? y0 + ((clamped - x0) / (x1 - x0)) * (y1 - y0) : y1
}

describe('hatWeights', () => {
  it('are probabilities that keep the mean of every payoff linear between nodes', () => {
    const payoff = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 17, maxLength: 17 })
    fc.assert(
      fc.property(scanRange, moves, payoff, (range, sample, values) => {
        fc.pre(range < 0.22) // no coinciding nodes: there a payoff has two values at one move
        const nodes = scanNodes(range)
        const weights = hatWeights(sample, nodes)
        assert.ok(weights.every((weight) => weight >= 0))
        assert.ok(Math.abs(sum(weights) - 1) < 1e-12)
        const expected = sum(sample.map((move) => interpolate(nodes, values, move))) / sample.length
        assert.ok(Math.abs(sum(weights.map((weight, n) => weight * (values[n] ?? 0))) - expected) < 1e-12)
      }),
      options,
    )
  })

  it('sum to 1 for any range, any sample and any probabilities', () => {
    fc.assert(
      fc.property(scanRange, moves, (range, sample) => {
        const probabilities = sample.map((_, i) => (2 * (i + 1)) / (sample.length * (sample.length + 1)))
        assert.ok(Math.abs(sum(hatWeights(sample, scanNodes(range), probabilities)) - 1) < 1e-12)
      }),
      options,
    )
  })

  it('give a move on a node to that node alone and a move beyond the ends to the end', () => {
    const nodes = [-1, 0, 2]
    assert.deepEqual(Array.from(hatWeights([0], nodes)), [0, 1, 0])
    assert.deepEqual(Array.from(hatWeights([-5, 2, 7, 1], nodes)), [0.25, 0.125, 0.625])
  })

  it('give nothing to the inner of two nodes that both stop at -90 %', () => {
    const nodes = scanNodes(0.5)
    assert.equal(nodes[0], nodes[1])
    const weights = hatWeights([-0.95, -0.9, -0.8], nodes)
    assert.ok(Math.abs((weights[0] ?? 0) - (2 + 0.75) / 3) < 1e-12 && weights[1] === 0)
    assert.ok(Math.abs((weights[2] ?? 0) - 0.25 / 3) < 1e-12)
  })

  it('refuse probabilities that do not match the moves', () => {
    assert.throws(() => hatWeights([0, 1], [0, 1], [1]), DomainError)
  })
})
