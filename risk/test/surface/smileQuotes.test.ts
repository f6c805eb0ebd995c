import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import { black76Price } from '../../src/pricing/index.ts'
import {
  DROP_REASONS,
  type DroppedQuote,
  fitSurface,
  type OptionChain,
  type OptionQuote,
  quotedSmiles,
  surfaceVolatility,
} from '../../src/surface/index.ts'

const TIME = 1_700_000_000
const DAY = 86_400
const FORWARD = 100
const DISCOUNT = 0.99

function smileOf(strike: number): number {
  return 0.5 + 0.3 * Math.log(strike / FORWARD) ** 2 - 0.1 * Math.log(strike / FORWARD)
}

/** Calls and puts at 13 strikes, quoted 0.5 vol points to either side of the smile, or in coin by the coin's own rule. */
function chainOf(unit: 'usd' | 'coin', days = 60): OptionChain {
  const years = days / 365
  const quotes = Array.from({ length: 13 }, (_, i) => 70 + 5 * i).flatMap((strike) =>
    (['call', 'put'] as const).map((kind): OptionQuote => {
      const price = (shift: number) =>
        unit === 'usd'
          ? black76Price(kind, FORWARD, strike, years, smileOf(strike) + shift, DISCOUNT)
          : black76Price(kind, FORWARD, strike, years, smileOf(strike) + shift, 1) / FORWARD
      return {
        expiry: TIME + days * DAY,
        strike,
        kind,
        bid: price(-0.005),
        ask: price(0.005),
        time: TIME,
        forward: Number.NaN,
      }
    }),
  )
  return { underlying: 'X', time: TIME, spot: 98, unit, quotes }
}

function counts(dropped: readonly DroppedQuote[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(dropped, ({ reason }) => reason)].map(([key, all]) => [key, all.length]))
}

