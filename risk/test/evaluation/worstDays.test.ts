import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Account, costOf, type EventBars, eventCost, HELD_HOURS, HOUR } from '../../src/evaluation/index.ts'
import { START } from './synthetic.ts'

/** Closes, with lows and highs 1 % beyond them. */
function bars(closes: readonly number[]): EventBars {
  const close = Float64Array.from(closes)
  return {
    times: close.map((_, i) => START + i * HOUR),
    low: close.map((price) => price * 0.99),
    high: close.map((price) => price * 1.01),
    close,
  }
}

const steady = (prices: readonly number[]) => bars([...prices, ...new Array<number>(20).fill(prices.at(-1) ?? 100)])
const account = (own: Partial<Account>): Account => ({
  time: START,
  side: 'long',
  margin: 0.1,
  maintenance: 0.05,
  ...own,
})

const close = (actual: number | undefined, expected: number) =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-12, `${actual} is not ${expected}`)

describe('costOf', () => {
  it('holds to the worst extreme of the twelve hours after the entry', () => {
    const cost = costOf(steady([100, 90, 80, 95]), account({}))
    close(cost?.move, 1 - 0.8 * 0.99)
    close(cost?.held, 1 - 0.8 * 0.99 - 0.1)
  })

  it('closes an hour after the first close below maintenance, at that price', () => {
    // After the fall to 94 equity is 4 % of 100 and maintenance 4.7 %; an hour later the price is 85: 5 % beyond 10 %.
    const cost = costOf(steady([100, 94, 85, 50]), account({}))
    close(cost?.liquidated, 0.05)
  })

  it('costs nothing where the price comes back within the hour, or never breaks maintenance', () => {
    close(costOf(steady([100, 94, 96, 50]), account({}))?.liquidated, 0)
    close(costOf(steady([100, 96, 97]), account({}))?.liquidated, 0)
  })

  it('closes an account at maintenance after one hour, a short on the way up', () => {
    close(costOf(steady([100, 92, 60]), account({ margin: 0.05 }))?.liquidated, 0.03)
    close(costOf(steady([100, 108, 160]), account({ side: 'short', margin: 0.05 }))?.liquidated, 0.03)
    close(costOf(steady([100, 108, 160]), account({ side: 'short', margin: 0.05 }))?.move, 1.6 * 1.01 - 1)
  })

  it('is unknown where the bars end before the horizon', () => {
    assert.equal(costOf(bars([100, 90]), account({})), undefined)
    assert.equal(costOf(steady([100]), account({ time: START - HOUR })), undefined)
  })
})

describe('eventCost', () => {
  it('takes the worst entry hour and the mean of all', () => {
    const all = steady([100, 100, 80])
    const event = { name: 'test', from: START, to: START + 3 * HOUR }
    const cost = eventCost(event, 'BTC', all, { side: 'long', level: 'initial' }, (_, level) =>
      level === 'initial' ? 0.1 : 0.05,
    )
    assert.equal(cost?.accounts, 3)
    close(cost?.worst.held, 1 - 0.8 * 0.99 - 0.1)
    close(cost?.worst.leverage, 10)
    close(cost?.meanHeld, (2 * (1 - 0.8 * 0.99 - 0.1)) / 3)
    close(cost?.worstLiquidated, 0.1)
    close(cost?.meanLiquidated, 0.2 / 3)
  })

  it('is nothing without an hour that has bars for the next twelve', () => {
    const event = { name: 'test', from: START, to: START + HELD_HOURS * HOUR }
    assert.equal(
      eventCost(event, 'BTC', bars([100, 99]), { side: 'long', level: 'initial' }, () => 0.1),
      undefined,
    )
  })
})
