import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../../src/errors.ts'
import type { Market, Position } from '../../../src/methods/portfolio.ts'
import {
  CLASSIC_EXTREMES,
  commodityRisk,
  formSpreads,
  pairedScenario,
  SPAN_CRYPTO,
  SPAN_SCENARIOS,
  type SpanCommodity,
  type SpanPosition,
  spanMargin,
  spanRequirement,
  spanScenarios,
  WIDE_EXTREMES,
} from '../../../src/methods/span/index.ts'
import { black76Price } from '../../../src/pricing/black76.ts'
import { anyPortfolio, MARKET, scaled } from '../plimsoll/books.ts'

const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/span_examples.json', import.meta.url), 'utf8'))
const MCMILLAN = VECTORS.mcmillan_example
const CORN_SOY = VECTORS.cme_inter_spread_example
const CALENDAR = VECTORS.cme_intra_spread_example

const losses = (pnl: readonly number[]) => pnl.map((profit) => -profit)

/** A future that loses `outright` per scan range, under the classic scenarios. */
function future(outright: number, quantity: number, period = '1'): SpanPosition {
  const array = spanScenarios(CLASSIC_EXTREMES).map(({ price, weight }) => -outright * price * weight)
  return { quantity, losses: array, delta: 1, period }
}

function commodity(positions: readonly SpanPosition[], rest: Partial<SpanCommodity> = {}): SpanCommodity {
  return { name: 'X', positions, spreads: [], shortOption: { rate: 0, rule: 'sum' }, ...rest }
}

const scan = (...positions: SpanPosition[]) => commodityRisk(commodity(positions)).scanRisk

describe('the scenarios of SPAN', () => {
  it('are the classic 16 in their order', () => {
    const own = spanScenarios(CLASSIC_EXTREMES)
    assert.equal(own.length, SPAN_SCENARIOS)
    for (const [index, row] of VECTORS.scenarios_classic_16.entries()) {
      assert.ok(Math.abs((own[index]?.price ?? Number.NaN) - row.price_frac_of_scan_range) < 1e-6)
      assert.equal(own[index]?.volatility, row.vol_dir)
      assert.equal(own[index]?.weight, row.loss_fraction)
    }
  })

  it('take their extremes as a parameter', () => {
    assert.deepEqual(spanScenarios(WIDE_EXTREMES).slice(14), [
      { price: 3, volatility: 0, weight: 0.33 },
      { price: -3, volatility: 0, weight: 0.33 },
    ])
  })

  it('pair up by volatility; extremes are alone', () => {
    const own = spanScenarios(CLASSIC_EXTREMES)
    for (let i = 0; i < SPAN_SCENARIOS; i++) {
      const pair = pairedScenario(i)
      assert.equal(own[pair]?.price, own[i]?.price)
      assert.equal(own[pair]?.volatility, i < 14 ? -(own[i]?.volatility ?? 0) : 0)
    }
  })
})

describe('scan risk', () => {
  const call = (quantity: number): SpanPosition => ({
    quantity,
    losses: losses(MCMILLAN.long_call_pnl),
    delta: 0.6,
    period: '1',
  })
  const index = (quantity: number): SpanPosition => ({
    quantity,
    losses: losses(MCMILLAN.long_future_pnl),
    delta: 1,
    period: '1',
  })

  it("is that of McMillan's long call, covered write and short call", () => {
    assert.equal(scan(call(1)), MCMILLAN.span_long_call)
    assert.equal(scan(index(1), call(-1)), MCMILLAN.span_covered_write)
    assert.equal(scan(call(-1)), MCMILLAN.span_short_call)
  })

  it("finds McMillan's array of the covered write in every scenario, and our array of the future", () => {
    const write = commodityRisk(commodity([index(1), call(-1)]))
    assert.deepEqual([...write.losses], losses(MCMILLAN.covered_write_long_future_short_call_pnl))
    const own = future(MCMILLAN.price_scan_range_usd, 1).losses
    // McMillan prints thirds rounded to 10 dollars.
    for (const [i, pnl] of MCMILLAN.long_future_pnl.entries()) assert.ok(Math.abs((own[i] ?? 0) + pnl) < 5)
  })

  it('parts into price, volatility and time', () => {
    const { scanRisk, activeScenario, timeRisk, volatilityRisk, weightedPriceRisk } = commodityRisk(
      commodity([call(1)]),
    )
    assert.equal(activeScenario, 13)
    assert.equal(timeRisk, (-460 + 610) / 2)
    assert.equal(volatilityRisk, (3990 - 3380) / 2)
    assert.equal(weightedPriceRisk, (scanRisk - timeRisk - volatilityRisk) / 0.6)
  })

  it('refuses an array that has not 16 numbers', () => {
    assert.throws(() => scan({ quantity: 1, losses: [1, 2], delta: 1, period: '1' }), DomainError)
  })
})