describe('quotedSmiles', () => {
  it('recovers forward, discount and the quoted volatilities from prices in USD', () => {
    const { smiles, dropped } = quotedSmiles(chainOf('usd'))
    const [smile] = smiles
    assert.ok(smile !== undefined)
    assert.ok(Math.abs(smile.terms.forward - FORWARD) < 1e-3)
    assert.ok(Math.abs(smile.terms.discount - DISCOUNT) < 1e-3)
    assert.equal(smile.terms.forwardSource, 'parity')
    assert.equal(smile.quotes.length, 13)
    for (const { quote, mid, bid, ask } of smile.quotes) {
      assert.ok(Math.abs(mid - smileOf(quote.strike)) < 1e-3)
      assert.ok(Math.abs(ask - bid - 0.01) < 1e-3)
    }
    assert.deepEqual(counts(dropped), { 'in the money': 13 })
  })

  it('recovers them from prices in coin, and the USD discount from spot over forward', () => {
    const { smiles } = quotedSmiles(chainOf('coin'))
    const [smile] = smiles
    assert.ok(smile !== undefined)
    assert.ok(Math.abs(smile.terms.forward - FORWARD) < 1e-3)
    assert.ok(Math.abs(smile.terms.discount - 0.98) < 1e-4)
    for (const { quote, mid } of smile.quotes) assert.ok(Math.abs(mid - smileOf(quote.strike)) < 1e-3)
  })

  it('reports every quote it leaves out with its reason', () => {
    const chain = chainOf('usd')
    const change: Record<number, Partial<OptionQuote>> = {
      0: { bid: Number.NaN },
      2: { bid: 0 },
      3: { ask: Number.NaN },
      5: { bid: 5, ask: 4 },
      8: { bid: 50, ask: 50.2 }, // stale: 20 dollars off parity
    }
    const quotes = chain.quotes.map((quote, i) => ({ ...quote, ...change[i] }))
    quotes.push({ expiry: TIME + 60, strike: 100, kind: 'call', bid: 1, ask: 2, time: TIME, forward: 100 })
    quotes.push({ expiry: TIME + DAY, strike: 100, kind: 'call', bid: 1, ask: 2, time: TIME, forward: Number.NaN })
    quotes.push({ expiry: TIME + 2 * DAY, strike: 100, kind: 'call', bid: 2, ask: 2.1, time: TIME, forward: 100 })
    const { smiles, dropped } = quotedSmiles({ ...chain, quotes })
    const found = counts(dropped)
    assert.equal(found['no bid'], 2)
    assert.equal(found['no ask'], 1)
    assert.equal(found.crossed, 1)
    assert.equal(found.parity, 2)
    assert.equal(found.expired, 1)
    assert.equal(found['no forward'], 1)
    assert.equal(found['few quotes'], 1)
    const kept = smiles.reduce((sum, smile) => sum + smile.quotes.length, 0)
    assert.equal(kept + dropped.length, quotes.length, 'no quote disappears')
    for (const { reason } of dropped) assert.ok(reason in DROP_REASONS)
  })

  it('leaves out wide quotes, far strikes and impossible prices', () => {
    const chain = chainOf('usd')
    const [, put = chain.quotes[0]] = chain.quotes // strike 70
    assert.ok(put !== undefined)
    const quotes = [
      ...chain.quotes,
      { ...put, strike: 72, bid: 0.01, ask: 3 },
      { ...put, strike: 20, bid: 0.01, ask: 0.011 },
      { ...put, strike: 71, bid: 80, ask: 81 },
    ]
    const found = counts(quotedSmiles({ ...chain, quotes }).dropped)
    assert.deepEqual([found.wide, found['far strike'], found['no volatility']], [1, 1, 1])
  })

  it('takes a quoted forward where there are no pairs', () => {
    const chain = chainOf('usd')
    const calls = chain.quotes.filter(({ kind }) => kind === 'call').map((quote) => ({ ...quote, forward: 100 }))
    const { smiles } = quotedSmiles({ ...chain, quotes: calls }, { minimumQuotes: 3 })
    assert.equal(smiles[0]?.terms.forwardSource, 'quoted')
    assert.equal(smiles[0]?.terms.discountSource, 'none')
    assert.equal(smiles[0]?.terms.forward, 100)
  })

  it('refuses limits that are not positive', () => {
    assert.throws(() => quotedSmiles(chainOf('usd'), { maximumWidth: 0 }), DomainError)
  })
})

describe('fitSurface', () => {
  it('returns a surface that reprices the smile it was quoted from, by spread and by vega', () => {
    for (const weighting of ['spread', 'vega'] as const) {
      const { surface, expiries } = fitSurface(chainOf('usd'), { weighting })
      for (const strike of [80, 90, 100, 110, 120])
        assert.ok(Math.abs(surfaceVolatility(surface, strike, TIME + 60 * DAY) - smileOf(strike)) < 0.005, `${strike}`)
      assert.equal(surface.spot, 98)
      assert.ok((expiries[0]?.raw?.fit.rmse ?? 1) < 0.1, 'raw SVI within a tenth of a vol point')
      assert.ok((expiries[0]?.fit.inside ?? 0) > 0.9)
    }
  })

  it('leaves out a quote far from the smile of its neighbours', () => {
    const chain = chainOf('usd')
    const quotes = chain.quotes.map((quote) =>
      quote.strike === 85 && quote.kind === 'put' ? { ...quote, bid: quote.bid * 1.6, ask: quote.ask * 1.6 } : quote,
    )
    const outliers = fitSurface({
      ...chain,
      quotes: quotes.filter(({ strike, kind }) => strike !== 85 || kind === 'put'),
    })
    assert.deepEqual(
      outliers.dropped.filter(({ reason }) => reason === 'outlier').map(({ quote }) => quote.strike),
      [85],
    )
  })

  it('refuses a chain that keeps no expiry', () => {
    assert.throws(() => fitSurface({ ...chainOf('usd'), quotes: [] }), DomainError)
    assert.throws(() => fitSurface(chainOf('usd'), { outlier: 0 }), DomainError)
    assert.throws(() => fitSurface(chainOf('usd'), { widthFloor: 0 }), DomainError)
  })
})
