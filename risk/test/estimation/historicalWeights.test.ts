import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  DAY,
  dailyPrices,
  dailyReturns,
  HISTORY_DAYS,
  HOUR,
  hatWeights,
  historicalNodeWeights,
  historicalWeights,
  historyAt,
  LEAST_RETURNS,
  type PriceHistory,
} from '../../src/estimation/index.ts'
import { Random } from '../../src/math/random.ts'
import { NODES, nodeMoves } from '../../src/scenarios/index.ts'

const START = 1_700_006_400 // a midnight

/** One price at each midnight and one at noon, which counts nowhere, with the given standard deviation of a day. */
function walk(days: number, deviation: (day: number) => number, seed = 1): PriceHistory {
  const random = new Random(seed)
  let price = 100
  const entries = Array.from({ length: 2 * days }, (_, i) => {
    if (i % 2 === 0) price *= Math.exp(deviation(i / 2) * random.normal())
    return { time: START + (i * DAY) / 2, price: i % 2 === 0 ? price : 3 * price }
  })
  return {
    symbol: 'X',
    times: Float64Array.from(entries, ({ time }) => time),
    prices: Float64Array.from(entries, ({ price }) => price),
  }
}

function without({ symbol, times, prices }: PriceHistory, drop: (time: number) => boolean): PriceHistory {
  const kept = Array.from(times.keys()).filter((i) => !drop(times[i] ?? 0))
  return {
    symbol,
    times: Float64Array.from(kept, (i) => times[i] ?? 0),
    prices: Float64Array.from(kept, (i) => prices[i] ?? 0),
  }
}

describe('daily prices', () => {
  it('are those of midnight, or the newest of the eight hours before', () => {
    const history = {
      symbol: 'X',
      times: Float64Array.of(0, 16 * HOUR, DAY + 15 * HOUR, 3 * DAY),
      prices: Float64Array.of(1, 2, 3, 4),
    }
    assert.deepEqual(dailyPrices(history), {
      midnights: Float64Array.of(0, DAY, 3 * DAY),
      prices: Float64Array.of(1, 2, 4),
    })
  })

  it('give no return across a missing midnight', () => {
    const midnights = Float64Array.of(0, DAY, 3 * DAY, 4 * DAY)
    const { midnights: ends, returns } = dailyReturns({ midnights, prices: Float64Array.of(1, 2, 8, 4) })
    assert.deepEqual(ends, Float64Array.of(DAY, 4 * DAY))
    assert.deepEqual(returns, Float64Array.of(Math.log(2), Math.log(0.5)))
  })

  it('that count are the last two years and the midnight before them, none of the future', () => {
    const all = dailyPrices(walk(900, () => 0.03))
    const time = START + 800 * DAY + 5 * HOUR
    const { midnights } = historyAt(all, time)
    assert.equal(midnights.length, HISTORY_DAYS + 1)
    assert.equal(midnights.at(-1), START + 800 * DAY)
  })
})

describe('historical weights of the nodes', () => {
  const end = START + 800 * DAY
  const steady = walk(801, () => 0.03)

  it('are undefined with fewer returns than they need, and known with one more', () => {
    const few = walk(LEAST_RETURNS, () => 0.03)
    assert.equal(historicalWeights(few)(START + 10_000 * DAY, 0.1), undefined)
    assert.ok(historicalWeights(walk(LEAST_RETURNS + 1, () => 0.03))(START + LEAST_RETURNS * DAY, 0.1))
  })

  it('are probabilities that change at midnight only', () => {
    const weights = historicalWeights(steady)
    const [own, later] = [weights(end, 0.1), weights(end + DAY - 1, 0.1)]
    assert.ok(own)
    assert.deepEqual(later, own)
    assert.ok(Math.abs(own.reduce((sum, each) => sum + each, 0) - 1) < 1e-12)
    assert.notDeepEqual(weights(end - DAY, 0.1), own)
  })

  it('know nothing of prices to come', () => {
    const [all, past] = [historicalWeights(steady), historicalWeights(without(steady, (time) => time > end - 50 * DAY))]
    assert.deepEqual(all(end - 50 * DAY, 0.1), past(end - 50 * DAY, 0.1))
  })

  it('follow volatility: when it doubles, they spread like moves twice as wide', () => {
    const calm = historicalWeights(steady)(end, 0.1)
    const wild = historicalWeights(walk(801, (day) => (day > 700 ? 0.06 : 0.03)))(end, 0.2)
    assert.ok(calm && wild)
    const deviation = (weights: Float64Array) => {
      const moves = new Float64Array(NODES)
      nodeMoves(0.1, moves) // in units of each own range
      return Math.sqrt(weights.reduce((sum, each, node) => sum + each * (moves[node] ?? 0) ** 2, 0))
    }
    assert.ok(Math.abs(deviation(wild) / deviation(calm) - 1) < 0.2)
  })

  it('are the hat weights of the returns themselves where volatility stands still', () => {
    const midnights = Float64Array.from({ length: 401 }, (_, i) => START + i * DAY)
    const prices = Float64Array.from({ length: 401 }, (_, i) => (i % 2 === 0 ? 100 : 104))
    const moves = new Float64Array(NODES)
    nodeMoves(0.12, moves)
    const [up, down] = [0.04, 1 / 1.04 - 1]
    const expected = hatWeights([up, down], moves)
    const weights = historicalNodeWeights({ midnights, prices }, 0.12)
    for (const [node, weight] of (weights ?? []).entries())
      assert.ok(Math.abs(weight - (expected[node] ?? 0)) < 1e-3, `node ${node}`)
    assert.ok(weights)
  })

  it('take a missing day for what it is: two returns fewer', () => {
    const noted = (history: PriceHistory) => dailyReturns(historyAt(dailyPrices(history), end)).returns.length
    assert.equal(noted(steady), HISTORY_DAYS)
    assert.equal(noted(without(steady, (time) => Math.abs(time - (end - 30 * DAY)) < DAY / 2)), HISTORY_DAYS - 2)
  })
})