describe('spreads', () => {
  it('between delivery months cost 200, 300 and 250 as in the example of CME', () => {
    const months: Record<string, number> = CALENDAR.outright
    for (const [pair, expected] of Object.entries(CALENDAR.margins)) {
      const [near = '', far = ''] = pair.slice(1).split('-')
      const legs = [
        { of: [near], side: 'A' as const, ratio: 1 },
        { of: [far], side: 'B' as const, ratio: 1 },
      ]
      const positions = [future(months[`m${near}`] ?? 0, 1, near), future(months[`m${far}`] ?? 0, -1, far)]
      const spreads = [{ legs, charge: CALENDAR.charge[`${near}-${far}`] }]
      const { requirement } = commodityRisk(commodity(positions, { spreads }))
      assert.ok(Math.abs(requirement - Number(expected)) < 1e-9, pair)
    }
  })

  it('between commodities are credited 3,300 of 6,000 as in the example of CME', () => {
    const corn = commodity([future(CORN_SOY.corn_outright, 2)], { name: 'corn' })
    const soy = commodity([future(CORN_SOY.soy_outright, -1)], { name: 'soy' })
    const spread = {
      legs: [
        { of: ['corn'], side: 'A' as const, ratio: CORN_SOY.ratio[0] },
        { of: ['soy'], side: 'B' as const, ratio: CORN_SOY.ratio[1] },
      ],
      rate: CORN_SOY.inter_rate,
    }
    const { requirement, commodities } = spanRequirement([corn, soy], [spread])
    const credit = commodities.reduce((sum, { interCredit }) => sum + interCredit, 0)
    assert.ok(Math.abs(requirement - CORN_SOY.margin) < 1e-9)
    assert.ok(Math.abs(credit - CORN_SOY.credit) < 1e-9)
    assert.equal(spanRequirement([corn, commodity([future(2500, 1)], { name: 'soy' })], [spread]).requirement, 6000)
  })

  it('are formed by priority, use up their deltas and may draw on a tier', () => {
    const deltas = new Map([
      ['a', 3],
      ['b', 2],
      ['c', -4],
    ])
    const legs = [
      { of: ['a', 'b'], side: 'A' as const, ratio: 1 },
      { of: ['c'], side: 'B' as const, ratio: 1 },
    ]
    assert.equal(formSpreads(deltas, legs), 4)
    assert.deepEqual([...deltas.values()], [0, 1, 0])
    assert.equal(formSpreads(deltas, legs), 0)
  })
})

describe('the requirement of a commodity', () => {
  const option = (quantity: number, kind: 'call' | 'put'): SpanPosition => ({
    ...future(10, quantity),
    option: { kind, value: 100 },
  })

  it('is at least the short option minimum', () => {
    const of = (rule: 'sum' | 'greater') =>
      commodityRisk(commodity([option(-3, 'call'), option(-2, 'put')], { shortOption: { rate: 50, rule } })).requirement
    assert.equal(of('sum'), 250)
    assert.equal(of('greater'), 150)
  })

  it('is at least the short option minimum after credits too', () => {
    const short = { rate: 4_000, rule: 'sum' as const }
    const corn = commodity([option(-1, 'call'), future(1_000, 1)], { name: 'corn', shortOption: short })
    const soy = commodity([future(1_000, -1)], { name: 'soy' })
    const legs = [
      { of: ['corn'], side: 'A' as const, ratio: 0.5 },
      { of: ['soy'], side: 'B' as const, ratio: 1 },
    ]
    const { commodities } = spanRequirement([corn, { ...soy, positions: [future(1_000, 1)] }], [{ legs, rate: 0.5 }])
    assert.equal(commodities[0]?.requirement, 4_000)
    const credited = spanRequirement([{ ...corn, positions: [option(-1, 'call')] }, soy], [{ legs, rate: 0.5 }])
    assert.equal(credited.commodities[0]?.requirement, 4_000)
  })

  it('less net option value is what cash must cover', () => {
    const { requirement, netRequirement } = spanRequirement([commodity([option(-3, 'call'), option(1, 'put')])], [])
    assert.equal(netRequirement, requirement + 200)
  })

  it('holds the delivery charge per delta of the spot month', () => {
    const legs = [
      { of: ['1'], side: 'A' as const, ratio: 1 },
      { of: ['2'], side: 'B' as const, ratio: 1 },
    ]
    const delivery = { period: '1', perSpread: 10, perOutright: 30 }
    const positions = [future(100, 5, '1'), future(100, -2, '2')]
    const result = commodityRisk(commodity(positions, { spreads: [{ legs, charge: 0 }], delivery }))
    assert.equal(result.delivery, 2 * 10 + 3 * 30)
  })
})

