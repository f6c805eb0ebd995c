/** What the publishers of a simulated day may know. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PriceHistory } from '@plimsoll/risk/estimation'
import { FULL_CAP, LEAST_CAPS } from '@plimsoll/risk/methods'
import { historyPosting } from '@plimsoll/risk/posting'
import { impliedParameters } from '../../scripts/simulation/options/efficiency.ts'
import { postingAt, readHistories, withHistory } from '../../scripts/simulation/options/histories.ts'
import { marketAt, optionDay } from '../../scripts/simulation/options/optionDay.ts'

const DAY = 86_400
const OPEN = Date.UTC(2026, 1, 5) / 1000
const SYMBOLS = ['BTC', 'ETH']
const histories = readHistories(SYMBOLS)
const termsAt = (timestamp: number) => ({ underlying: 'ETH', timestamp, scanRange: 85n * 10n ** 15n })

/** Prices for which `isMoved` times ten. */
function moved(isMoved: (time: number) => boolean): PriceHistory[] {
  return histories.map(({ symbol, times, prices }) => ({
    symbol,
    times,
    prices: prices.map((price, i) => (isMoved(times[i] ?? 0) ? 10 * price : price)),
  }))
}

describe('the histories of the option day', () => {
  it('know nothing of later: prices after a message change no bit of it, the one at its midnight does', () => {
    for (const hours of [0, 7, 24, 35.5]) {
      const terms = termsAt(OPEN + hours * 3_600)
      const posting = postingAt(terms, histories)
      const midnight = terms.timestamp - (terms.timestamp % DAY)
      assert.deepEqual(
        postingAt(
          terms,
          moved((time) => time > terms.timestamp),
        ),
        posting,
      )
      assert.notEqual(
        postingAt(
          terms,
          moved((time) => time === midnight),
        ).inputs,
        posting.inputs,
      )
    }
  })

  it('are what anybody computes from the whole file', () => {
    const terms = termsAt(OPEN + 3_600)
    assert.deepEqual(postingAt(terms, histories), historyPosting(terms, histories))
  })

  it('reach beyond the day, so that each of its midnights brings a new one', () => {
    for (const { symbol, times } of histories) assert.ok((times.at(-1) ?? 0) > OPEN + 2 * DAY, symbol)
    const [first, second] = [OPEN, OPEN + DAY].map((time) => postingAt(termsAt(time), histories))
    assert.ok(first && second)
    // The fall of the first day makes a fall of four ranges likelier.
    assert.ok((second.probabilities[0] ?? 0) > (first.probabilities[0] ?? 0), `${first.caps} ${second.caps}`)
    assert.equal(postingAt(termsAt(OPEN + 3_600), histories).weights, first.weights)
  })

  it('give the margin methods caps in the form of the contracts, for their own scan ranges', () => {
    const day = optionDay()
    const [step] = day.steps
    assert.ok(step)
    const { states } = withHistory(impliedParameters(marketAt(day, step)), histories, step.t)
    for (const symbol of SYMBOLS) {
      const caps = states[symbol]?.caps
      assert.ok(caps && caps.length === LEAST_CAPS.length)
      for (const [node, cap] of caps.entries()) {
        assert.ok(Math.abs(cap * FULL_CAP - Math.round(cap * FULL_CAP)) < 1e-9)
        assert.ok(cap * FULL_CAP >= (LEAST_CAPS[node] ?? FULL_CAP) - 1e-9 && cap <= 1)
      }
    }
  })
})
