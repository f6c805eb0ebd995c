import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import { DAY, gapsOf, HOUR, movesOver, rangePath, requireHistory, WARM_UP_SECONDS } from '../../src/evaluation/index.ts'
import { defaultsOf, scanRangeParameters } from '../../src/methods/index.ts'
import { alternating, hourly, START, without } from './synthetic.ts'

const parameters = scanRangeParameters(defaultsOf('BTC'))
const warm = WARM_UP_SECONDS / HOUR

describe('movesOver', () => {
  it('is the relative change over exactly the horizon, and nothing where that price is missing', () => {
    const history = without(
      hourly(10, () => Math.log(1.01)),
      6,
      7,
    )
    const moves = movesOver(history, 3 * HOUR)
    assert.deepEqual(
      Array.from(moves, (move) => Math.round(move * 1e9) / 1e9),
      [0.030301, 0.030301, 0.030301, Number.NaN, 0.030301, 0.030301, Number.NaN, Number.NaN, Number.NaN],
    )
  })

  it('names the hole that it met', () => {
    const history = without(
      hourly(10, () => 0),
      4,
      7,
    )
    assert.deepEqual(gapsOf(history, HOUR), [{ from: START + 3 * HOUR, to: START + 7 * HOUR }])
  })
})

describe('requireHistory', () => {
  it('refuses prices that are not positive and times that do not ascend', () => {
    const good = hourly(3, () => 0)
    requireHistory(good)
    assert.throws(() => requireHistory({ ...good, prices: Float64Array.of(1, 0, 1) }), DomainError)
    assert.throws(() => requireHistory({ ...good, times: Float64Array.of(1, 1, 2) }), DomainError)
    assert.throws(() => requireHistory({ ...good, times: Float64Array.of(1, 2) }), DomainError)
  })
})

describe('rangePath', () => {
  it('stands at kappa times the blended volatility of twelve hours when every return has one size', () => {
    const size = 0.01
    const { target, maintenance, fastVolatility } = rangePath(hourly(warm + 50, alternating(size)), parameters)
    const volatility = size * Math.sqrt(365 * 24)
    const expected = 2.6 * (0.6 * volatility + 0.4 * 1.1) * Math.sqrt(0.5 / 365)
    for (const at of [warm + 1, warm + 49]) {
      assert.ok(Math.abs((fastVolatility[at] ?? 0) - volatility) < 1e-9)
      assert.ok(Math.abs((target[at] ?? 0) - expected) < 1e-9)
      assert.equal(maintenance[at], target[at])
    }
    assert.ok(target.slice(0, warm + 1).every(Number.isNaN))
  })

  it('takes the implied volatility when it is the greatest', () => {
    const { target } = rangePath(hourly(warm + 3, alternating(0.001)), parameters, () => 2)
    assert.ok(Math.abs((target[warm + 1] ?? 0) - 2.6 * (0.6 * 2 + 0.44) * Math.sqrt(0.5 / 365)) < 1e-12)
  })

  it('knows nothing of later prices', () => {
    const calm = hourly(warm + 200, alternating(0.005))
    const crash = hourly(warm + 200, (i) => (i === warm + 100 ? -0.3 : alternating(0.005)(i)))
    const [before, after] = [rangePath(calm, parameters), rangePath(crash, parameters)]
    assert.deepEqual(before.target.slice(0, warm + 100), after.target.slice(0, warm + 100))
    assert.ok((after.target[warm + 100] ?? 0) > 1.5 * (before.target[warm + 100] ?? 0))
    const ramp = (after.maintenance[warm + 101] ?? 0) / (after.maintenance[warm + 100] ?? 1)
    assert.ok(Math.abs(ramp - 1.02) < 1e-12)
  })

  it('starts anew, with a warm-up, after a hole of more than seven days and carries on over a shorter one', () => {
    const whole = hourly(2 * warm + 400, alternating(0.005))
    const short = rangePath(without(whole, warm + 100, warm + 100 + 6 * 24), parameters)
    assert.ok(Number.isFinite(short.target[warm + 100]))
    const long = rangePath(without(whole, warm + 100, warm + 101 + (8 * DAY) / HOUR), parameters)
    assert.ok(long.target.slice(warm + 100, 2 * warm + 100).every(Number.isNaN))
    assert.ok(Number.isFinite(long.target[2 * warm + 102]))
  })
})