describe('SPAN of the common portfolio', () => {
  const need = (...positions: Position[]) => spanMargin({ cash: 0, positions }, MARKET, SPAN_CRYPTO).maintenance
  const perpetual = (quantity: number, underlying = 'BTC'): Position => ({
    instrument: { kind: 'perpetual', underlying },
    quantity,
  })

  it('costs a perpetual its scan range and a pair of underlyings less than both', () => {
    assert.ok(Math.abs(need(perpetual(2)) - 2 * 95_047.5 * 0.15) < 1e-9)
    assert.ok(need(perpetual(1), perpetual(-28, 'ETH')) < need(perpetual(1)) + need(perpetual(-28, 'ETH')))
    assert.equal(need(perpetual(1), perpetual(28, 'ETH')), need(perpetual(1)) + need(perpetual(28, 'ETH')))
  })

  it('charges a calendar spread of futures', () => {
    const expiry = MARKET.time + 30 * 86_400
    const dated: Position = { instrument: { kind: 'future', underlying: 'BTC', expiry }, quantity: -1 }
    const forward = MARKET.underlyings.BTC?.expiries.get(expiry)?.forward ?? Number.NaN
    const outright = Math.abs(95_047.5 - forward) * 0.15
    assert.ok(Math.abs(need(perpetual(1), dated) - outright - 950) < 1e-9)
  })

  it('prices an option a day later in every scenario', () => {
    const expiry = MARKET.time + 30 * 86_400
    const call: Position = { instrument: { kind: 'call', underlying: 'BTC', expiry, strike: 100_000 }, quantity: 1 }
    const { scenarios } = spanMargin({ cash: 0, positions: [call] }, MARKET, SPAN_CRYPTO)
    const quoted = MARKET.underlyings.BTC?.expiries.get(expiry)
    assert.ok(quoted)
    const { forward, discount, volatility } = quoted
    const at = (years: number, factor: number) =>
      black76Price('call', forward, 100_000, years, volatility(100_000) * factor, discount)
    assert.ok(Math.abs((scenarios[0]?.pnl ?? 0) - (at(29 / 365, 1.25) - at(30 / 365, 1))) < 1e-8)
    assert.ok(Math.abs((scenarios[1]?.pnl ?? 0) - (at(29 / 365, 0.75) - at(30 / 365, 1))) < 1e-8)
  })

  it('spreads a perpetual against a synthetic forward by its delta, the discount factor', () => {
    const expiry = MARKET.time + 30 * 86_400
    const leg = (kind: 'call' | 'put', quantity: number): Position => ({
      instrument: { kind, underlying: 'BTC', expiry, strike: 95_000 },
      quantity,
    })
    const positions = [perpetual(1), leg('call', -1), leg('put', 1)]
    const { addOns } = spanMargin({ cash: 0, positions }, MARKET, SPAN_CRYPTO)
    const charge = addOns.find(({ name }) => name === 'BTC calendar spreads')?.maintenance ?? Number.NaN
    const discount = MARKET.underlyings.BTC?.expiries.get(expiry)?.discount ?? Number.NaN
    assert.ok(Math.abs(charge - 950 * discount) < 1e-9)
  })

  it('is homogeneous', () => {
    fc.assert(
      fc.property(anyPortfolio, fc.double({ min: 0.01, max: 100, noNaN: true }), (portfolio, factor) => {
        const whole = spanMargin(portfolio, MARKET, SPAN_CRYPTO)
        const part = spanMargin(scaled(portfolio, factor), MARKET, SPAN_CRYPTO)
        assert.ok(Math.abs(part.initial - factor * whole.initial) <= 1e-9 * factor * (1 + whole.initial))
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  it('never falls below the scan loss of its worst scenario when underlyings stand alone', () => {
    const alone = { ...SPAN_CRYPTO, interSpreads: [] }
    fc.assert(
      fc.property(anyPortfolio, (portfolio) => {
        const { maintenance, scenarios } = spanMargin(portfolio, MARKET, alone)
        for (let i = 0; i < SPAN_SCENARIOS; i++) {
          const pnl = scenarios.filter((_, at) => at % SPAN_SCENARIOS === i).reduce((sum, one) => sum + one.pnl, 0)
          assert.ok(maintenance >= -pnl - 1e-9 * (1 + maintenance))
        }
      }),
      { seed: 2, numRuns: 100 },
    )
  })

  it('stays within the price even when an extreme would fall below zero', () => {
    const wide = { ...SPAN_CRYPTO, other: { ...SPAN_CRYPTO.other, priceScanRange: 0.6 } }
    const market: Market = { ...MARKET, underlyings: { SOL: MARKET.underlyings.SOL ?? assert.fail() } }
    const put: Position = {
      instrument: { kind: 'put', underlying: 'SOL', expiry: MARKET.time + 30 * 86_400, strike: 180 },
      quantity: -1,
    }
    const { maintenance } = spanMargin({ cash: 0, positions: [put] }, market, wide)
    assert.ok(maintenance > 0 && maintenance < 180)
  })
})
