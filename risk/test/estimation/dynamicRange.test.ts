import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type RangeState, rangeAt } from '../../../sdk/src/exact/index.ts'
import { DomainError } from '../../src/errors.ts'
import { dynamicScanRange, SCAN_RANGE_DEFAULTS } from '../../src/estimation/dynamicRange.ts'
import { Random } from '../../src/math/random.ts'

const wad = (x: number) => BigInt(Math.round(x * 1e9)) * 10n ** 9n
const options = { seed: 20_260_401, numRuns: 300 }

describe('dynamicScanRange', () => {
  const parameters = { ...SCAN_RANGE_DEFAULTS, stressVolatility: 1.2, kappa: 2.33, floor: 0.04, cap: 0.3 }
  const hour = 3_600
  const start = { timeSeconds: 0, fastVariance: 0.25, slowVariance: 0.36, target: 0.08, maintenance: 0.08 }
  const quiet = (timeSeconds: number) => ({ timeSeconds, logReturn: 0, impliedVolatility: 0.6 })

  it('aims at kappa times the blended volatility of twelve hours', () => {
    const { target } = dynamicScanRange({ ...start, target: 0 }, quiet(1), parameters)
    assert.ok(Math.abs(target - 2.33 * (0.6 * 0.6 + 0.4 * 1.2) * Math.sqrt(0.5 / 365)) < 1e-7)
  })

  it('raises the target at once and the maintenance range from the next step on, by 2 % an hour', () => {
    const crash = { timeSeconds: hour, logReturn: -0.3, impliedVolatility: 2 }
    const after = dynamicScanRange(start, crash, parameters)
    assert.ok(after.target > 0.12)
    assert.equal(after.maintenance, 0.08)
    const later = dynamicScanRange(after, { ...quiet(2 * hour), impliedVolatility: 2 }, parameters)
    assert.ok(Math.abs(later.maintenance - 0.08 * 1.02) < 1e-15)
  })

  it('is the rule of the contracts: equal to their exact twin over a year of hours', () => {
    const random = new Random(7)
    const governed = {
      floor: 60_000,
      cap: 400_000,
      stressVolatility: 1_100_000,
      kappa: 2_600_000,
      epsilon: 5_000,
      linearRelief: 500_000,
      haircut: 100_000,
    }
    const float = { ...SCAN_RANGE_DEFAULTS, stressVolatility: 1.1, kappa: 2.6, floor: 0.06, cap: 0.4 }
    let spot = 40_000
    let exact: RangeState = {
      variances: { fast: wad(0.36), slow: wad(0.36), implied: wad(0.49) },
      target: wad(0.09),
      maintenance: wad(0.08),
      sampledAt: 0,
      spot: wad(spot),
    }
    let state = { timeSeconds: 0, fastVariance: 0.36, slowVariance: 0.36, target: 0.09, maintenance: 0.08 }
    for (let step = 1; step <= 8_760; step++) {
      const wild = step % 500 < 50 ? 0.04 : 0.005
      const next = spot * Math.exp(wild * random.normal())
      const timeSeconds = state.timeSeconds + hour + random.integer(hour)
      exact = rangeAt(exact, governed, wad(next), timeSeconds)
      state = dynamicScanRange(state, { timeSeconds, logReturn: Math.log(next / spot), impliedVolatility: 0.7 }, float)
      spot = next
      const pairs: [number, bigint][] = [
        [state.fastVariance, exact.variances.fast],
        [state.slowVariance, exact.variances.slow],
        [state.target, exact.target],
        [state.maintenance, exact.maintenance],
      ]
      for (const [own, twin] of pairs)
        assert.ok(Math.abs(own - Number(twin) / 1e18) < 1e-9 * own, `step ${step}: ${own} ${twin}`)
    }
    assert.ok(state.maintenance > 0.06)
  })

  it('lets the target fall by no more than 4 % a day, to the floor', () => {
    const calm = { ...parameters, stressVolatility: 0 }
    let state = { ...start, fastVariance: 0, slowVariance: 0 }
    state = dynamicScanRange(state, { ...quiet(24 * hour), impliedVolatility: 0 }, calm)
    assert.ok(Math.abs(state.target - 0.08 * 0.96) < 1e-15)
    state = dynamicScanRange(state, { ...quiet(100 * 24 * hour), impliedVolatility: 0 }, calm)
    assert.equal(state.target, 0.04)
  })

  it('keeps floor <= target <= cap and maintenance <= target on every path', () => {
    const move = fc.record({
      seconds: fc.integer({ min: 1, max: 10 * 86_400 }),
      logReturn: fc.double({ min: -0.5, max: 0.5, noNaN: true }),
      impliedVolatility: fc.double({ min: 0, max: 3, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(move, { minLength: 1, maxLength: 20 }), (moves) => {
        let state = start
        for (const { seconds, logReturn, impliedVolatility } of moves) {
          const timeSeconds = state.timeSeconds + seconds
          const next = dynamicScanRange(state, { timeSeconds, logReturn, impliedVolatility }, parameters)
          assert.ok(next.target >= 0.04 && next.target <= 0.3 && next.maintenance <= next.target)
          assert.ok(next.target >= state.target * (1 - (0.04 * seconds) / 86_400) - 1e-12)
          assert.ok(next.maintenance <= state.maintenance * 1.02 * (1 + 1e-12))
          state = next
        }
      }),
      options,
    )
  })

  it('refuses an observation that is not newer and a floor above the cap', () => {
    assert.throws(() => dynamicScanRange(start, quiet(0), parameters), DomainError)
    assert.throws(() => dynamicScanRange(start, quiet(1), { ...parameters, floor: 0.5 }), DomainError)
  })
})
