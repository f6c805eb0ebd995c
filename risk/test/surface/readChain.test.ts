import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { black76Price } from '../../src/pricing/index.ts'
import { ChainError, type ChainRow, readChain } from '../../src/surface/index.ts'

const deribit: ChainRow = {
  t: '1000000',
  currency: 'BTC',
  expiry: '2000000',
  strike: '50000',
  type: 'C',
  bid: '0.01',
  ask: '0.02',
  forward: '51000',
  index_price: '50900',
}

function refuses(rows: readonly ChainRow[], row: number, column: string, options = {}): void {
  assert.throws(
    () => readChain(rows, options),
    (error: unknown) => error instanceof ChainError && error.row === row && error.column === column,
  )
}

describe('readChain', () => {
  it('reads Deribit rows: prices in coin, time, spot and forward from the rows', () => {
    const { chain, dropped } = readChain([deribit, { ...deribit, type: 'P', bid: '', ask: '0.003', t: '1000060' }])
    assert.deepEqual(
      { ...chain, quotes: chain.quotes.length },
      {
        underlying: 'BTC',
        time: 1_000_060,
        spot: 50_900,
        unit: 'coin',
        quotes: 2,
      },
    )
    const [call, put] = chain.quotes
    assert.deepEqual(call, {
      expiry: 2_000_000,
      strike: 50_000,
      kind: 'call',
      bid: 0.01,
      ask: 0.02,
      time: 1_000_000,
      forward: 51_000,
      index: 50_900,
    })
    assert.ok(put !== undefined && Number.isNaN(put.bid))
    assert.deepEqual(dropped, [])
  })

  it('takes the latest quote of each instrument at or before the asked time, and calls old ones stale', () => {
    const rows = [
      deribit,
      { ...deribit, t: '1003600', bid: '0.011' },
      { ...deribit, t: '1007200', bid: '0.012' },
      { ...deribit, strike: '60000' },
    ]
    const { chain, dropped } = readChain(rows, { at: 1_004_000 })
    assert.equal(chain.time, 1_003_600)
    assert.deepEqual(
      chain.quotes.map(({ bid }) => bid),
      [0.011],
    )
    assert.deepEqual(
      dropped.map(({ reason, quote }) => [reason, quote.strike]),
      [['stale', 60_000]],
    )
    assert.equal(readChain(rows, { at: 1_004_000, maximumAge: 7200 }).chain.quotes.length, 2)
    refuses(rows, 0, 't', { at: 999_999 })
  })

  it('separates underlyings: the first unless another is named', () => {
    const rows = [deribit, { ...deribit, currency: 'ETH', strike: '2000' }]
    assert.equal(readChain(rows).chain.underlying, 'BTC')
    assert.deepEqual(readChain(rows).underlyings, ['BTC', 'ETH'])
    assert.deepEqual(
      readChain(rows, { underlying: 'ETH' }).chain.quotes.map(({ strike }) => strike),
      [2000],
    )
    refuses(rows, 0, 'currency', { underlying: 'SOL' })
  })

  it('reads SPX rows: prices in USD, dates in New York, the third-Friday root at the open, summer and winter', () => {
    const spx = { root: 'SPX', expiry: '2026-02-20', strike: '6000', type: 'C', bid: '1', ask: '2' }
    const rows = [
      { ...spx, last_trade_time: '2026-01-30T20:00:00Z' },
      { ...spx, root: 'SPXW', last_trade_time: '' },
      { ...spx, root: 'SPXW', expiry: '2026-03-31', last_trade_time: '2026-01-30T21:15:54Z' },
      { ...spx, expiry: '2026-07-17', last_trade_time: '' },
    ]
    const { chain } = readChain(rows)
    assert.equal(chain.underlying, 'SPX')
    assert.equal(chain.unit, 'usd')
    assert.equal(chain.time, Date.parse('2026-01-30T21:15:54Z') / 1000)
    assert.deepEqual(
      chain.quotes.map(({ expiry }) => new Date(expiry * 1000).toISOString()),
      ['2026-02-20T14:30:00.000Z', '2026-02-20T21:00:00.000Z', '2026-03-31T20:00:00.000Z', '2026-07-17T13:30:00.000Z'],
    )
  })

  it('reads listings with rows for spot and forwards', () => {
    const option = {
      security: 'option',
      maturity: '2026-06-26T08:00:00Z',
      strike: '80000',
      type: 'P',
      bid: '0.05',
      ask: '0.06',
    }
    const rows = [
      { ...option, security: 'spot', maturity: '', strike: '', type: '', bid: '77596', ask: '77597' },
      { ...option, security: 'forward', strike: '', type: '', bid: '77690', ask: '77710' },
      option,
    ]
    const { chain } = readChain(rows, { at: 1_779_357_840 })
    assert.equal(chain.spot, 77_596.5)
    assert.equal(chain.unit, 'coin')
    assert.deepEqual(
      chain.quotes.map(({ forward, strike }) => [forward, strike]),
      [[77_700, 80_000]],
    )
    refuses(rows, 0, 't') // no clock in the rows, none given
  })

  it('reads quotes in volatilities as prices of out-of-the-money options', () => {
    const row = { expiry: '2023-03-17', texp_years: '0.08', strike: '4000', iv_bid: '0.2', iv_ask: '', forward: '4155' }
    const { chain } = readChain([row])
    const [quote] = chain.quotes
    assert.ok(quote !== undefined)
    assert.equal(quote.kind, 'put')
    assert.equal(quote.bid, black76Price('put', 4155, 4000, 0.08, 0.2, 1))
    assert.ok(Number.isNaN(quote.ask))
    assert.ok(Math.abs(quote.expiry - chain.time - 0.08 * 31_536_000) < 1e-3)
  })

  it('names row and column of what it cannot read', () => {
    refuses([], 0, 'expiry')
    refuses([deribit, { ...deribit, strike: 'x' }], 1, 'strike')
    refuses([{ ...deribit, strike: '-5' }], 0, 'strike')
    refuses([{ ...deribit, type: 'X' }], 0, 'type')
    refuses([{ ...deribit, expiry: 'soon' }], 0, 'expiry')
    refuses([deribit, { ...deribit, ask: 'nan' }], 1, 'ask')
    const { ask: _, ...withoutAsk } = deribit
    refuses([withoutAsk], 0, 'ask')
    const { expiry: __, ...withoutExpiry } = deribit
    refuses([withoutExpiry], 0, 'expiry')
  })
})
