import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { premiumOf, type WorthPolicy, worthOf } from '../../src/publisher/surface/worth.ts'
import { messageOf, quotesOf, type Shape, shapes, stateOf, TIME, WAD } from './surfaces.ts'

const GWEI = 10n ** 9n
const policy: WorthPolicy = {
  volatilityMove: WAD / 100n,
  forwardMove: WAD / 1_000n,
  premiumMove: WAD / 2_000n,
  heartbeat: 1_800,
  urgentAfter: 3_000,
  maxGasPrice: 50n * GWEI,
  urgentGasPrice: 500n * GWEI,
}
const SEED = { seed: 7, numRuns: 150 }
const example: Shape = { volatility: 0.6, rho: -0.3, days: [0, 7, 30, 140], carry: 0.05 }

/** What is said of a surface stored at TIME when `age` seconds later `shape` is proposed. */
function verdict(stored: Shape, shape: Shape, age: number, gasPrice = GWEI, change: { premium?: bigint } = {}) {
  const now = TIME + age
  const message = messageOf(quotesOf(shape, now), { timestamp: now, ...change })
  const result = worthOf(message, stateOf(quotesOf(stored, TIME), TIME, now), gasPrice, policy)
  return result.post ? result.cause : result.wait.kind
}

const ages = fc.integer({ min: 1, max: 7_200 })
const gasPrices = fc.bigInt({ min: GWEI, max: 200n * GWEI })
const moves = fc.double({ min: -0.1, max: 0.1, noNaN: true })

describe('worthOf', () => {
  it('posts the first surface up to the price of urgent ones', () => {
    const message = messageOf(quotesOf(example))
    const at = (gasPrice: bigint) => worthOf(message, stateOf([], 0, TIME), gasPrice, policy)
    assert.deepEqual(at(500n * GWEI), { post: true, cause: 'first', ceiling: 500n * GWEI })
    assert.equal(at(500n * GWEI + 1n).post, false)
  })

  it('waits with a message that is ahead of the chain', () => {
    const message = messageOf(quotesOf(example), { timestamp: TIME + 1 })
    const result = worthOf(message, stateOf([], 0, TIME), GWEI, policy)
    assert.deepEqual(result, { post: false, wait: { kind: 'early', timestamp: TIME + 1, head: TIME } })
  })

  it('posts an unmoved surface from the heartbeat on and never before', () => {
    fc.assert(
      fc.property(shapes, ages, (shape, age) => {
        const flat = { ...shape, carry: 0 }
        assert.equal(verdict(flat, flat, age), age >= policy.heartbeat ? 'heartbeat' : 'unmoved')
      }),
      SEED,
    )
  })

  it('never lets a surface become stale for the price of gas', () => {
    fc.assert(
      fc.property(
        shapes,
        moves,
        fc.integer({ min: policy.urgentAfter, max: 7_200 }),
        gasPrices,
        (shape, up, age, gas) => {
          const found = verdict(shape, { ...shape, volatility: shape.volatility + up }, age, gas)
          assert.ok(found === 'heartbeat' || found === 'not-taken', found)
        },
      ),
      SEED,
    )
  })

  it('posts above the gas price only what is urgent', () => {
    fc.assert(
      fc.property(
        shapes,
        moves,
        fc.integer({ min: 1, max: policy.urgentAfter - 1 }),
        gasPrices,
        (shape, up, age, gas) => {
          const moved = { ...shape, volatility: shape.volatility + up }
          const cheap = verdict(shape, moved, age)
          const expected = gas <= policy.maxGasPrice || ['unmoved', 'not-taken'].includes(cheap) ? cheap : 'gas-price'
          assert.equal(verdict(shape, moved, age, gas), expected)
        },
      ),
      SEED,
    )
  })

  it('measures a move as far as the chain would take it: V-8 gives a minute no more than a fraction of a point', () => {
    const higher = { ...example, volatility: 0.9 }
    assert.equal(verdict(example, higher, 60), 'unmoved')
    assert.equal(verdict(example, higher, 600), 'volatility')
  })

  it('sees a volatility that moved by the threshold, and none that moved by half of it', () => {
    fc.assert(
      fc.property(shapes, fc.constantFrom(-1, 1), (shape, side) => {
        const flat = { ...shape, carry: 0, rho: 0 }
        const by = (points: number) => ({ ...flat, volatility: flat.volatility + (side * points) / 100 })
        // Half an hour less a second allows 6 % of a volatility: more than a point of every shape here.
        assert.equal(verdict(flat, by(0.5), 1_799), 'unmoved')
        assert.equal(verdict(flat, by(1.05), 1_799), 'volatility')
      }),
      SEED,
    )
  })

  it('sees forwards, premiums and new expiries', () => {
    assert.equal(verdict(example, { ...example, carry: 0.055 }, 1_799), 'forward')
    assert.equal(verdict(example, example, 60, GWEI, { premium: 499n }), 'unmoved')
    assert.equal(verdict(example, example, 60, GWEI, { premium: -500n }), 'premium')
    assert.equal(verdict(example, { ...example, days: [0, 7, 14, 30, 140] }, 60), 'new-expiry')
  })
})

describe('premiumOf', () => {
  it('is the premium that the perpetual was marked with', () => {
    const premiums = fc.integer({ min: -5_000, max: 5_000 }).map(BigInt)
    fc.assert(
      fc.property(premiums, fc.bigInt({ min: 10n ** 15n, max: 10n ** 24n }), (premium, spot) => {
        const perpetualMark = (spot * (1_000_000n + premium)) / 1_000_000n
        assert.equal(premiumOf({ perpetualMark, spot }), premium)
      }),
      SEED,
    )
  })
})
