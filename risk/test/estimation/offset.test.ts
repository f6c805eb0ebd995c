import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import {
  type CorrelationEstimates,
  correlationEstimates,
  DAY,
  type DailyPrices,
  LEAST_RETURNS,
  leastOf,
  MAX_OFFSET,
  offsetOf,
} from '../../src/estimation/index.ts'
import { Random } from '../../src/math/random.ts'

const START = 1_700_006_400

function pricesOf(returns: readonly number[]): DailyPrices {
  let log = 4
  const logs = [log, ...returns.map((each) => (log += each))]
  return {
    midnights: Float64Array.from(logs, (_, i) => START + i * DAY),
    prices: Float64Array.from(logs, Math.exp),
  }
}

function without({ midnights, prices }: DailyPrices, days: readonly number[]): DailyPrices {
  const kept = Array.from(midnights.keys()).filter((i) => !days.includes(((midnights[i] ?? 0) - START) / DAY))
  return {
    midnights: Float64Array.from(kept, (i) => midnights[i] ?? 0),
    prices: Float64Array.from(kept, (i) => prices[i] ?? 0),
  }
}

/** Two series of returns with a correlation that may depend on the day. */
function pair(days: number, correlation: (day: number) => number, seed = 1) {
  const random = new Random(seed)
  const draws = Array.from({ length: days }, (_, day) => {
    const [x, z, rho] = [random.normal(), random.normal(), correlation(day)]
    return { x: 0.03 * x, y: 0.05 * (rho * x + Math.sqrt(1 - rho * rho) * z) }
  })
  return { own: pricesOf(draws.map(({ x }) => x)), other: pricesOf(draws.map(({ y }) => y)) }
}

function estimates({ own, other }: { own: DailyPrices; other: DailyPrices }): CorrelationEstimates {
  return correlationEstimates(own, other) ?? assert.fail('no estimates')
}

describe('the correlations behind an offset', () => {
  it('are 1 for a series with itself and -1 with its opposite', () => {
    const returns = Array.from({ length: 300 }, (_, i) => 0.02 * Math.sin(i))
    const own = pricesOf(returns)
    for (const rho of Object.values(estimates({ own, other: own }))) assert.ok(Math.abs(rho - 1) < 1e-12)
    const opposite = pricesOf(returns.map((each) => -each))
    for (const rho of Object.values(estimates({ own, other: opposite }))) assert.ok(Math.abs(rho + 1) < 1e-12)
  })

  it('do not depend on the order of the two nor on their scale', () => {
    const { own, other } = pair(400, () => 0.6)
    const scaled = { midnights: other.midnights, prices: other.prices.map((price) => 7 * price ** 2) }
    const [one, two] = [estimates({ own, other }), estimates({ own: scaled, other: own })]
    for (const kind of ['fast', 'slow', 'stressed'] as const) assert.ok(Math.abs(one[kind] - two[kind]) < 1e-9)
  })

  it('come near the true one, the slow one nearest, the stressed one below', () => {
    for (const seed of [1, 2, 3, 4]) {
      const { fast, slow, stressed } = estimates(pair(730, () => 0.8, seed))
      assert.ok(Math.abs(slow - 0.8) < 0.1 && Math.abs(fast - 0.8) < 0.25, `${fast} ${slow}`)
      assert.ok(stressed < Math.min(slow, 0.75) && stressed > 0.3, `${stressed}`)
    }
  })

  it('see a break within days in the fast one, and remember one of a year ago in the stressed one', () => {
    const broken = estimates(pair(730, (day) => (day > 715 ? 0 : 0.95)))
    assert.ok(broken.fast < 0.6 && broken.slow > broken.fast + 0.2)
    const healed = estimates(pair(730, (day) => (day > 300 && day < 345 ? -0.5 : 0.95)))
    assert.ok(healed.stressed < 0 && healed.fast > 0.85)
  })

  it('use the days that both have, wherever one misses some', () => {
    const { own, other } = pair(730, () => 0.7)
    const [left, right] = [without(own, [100, 101, 700]), without(other, [100, 350])]
    const whole = estimates({ own: without(left, [350]), other: without(right, [101, 700]) })
    assert.deepEqual(estimates({ own: left, other: right }), whole)
    assert.ok(Math.abs(leastOf(whole) - leastOf(estimates({ own, other }))) < 0.1)
  })

  it('are undefined with too few common returns, and -1 for a price that stands still', () => {
    const { own, other } = pair(LEAST_RETURNS, () => 0.7)
    assert.ok(correlationEstimates(own, other))
    assert.equal(correlationEstimates(without(own, [0]), other), undefined)
    const still = pricesOf(Array.from({ length: 300 }, () => 0))
    assert.deepEqual(estimates({ own: still, other: still }), { fast: -1, slow: -1, stressed: -1 })
  })
})

describe('the offset of a correlation', () => {
  it('leaves a dollar-neutral pair what its difference moves', () => {
    assert.equal(offsetOf(-1), 0)
    assert.equal(offsetOf(1), MAX_OFFSET)
    assert.ok(Math.abs(offsetOf(0.5) - 0.5) < 1e-15)
    fc.assert(
      fc.property(fc.double({ min: -1, max: 0.68, noNaN: true }), (rho) => {
        assert.ok(Math.abs((1 - offsetOf(rho)) * 2 - Math.sqrt(2 * (1 - rho))) < 1e-12)
      }),
      { seed: 21, numRuns: 200 },
    )
  })

  it('refuses what is no correlation', () => {
    for (const rho of [1.01, -1.01, Number.NaN]) assert.throws(() => offsetOf(rho), DomainError)
  })
})
