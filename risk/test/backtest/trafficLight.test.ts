import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { baselTrafficLight, overlappingTenDayBounds, zoneWithin } from '../../src/backtest/trafficLight.ts'
import { DomainError } from '../../src/errors.ts'
import { binomialCdf } from '../../src/math/incompleteBeta.ts'
import { normalQuantile } from '../../src/math/normal.ts'
import { Random } from '../../src/math/random.ts'
import { vectorJson } from '../measures/vectors.ts'

const vectors = vectorJson<{
  basel_traffic_light: {
    cumulative_prob_of_k_or_fewer: number[]
    zones: Record<'green' | 'yellow' | 'red', [number, number]>
    plus_factor_1996: Record<string, number>
    multiplier_MAR32_2019: Record<string, number>
  }
  stoplight_10day_overlapping: { observations: number[]; max_green: number[]; max_amber: number[] }
}>('var_backtests.json')

/** The row of a table keyed "0-4", "5" ... "10+". */
const keyOf = (exceptions: number) => (exceptions <= 4 ? '0-4' : exceptions >= 10 ? '10+' : String(exceptions))

describe('the Basel traffic light', () => {
  const { basel_traffic_light: basel } = vectors

  it('has the cumulative probabilities, zones and multipliers of the rules', () => {
    for (let exceptions = 0; exceptions <= 250; exceptions++) {
      const light = baselTrafficLight(250, exceptions, 0.99)
      const printed = basel.cumulative_prob_of_k_or_fewer[exceptions]
      if (printed !== undefined) assert.equal(Number(light.cumulativeProbability.toFixed(4)), printed)
      const [low, high] = basel.zones[light.zone]
      assert.ok(low <= exceptions && exceptions <= high, `${exceptions} is ${light.zone}`)
      assert.equal(light.multiplier, basel.multiplier_MAR32_2019[keyOf(exceptions)])
      assert.equal(light.plusFactor, basel.plus_factor_1996[keyOf(exceptions)])
    }
  })

  it('has no multiplier for what the rules do not define', () => {
    assert.equal(baselTrafficLight(500, 5, 0.99).multiplier, undefined)
    assert.equal(baselTrafficLight(250, 5, 0.975).plusFactor, undefined)
  })

  it('refuses more exceedances than days', () => {
    assert.throws(() => baselTrafficLight(10, 11, 0.99), DomainError)
    assert.throws(() => baselTrafficLight(10, 1.5, 0.99), DomainError)
  })
})

describe('the bounds for overlapping ten-day returns', () => {
  const { observations, max_green: green, max_amber: yellow } = vectors.stoplight_10day_overlapping

  it('are the tabulated ones at every tabulated number of observations', () => {
    for (const [i, count] of observations.entries())
      assert.deepEqual(overlappingTenDayBounds(count), { green: green[i], yellow: yellow[i] })
  })

  it('take the lower row between two', () => {
    assert.deepEqual(overlappingTenDayBounds(259), overlappingTenDayBounds(250))
    assert.throws(() => overlappingTenDayBounds(3700), DomainError)
    assert.throws(() => overlappingTenDayBounds(0), DomainError)
  })

  it('are what a simulation with normal returns finds at 250 observations', () => {
    const random = new Random(5)
    const limit = normalQuantile(0.99) * Math.sqrt(10)
    const paths = 8000
    const bounds = overlappingTenDayBounds(250)
    let beyond = 0
    let farBeyond = 0
    for (let path = 0; path < paths; path++) {
      const draws = Float64Array.from({ length: 259 }, () => random.normal())
      let window = 0
      let count = 0
      for (const [day, draw] of draws.entries()) {
        window += draw - (draws[day - 10] ?? 0)
        if (day >= 9 && -window > limit) count++
      }
      if (count > bounds.green) beyond++
      if (count > bounds.green + 1) farBeyond++
    }
    // The bound is the largest count whose cumulative probability is still at most 95 %.
    assert.ok(beyond / paths > 0.05 && farBeyond / paths < 0.053, `${beyond} and ${farBeyond} of ${paths}`)
  })

  it('sort counts into zones', () => {
    const bounds = { green: 2, yellow: 5 }
    assert.deepEqual(
      [0, 2, 3, 5, 6].map((count) => zoneWithin(bounds, count)),
      ['green', 'green', 'yellow', 'yellow', 'red'],
    )
  })
})

describe('the binomial distribution', () => {
  it('is the plain sum of its probabilities', () => {
    for (const [trials, p] of [
      [1, 0.3],
      [17, 0.5],
      [250, 0.01],
      [1000, 0.075],
    ] as const) {
      let term = (1 - p) ** trials
      let sum = 0
      for (let k = 0; k <= Math.min(trials, 120); k++) {
        sum += term
        assert.ok(Math.abs(binomialCdf(k, trials, p) - sum) < 1e-11)
        term *= ((trials - k) / (k + 1)) * (p / (1 - p))
      }
    }
    assert.equal(binomialCdf(-1, 5, 0.5), 0)
    assert.equal(binomialCdf(5, 5, 0.5), 1)
  })
})
