import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import { equity } from '../../src/methods/index.ts'
import type { Account } from '../../src/stress/book.ts'
import { CascadeLimitError, type CascadeOptions, simulateCascade } from '../../src/stress/cascade.ts'
import { averageFactor, type PriceImpact, priceFactor } from '../../src/stress/impact.ts'
import { EXPIRY, fall, flatRate, MARKET, perpetual } from './books.ts'

fc.configureGlobal({ seed: 0x506c696d })
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} +- ${tolerance}`)

const linear: PriceImpact = { kind: 'linear', depth: 50 }
const root: PriceImpact = { kind: 'square-root', depth: 5 }
const options = (over: Partial<CascadeOptions> = {}): CascadeOptions => ({
  requirement: flatRate(0.05),
  impacts: { BTC: linear },
  ...over,
})

/** Longs of one bitcoin with ever less cash, and one short who holds the other side. */
function ladder(count: number): Account[] {
  const longs = Array.from({ length: count }, (_, i) => perpetual(`long ${i}`, 8_000 + (60_000 * i) / count, 1))
  return [...longs, perpetual('maker', 1e8, -count)]
}

describe('price impact', () => {
  for (const impact of [linear, root]) {
    it(`of the ${impact.kind} kind is 1 % at the depth, and ends the same in slices`, () => {
      near(priceFactor(impact, impact.depth), Math.exp(-0.01), 1e-15)
      near(priceFactor(impact, -impact.depth), Math.exp(0.01), 1e-15)
      const units = fc.double({ min: -1e4, max: 1e4, noNaN: true })
      fc.assert(
        fc.property(units, units, (a, b) => {
          const whole = averageFactor(impact, 0, a + b) * (a + b)
          const sliced = averageFactor(impact, 0, a) * a + averageFactor(impact, a, a + b) * b
          near(whole, sliced, 1e-6 * (1 + Math.abs(a) + Math.abs(b)) * Math.max(1, Math.abs(whole / (a + b || 1))))
        }),
      )
    })

    it(`of the ${impact.kind} kind has the average price that a sum over small trades has`, () => {
      for (const [from, to] of [
        [0, 300],
        [20, 4000],
        [0, -250],
        [-30, 40],
      ] as const) {
        const steps = 200_000
        const width = (to - from) / steps
        let sum = 0
        for (let i = 0; i < steps; i++) sum += priceFactor(impact, from + (i + 0.5) * width)
        near(averageFactor(impact, from, to), sum / steps, 1e-7)
      }
    })
  }
})

describe('a cascade of one account', () => {
  it('has the closed form of linear impact: price, equity and amplification', () => {
    const [quantity, cash, shock] = [40, 400_000, -0.08]
    const result = simulateCascade([perpetual('a', cash, quantity)], MARKET, fall(shock), options())
    const shocked = 100_000 * (1 + shock)
    const x = (0.01 * quantity) / linear.depth
    const final = shocked * Math.exp(-x)
    const average = (shocked * (1 - Math.exp(-x))) / x
    near(result.market.underlyings.BTC?.spot ?? 0, final, 1e-6)
    near(result.accounts[0]?.equity ?? 0, cash + quantity * (average - 100_000), 1e-6)
    near(result.amplification.BTC ?? 0, (final - 100_000) / (shocked - 100_000), 1e-12)
    assert.equal(result.rounds.length, 2)
    assert.equal(result.accounts[0]?.closed, 1)
  })

  it('ends at the same price in slices as at once when it must be closed in full', () => {
    const accounts = [perpetual('a', 300_000, 40)] // insolvent from the shock on, so nothing restores it
    for (const impact of [linear, root]) {
      const at = (closeShare: number) =>
        simulateCascade(accounts, MARKET, fall(-0.1), options({ closeShare, impacts: { BTC: impact } }))
      const [once, sliced] = [at(1), at(0.1)]
      assert.ok(sliced.rounds.length > 10)
      near(sliced.market.underlyings.BTC?.spot ?? 0, once.market.underlyings.BTC?.spot ?? 1, 1e-6)
      near(sliced.badDebt, once.badDebt, 1e-4)
    }
  })

  it('stops a partial liquidation when initial margin is met again', () => {
    // 40 units, shock to 95,000: equity 180,000 against maintenance 190,000. Each round sells a tenth of what is left.
    const accounts = [perpetual('a', 380_000, 40)]
    const { accounts: ends, market } = simulateCascade(accounts, MARKET, fall(-0.05), options({ closeShare: 0.1 }))
    const [end = assert.fail()] = ends
    const { initial, maintenance } = flatRate(0.05)(end.portfolio, market)
    assert.ok(end.closed > 0 && end.closed < 1)
    assert.ok(end.equity >= initial && end.equity > maintenance)
    const held = end.portfolio.positions[0]?.quantity ?? 0
    assert.ok(end.equity < 2 * 0.05 * 100_000 * (held / 0.9)) // one slice less would not have been enough
  })

  it('does not start above maintenance, and moves nothing', () => {
    const result = simulateCascade([perpetual('a', 500_000, 40)], MARKET, fall(-0.05), options())
    assert.equal(result.rounds.length, 1)
    assert.equal(result.amplification.BTC, 1)
    assert.equal(result.liquidatedAccounts, 0)
  })

  it('pushes the price up when a short is bought back', () => {
    const result = simulateCascade([perpetual('a', 400_000, -40)], MARKET, fall(0.08), options())
    assert.ok((result.market.underlyings.BTC?.spot ?? 0) > 108_000)
    assert.ok((result.rounds[1]?.sold.BTC ?? 0) === -40)
  })
})

describe('a cascade of many accounts', () => {
  for (const impact of [linear, root])
    for (const closeShare of [1, 0.25]) {
      it(`conserves wealth under ${impact.kind} impact with a close share of ${closeShare}`, () => {
        const accounts = ladder(60)
        const result = simulateCascade(
          accounts,
          MARKET,
          fall(-0.1),
          options({ impacts: { BTC: { ...impact, depth: impact.depth / 5 } }, closeShare }),
        )
        assert.ok(result.rounds.length > 2, 'no second wave')
        near(result.imbalance, 0, 1e-4)
        const cash = accounts.reduce((sum, { portfolio }) => sum + portfolio.cash, 0)
        const ends = result.accounts.reduce((sum, end) => sum + end.equity, 0)
        near(ends + equity(result.absorber, result.market), cash, 1e-4) // longs = shorts: total profit is nil
        near(result.fundUsed + result.uncovered, result.badDebt, 1e-9)
      })
    }

  it('ends in a fixed point: nobody with positions is below maintenance', () => {
    const requirement = flatRate(0.05)
    const result = simulateCascade(ladder(60), MARKET, fall(-0.1), options({ closeShare: 0.3 }))
    for (const { portfolio, equity: own } of result.accounts)
      if (portfolio.positions.length > 0) assert.ok(own >= requirement(portfolio, result.market).maintenance)
  })

  it('falls further with a larger shock, and less in a deeper market', () => {
    const bottom = (shock: number, depth: number) =>
      simulateCascade(ladder(40), MARKET, fall(shock), options({ impacts: { BTC: { kind: 'linear', depth } } })).market
        .underlyings.BTC?.spot ?? Number.NaN
    const shocks = fc.double({ min: -0.6, max: 0, noNaN: true })
    const depths = fc.double({ min: 0.5, max: 1e4, noNaN: true })
    fc.assert(
      fc.property(shocks, shocks, depths, depths, (a, b, p, q) => {
        assert.ok(bottom(Math.min(a, b), p) <= bottom(Math.max(a, b), p) + 1e-6)
        assert.ok(bottom(a, Math.min(p, q)) <= bottom(a, Math.max(p, q)) + 1e-6)
        assert.ok(bottom(a, p) <= 100_000 * (1 + a) + 1e-6)
      }),
    )
  })

  it('ends at the same prices for a book twice as large in a market twice as deep', () => {
    const twin = ladder(40).map(({ portfolio }, i) => ({ name: `twin ${i}`, portfolio }))
    for (const impact of [linear, root]) {
      const once = simulateCascade(ladder(40), MARKET, fall(-0.15), options({ impacts: { BTC: impact } }))
      const deeper = { BTC: { ...impact, depth: 2 * impact.depth } }
      const twice = simulateCascade([...ladder(40), ...twin], MARKET, fall(-0.15), options({ impacts: deeper }))
      near(twice.market.underlyings.BTC?.spot ?? 0, once.market.underlyings.BTC?.spot ?? 1, 1e-6)
      near(twice.badDebt, 2 * once.badDebt, 1e-4)
    }
  })

  it('is a stress test without impact', () => {
    const deep = simulateCascade(ladder(40), MARKET, fall(-0.4), options({ impacts: {} }))
    assert.equal(deep.market.underlyings.BTC?.spot, 60_000)
    assert.equal(deep.amplification.BTC, 1)
    const expected = ladder(40)
      .slice(0, 40)
      .reduce((sum, { portfolio }) => sum + Math.max(0, 40_000 - portfolio.cash), 0)
    near(deep.badDebt, expected, 1e-6)
  })

  it('draws on the fund first and leaves the rest uncovered', () => {
    const result = simulateCascade(ladder(40), MARKET, fall(-0.4), options({ fund: 10_000 }))
    assert.equal(result.fundUsed, 10_000)
    near(result.uncovered, result.badDebt - 10_000, 1e-9)
    const rich = simulateCascade(ladder(40), MARKET, fall(-0.4), options({ fund: 1e9 }))
    assert.equal(rich.uncovered, 0)
    assert.equal(rich.fundUsed, rich.badDebt)
  })

  it('spreads to another underlying through accounts that hold both', () => {
    const instrument = (underlying: string) => ({ kind: 'perpetual', underlying }) as const
    const both = {
      name: 'both',
      portfolio: {
        cash: 70_000,
        positions: [
          { instrument: instrument('BTC'), quantity: 3 },
          { instrument: instrument('ETH'), quantity: 50 },
        ],
      },
    }
    const shock = { name: 'btc', moves: { BTC: -0.2 }, otherMove: 0, volatilityFactor: 1 }
    const impacts = { BTC: linear, ETH: { kind: 'linear', depth: 100 } as const }
    const { market, amplification } = simulateCascade([both], MARKET, shock, options({ impacts }))
    near(market.underlyings.ETH?.spot ?? 0, 4_000 * Math.exp(-0.005), 1e-9)
    assert.equal(amplification.ETH, undefined)
  })

  it('trades the delta of options and conserves wealth with them', () => {
    const random = new Random(8)
    const accounts: Account[] = Array.from({ length: 30 }, (_, i) => ({
      name: `writer ${i}`,
      portfolio: {
        cash: 6_000 + 400 * i,
        positions: [
          {
            instrument: { kind: 'put', underlying: 'BTC', expiry: EXPIRY, strike: 85_000 + 1_000 * random.integer(20) },
            quantity: -1,
          },
          { instrument: { kind: 'spot', underlying: 'BTC' }, quantity: 0.05 * random.integer(3) },
        ],
      },
    }))
    const impacts: CascadeOptions['impacts'] = { BTC: { kind: 'square-root', depth: 2 } }
    const result = simulateCascade(
      accounts,
      MARKET,
      { ...fall(-0.1), volatilityFactor: 1.4 },
      options({ impacts, closeShare: 0.5 }),
    )
    assert.ok(result.liquidatedAccounts > 5)
    assert.ok((result.rounds[1]?.sold.BTC ?? 0) > 0) // buying puts back leaves their hedgers to sell
    near(result.imbalance, 0, 1e-4)
  })

  it('gives the same result twice', () => {
    const run = () => simulateCascade(ladder(30), MARKET, fall(-0.15), options({ closeShare: 0.2 }))
    assert.deepEqual(run().rounds, run().rounds)
  })

  it('refuses options that make no cascade, and says when it does not end', () => {
    const run = (over: Partial<CascadeOptions>) => simulateCascade(ladder(5), MARKET, fall(-0.5), options(over))
    assert.throws(() => run({ closeShare: 0 }), DomainError)
    assert.throws(() => run({ fund: -1 }), DomainError)
    assert.throws(() => run({ impacts: { BTC: { kind: 'linear', depth: 0 } } }), DomainError)
    assert.throws(() => run({ closeShare: 0.01, maxRounds: 10 }), CascadeLimitError)
  })
})
