import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  assumedSurface,
  bookKindOf,
  DAY,
  impliedHistory,
  LEVELS,
  monthVolatility,
  PAIR_STRUCTURES,
  type SmileSnapshot,
  STRUCTURE_METHODS,
  STRUCTURES,
  structureWindows,
  surfaceOf,
} from '../../src/evaluation/index.ts'
import { requireSurface, surfaceVolatility } from '../../src/surface/index.ts'
import { START } from './synthetic.ts'

const state = { scanRange: 0.1, targetScanRange: 0.12 }
const now = (symbol: string, spot: number) => assumedSurface(symbol, START, spot, 0.6)

function quoted(symbol: string, spot: number, move: number) {
  const later = assumedSurface(symbol, START + DAY, spot * (1 + move), 0.6)
  return { symbol, surface: now(symbol, spot), later: { maintenance: undefined, initial: later }, state }
}

describe('the structures', () => {
  it('are more than forty in one underlying, under names of their own', () => {
    const names = [...STRUCTURES, ...PAIR_STRUCTURES].map(({ name }) => name)
    assert.ok(STRUCTURES.length >= 40, `${STRUCTURES.length}`)
    assert.equal(new Set(names).size, names.length)
    assert.equal(STRUCTURES.filter(({ legs }) => bookKindOf(legs) === 'linear').length, 2)
  })
})

describe('structureWindows', () => {
  const windows = structureWindows([quoted('BTC', 60_000, -0.05)])
  const of = (name: string) => windows.find(({ structure }) => structure === name) ?? assert.fail(name)

  it('has every structure with every method at both levels, the losses only where a later market is known', () => {
    assert.equal(windows.length, STRUCTURES.length)
    for (const { structure, required, loss } of windows) {
      assert.deepEqual(Object.keys(required), Object.keys(STRUCTURE_METHODS))
      assert.ok(Number.isFinite(loss.initial) && Number.isNaN(loss.maintenance))
      for (const [method, { initial, maintenance }] of Object.entries(required))
        assert.ok(initial >= maintenance - 1e-12, `${structure} ${method}`)
    }
  })

  it('loses the move on a perpetual, and opposite amounts on both sides of an option structure', () => {
    assert.ok(Math.abs(of('long perpetual').loss.initial - 0.05) < 1e-12)
    assert.ok(Math.abs(of('short perpetual').loss.initial + 0.05) < 1e-12)
    const sides = ['long straddle, 30 d', 'short straddle, 30 d'].map((name) => of(name).loss.initial)
    assert.ok(Math.abs((sides[0] ?? 1) + (sides[1] ?? 1)) < 1e-12)
    assert.ok(of('short put, 7 d').loss.initial > 0.02 && of('short call, 7 d').loss.initial < 0)
  })

  it('asks the same in cross and portfolio mode of one underlying, less in portfolio mode of a hedged pair', () => {
    for (const level of LEVELS)
      for (const { required } of windows)
        assert.equal(required['plimsoll-cross']?.[level], required['plimsoll-portfolio']?.[level])
    const pairs = structureWindows([quoted('BTC', 60_000, 0.02), quoted('ETH', 3_000, 0.02)])
    assert.equal(pairs.length, PAIR_STRUCTURES.length)
    const hedged = pairs.find(({ structure }) => structure === 'short BTC straddle, long ETH straddle')
    const [cross, portfolio] = ['plimsoll-cross', 'plimsoll-portfolio'].map((mode) => hedged?.required[mode]?.initial)
    assert.ok((portfolio ?? 1) < (cross ?? 0))
  })
})

describe('surfaceOf', () => {
  const quote = (days: number, atTheMoney: number, put25: number, call25: number) => {
    return { expiry: START + days * DAY, forward: 60_000 + days, atTheMoney, put25, call25 }
  }
  const quotes = [quote(7, 0.5, 0.54, 0.51), quote(30, 0.48, 0.52, 0.5), quote(90, 0.47, 0.51, 0.5)]
  const snapshot: SmileSnapshot = { symbol: 'BTC', time: START, quotes }

  it('goes through the three quotes of each expiry within half a point, without arbitrage', () => {
    const surface = surfaceOf(snapshot) ?? assert.fail('no surface')
    requireSurface(surface)
    for (const { expiry, forward, atTheMoney } of quotes)
      assert.ok(Math.abs(surfaceVolatility(surface, forward, expiry) - atTheMoney) < 0.005)
  })

  it('needs two expiries', () => {
    assert.equal(surfaceOf({ ...snapshot, quotes: quotes.slice(0, 1) }), undefined)
  })

  it('leaves an assumed surface free of arbitrage, with its volatility at the money', () => {
    requireSurface(now('BTC', 60_000))
    assert.ok(Math.abs(surfaceVolatility(now('BTC', 60_000), 60_000, START + 45 * DAY) - 0.6) < 1e-9)
  })

  it('gives the volatility of thirty days, and none once the quote is a day old', () => {
    assert.equal(monthVolatility(snapshot), 0.48)
    const between = monthVolatility({ ...snapshot, quotes: [quote(20, 0.5, 0.5, 0.5), quote(40, 0.6, 0.6, 0.6)] })
    assert.ok(Math.abs(between - Math.sqrt((0.25 * 20 + 0.36 * 40) / 2 / 30)) < 1e-12)
    const implied = impliedHistory([snapshot])
    assert.deepEqual([implied(START - 1), implied(START + DAY), implied(START + DAY + 1)], [0, 0.48, 0])
  })
})
