import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { fitParityLine, forwardOf, type ParityPair } from '../../src/surface/index.ts'

function pairsOn(level: number, slope: number, noise: (i: number) => number): ParityPair[] {
  return Array.from({ length: 12 }, (_, i) => {
    const strike = 80 + 4 * i
    return { strike, difference: level - slope * strike + noise(i), halfWidth: 0.5 + 0.1 * (i % 3) }
  })
}

describe('put-call parity', () => {
  it('gives forward and discount back exactly from prices that keep it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 1.05, noNaN: true }),
        fc.double({ min: 85, max: 130, noNaN: true }),
        (discount, forward) => {
          const inUsd = forwardOf(fitParityLine(pairsOn(discount * forward, discount, () => 0)), 'usd')
          assert.ok(Math.abs(inUsd.forward / forward - 1) < 1e-12 && Math.abs(inUsd.discount / discount - 1) < 1e-12)
          const inCoin = forwardOf(fitParityLine(pairsOn(discount, discount / forward, () => 0)), 'coin')
          assert.ok(Math.abs(inCoin.forward / forward - 1) < 1e-12 && Math.abs(inCoin.discount / discount - 1) < 1e-12)
        },
      ),
      { seed: 31, numRuns: 100 },
    )
  })

  it('is not moved by a few stale quotes, and names them', () => {
    const stale = new Set([2, 7, 9])
    const line = fitParityLine(pairsOn(98, 0.98, (i) => (stale.has(i) ? 25 : 0.02 * (i % 2))))
    assert.deepEqual(
      line.used.map((used, i) => used === !stale.has(i)),
      line.used.map(() => true),
    )
    const { forward, discount } = forwardOf(line, 'usd')
    assert.ok(Math.abs(forward - 100) < 0.1 && Math.abs(discount - 0.98) < 0.01)
  })

  it('keeps a given discount and finds the forward alone', () => {
    const noisy = pairsOn(98, 0.98, (i) => 0.3 * Math.sin(5 * i))
    const usd = fitParityLine(noisy, { slope: 0.98 })
    assert.equal(usd.slope, 0.98)
    assert.ok(Math.abs(forwardOf(usd, 'usd').forward - 100) < 0.2)
    const coin = fitParityLine(
      noisy.map((pair) => ({ ...pair, difference: pair.difference / 98 })),
      { level: 1 },
    )
    assert.equal(coin.level, 1)
    assert.ok(Math.abs(forwardOf(coin, 'coin').forward - 100) < 0.5)
  })

  it('states errors that shrink with more pairs and grow with their widths', () => {
    const error = (count: number, width: number) =>
      fitParityLine(
        Array.from({ length: count }, (_, i) => {
          const strike = 90 + (20 * i) / (count - 1)
          return { strike, difference: 100 - strike, halfWidth: width }
        }),
      ).slopeError
    assert.ok(error(40, 1) < error(10, 1))
    assert.ok(Math.abs(error(10, 2) / error(10, 1) - 2) < 1e-12)
  })

  it('refuses too few strikes and widths that are not positive', () => {
    const [first] = pairsOn(98, 0.98, () => 0)
    assert.ok(first !== undefined)
    assert.throws(() => fitParityLine([first]), DomainError)
    assert.throws(() => fitParityLine([first, first]), DomainError)
    assert.throws(() => fitParityLine([]), DomainError)
    assert.throws(() => fitParityLine([first, { ...first, strike: 1, halfWidth: 0 }]), DomainError)
    assert.ok(Math.abs(forwardOf(fitParityLine([first], { slope: 0.98 }), 'usd').forward - 100) < 1e-9)
  })
})
