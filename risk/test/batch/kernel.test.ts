import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileKernel } from '../../assembly/build.ts'
import { layoutOf } from '../../src/batch/layout.ts'
import { MarginBook } from '../../src/batch/marginBook.ts'
import { emptyMatrix } from '../../src/batch/matrix.ts'
import { refreshMatrix } from '../../src/batch/refresh.ts'
import { KERNEL } from '../../src/batch/simd/kernel.ts'
import { Random } from '../../src/math/random.ts'
import type { Instrument } from '../../src/methods/portfolio.ts'
import { accountsOf, LAYOUT, marketOf, parametersOf } from './universe.ts'

describe('the margin kernel', () => {
  it('is what its source compiles to (renew: node risk/assembly/build.ts)', async () => {
    assert.equal(KERNEL, Buffer.from(await compileKernel('margin')).toString('base64'))
  })

  it('gives the same bits for accounts of any number and size in a block, and larger than a block', () => {
    const random = new Random(21)
    const market = marketOf(random)
    const matrix = emptyMatrix(LAYOUT)
    refreshMatrix(LAYOUT, matrix, market, parametersOf(random, market))
    const { accounts } = accountsOf(random, LAYOUT, 700, 30)
    const together = new MarginBook(LAYOUT, matrix, accounts)
    together.remargin()
    for (const account of [0, 255, 256, 699]) {
      const [from = 0, to = 0] = accounts.starts.subarray(account, account + 2)
      const alone = new MarginBook(LAYOUT, matrix, {
        starts: Uint32Array.of(0, to - from),
        instruments: accounts.instruments.slice(from, to),
        quantities: accounts.quantities.slice(from, to),
        cash: accounts.cash.slice(account, account + 1),
        modes: accounts.modes.slice(account, account + 1),
      })
      alone.remargin()
      for (const name of ['equity', 'maintenance', 'initial', 'goodEnd', 'bound'] as const) {
        assert.ok(Object.is(alone.results[name][0], together.results[name][account]), `${name} of account ${account}`)
      }
    }
  })

  it('takes a row longer than its block', () => {
    const strikes = Array.from({ length: 2500 }, (_, i) => 50_000 + 40 * i)
    const random = new Random(22)
    const market = marketOf(random)
    const expiry = [...(market.underlyings.BTC?.expiries.keys() ?? [])][2] ?? 0
    const layout = layoutOf(
      strikes.flatMap((strike): Instrument[] => [
        { kind: 'call', underlying: 'BTC', expiry, strike },
        { kind: 'put', underlying: 'BTC', expiry, strike },
      ]),
    )
    const matrix = emptyMatrix(layout)
    refreshMatrix(layout, matrix, market, parametersOf(random, market))
    const count = layout.instruments.length
    const book = new MarginBook(layout, matrix, {
      starts: Uint32Array.of(0, 1, 1 + count),
      instruments: Uint32Array.from({ length: 1 + count }, (_, i) => Math.max(i - 1, 0)),
      quantities: Float64Array.from({ length: 1 + count }, (_, i) => (i === 0 ? 1 : 0.001)),
      cash: Float64Array.of(0, 0),
      modes: Uint8Array.of(1, 1),
    })
    book.remargin()
    const calls = matrix.strikes.callValue.reduce((sum, value) => sum + value, 0)
    const parity = matrix.strikes.parityValue.reduce((sum, value) => sum + value, 0)
    const error = Math.abs((book.results.equity[1] ?? 0) - 0.001 * (2 * calls - parity))
    assert.ok(error <= 2 * (book.results.bound[1] ?? 0), `off by ${error}`)
    assert.equal(book.results.equity[0], matrix.strikes.callValue[0])
  })
})
