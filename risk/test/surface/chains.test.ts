import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import {
  essviSmile,
  fitSurface,
  gridOf,
  minimumCalendar,
  minimumDurrleman,
  type OptionChain,
  type ReadChainOptions,
  rawSmile,
  requireSurface,
  type SurfaceFit,
} from '../../src/surface/index.ts'
import { packChain, sampleChain, sampleRows } from './chainFiles.ts'

function requireFree({ surface, expiries }: SurfaceFit): void {
  requireSurface(surface)
  expiries.forEach(({ essvi, raw }, i) => {
    const smile = essviSmile(essvi)
    assert.ok(minimumDurrleman(smile, gridOf(smile)).g >= 0, 'butterfly')
    if (raw !== undefined) assert.ok(minimumDurrleman(rawSmile(raw.svi), gridOf(smile)).g >= 0, 'raw SVI butterfly')
    const early = expiries[i - 1]
    if (early !== undefined)
      assert.ok(minimumCalendar(essviSmile(early.essvi), smile, gridOf(smile)).difference > 0, 'calendar')
  })
}

function print(test: TestContext, { surface, expiries, dropped }: SurfaceFit): void {
  for (const { terms, fit, raw } of expiries)
    test.diagnostic(
      `${surface.underlying} ${new Date(terms.expiry * 1000).toISOString().slice(0, 10)}: ${fit.quotes} quotes, ` +
        `width ${fit.width.toFixed(2)}, rmse eSSVI ${fit.rmse.toFixed(2)}, raw SVI ${raw?.fit.rmse.toFixed(2)} vol points, ` +
        `${(100 * fit.inside).toFixed(0)} % inside bid-ask, forward by ${terms.forwardSource}`,
    )
  const reasons = [...Map.groupBy(dropped, ({ reason }) => reason)].map(([reason, all]) => `${reason} ${all.length}`)
  test.diagnostic(`left out: ${reasons.join(', ')}`)
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function fitted(test: TestContext, chain: OptionChain): SurfaceFit {
  const fit = fitSurface(chain)
  requireFree(fit)
  print(test, fit)
  return fit
}

describe('real option chains', () => {
  it('Deribit BTC, 21 May 2026: 12 expiries, mean rmse within 1.2 mean widths, raw SVI within the width', (test) => {
    const { expiries } = fitted(test, sampleChain('deribit_BTC_bidask_2026-05-21.csv', { at: 1_779_357_840 }))
    assert.equal(expiries.length, 12)
    assert.ok(mean(expiries.map(({ fit }) => fit.rmse)) < 1.2 * mean(expiries.map(({ fit }) => fit.meanWidth)))
    for (const { fit, raw } of expiries) assert.ok((raw?.fit.rmse ?? Infinity) < fit.meanWidth)
  })

  it('Deribit BTC, 21 May 2026: volatilities of bid and ask are those published beside the prices', () => {
    const file = 'deribit_BTC_bidask_2026-05-21.csv'
    const published = new Map(
      sampleRows(file)
        .filter(({ maturity }) => maturity === '2026-06-26T08:00:00Z')
        .map((row) => [Number(row.strike), row]),
    )
    const { expiries } = fitSurface(sampleChain(file, { at: 1_779_357_840 }), { rawSvi: false })
    const june = expiries.find(({ terms }) => terms.expiry === Date.parse('2026-06-26T08:00:00Z') / 1000)
    assert.ok(june !== undefined && june.quotes.length >= 25)
    for (const { quote, bid, ask } of june.quotes) {
      const row = published.get(quote.strike)
      assert.ok(Math.abs(bid / Number(row?.iv_bid) - 1) < 1e-3 && Math.abs(ask / Number(row?.iv_ask) - 1) < 1e-3)
    }
  })

  it('Deribit ETH, 8 January 2024: parity forwards agree with the published ones within their error', (test) => {
    const chain = sampleChain('deribit_ETH_2024-01-08.csv')
    const { expiries } = fitted(test, chain)
    assert.equal(expiries.length, 11)
    const published = new Map(chain.quotes.map(({ expiry, forward }) => [expiry, forward]))
    const byParity = expiries.filter(({ terms }) => terms.forwardSource === 'parity')
    assert.ok(byParity.length >= 6)
    for (const { terms } of byParity)
      assert.ok(Math.abs(terms.forward - (published.get(terms.expiry) ?? 0)) < terms.forwardError, `${terms.expiry}`)
  })

  it('SPX, 30 January 2026: rates near 4 %, AM and PM expiries, mean rmse below a vol point', (test) => {
    const fit = fitted(test, sampleChain('spx_chain_2026-01-30_close.csv'))
    assert.equal(fit.expiries.length, 6)
    assert.ok(mean(fit.expiries.map(({ fit: { rmse } }) => rmse)) < 1)
    for (const { terms } of fit.expiries.filter(({ terms: { years } }) => years > 0.3)) {
      const rate = -Math.log(terms.discount) / terms.years
      assert.ok(rate > 0.035 && rate < 0.045, `${rate}`)
    }
    assert.ok(
      fit.dropped.some(({ reason }) => reason === 'parity'),
      'the stale quotes of AM expiries are found',
    )
  })

  const pack: [string, ReadChainOptions][] = [
    ['deribit_BTC_2020-05-21.csv', {}],
    ['deribit_weekly_2026H1a.csv.gz', {}],
    ['deribit_crash_2026-02-03_to_09.csv.gz', { at: 1_770_326_940 }],
    ['spx_chain_2026-01-30_close.csv.gz', {}],
    ['vix_implied_vols_2023-02-15.csv', {}],
  ]
  for (const [name, options] of pack)
    it(`${name} of the full data pack, where present, is fitted without arbitrage`, (test) => {
      const chain = packChain(name, options)
      if (chain === undefined)
        test.diagnostic(`${name} is absent: set PLIMSOLL_OPTION_DATA to the folder of the chains`)
      else fitted(test, chain)
    })
})
