import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { roundingBound, UNIT_ROUNDOFF } from '../../src/batch/errorBound.ts'
import { MarginBook } from '../../src/batch/marginBook.ts'
import { emptyMatrix } from '../../src/batch/matrix.ts'
import { refreshMatrix } from '../../src/batch/refresh.ts'
import type { Results } from '../../src/batch/results.ts'
import { unsafeAccounts } from '../../src/batch/verdict.ts'
import { Random } from '../../src/math/random.ts'
import { type ExactMargin, exactMargin } from './exactMargin.ts'
import { exactly, size } from './fixedPoint.ts'
import { accountsOf, LAYOUT, marketOf, parametersOf } from './universe.ts'

/** Errors of the results and of the distances made of them. */
function errorsOf(results: Results, account: number, exact: ExactMargin): bigint[] {
  const errorOf = (name: keyof ExactMargin) => exactly(results[name][account] ?? Number.NaN) - exact[name]
  const equity = errorOf('equity')
  const maintenance = errorOf('maintenance')
  const initial = errorOf('initial')
  const goodEnd = errorOf('goodEnd')
  const distances = [equity - maintenance, equity + goodEnd - maintenance, equity - initial]
  return [equity, maintenance, initial, goodEnd, ...distances]
}

describe('the rounding bound', () => {
  it('holds for every result and every distance against exact arithmetic', () => {
    let closest = 0
    for (let seed = 1; seed <= 8; seed++) {
      const random = new Random(100 + seed)
      const market = marketOf(random)
      const matrix = emptyMatrix(LAYOUT)
      refreshMatrix(LAYOUT, matrix, market, parametersOf(random, market))
      const { accounts } = accountsOf(random, LAYOUT, 40, 25)
      const book = new MarginBook(LAYOUT, matrix, accounts)
      book.remargin()
      for (let account = 0; account < book.accounts; account++) {
        const slots = [...accounts.instruments.keys()].slice(accounts.starts[account], accounts.starts[account + 1])
        const held = slots.map((i) => ({
          instrument: accounts.instruments[i] ?? 0,
          quantity: accounts.quantities[i] ?? 0,
        }))
        const exact = exactMargin(LAYOUT, matrix, accounts.modes[account] ?? 0, accounts.cash[account] ?? 0, held)
        const bound = exactly(book.results.bound[account] ?? Number.NaN)
        for (const error of errorsOf(book.results, account, exact)) {
          assert.ok(size(error) <= bound, `seed ${seed}, account ${account}: error ${error} above bound ${bound}`)
          closest = Math.max(closest, Number((size(error) * 1_000_000n) / bound) / 1_000_000)
        }
      }
    }
    assert.ok(closest > 1e-5, `the bound is ${1 / closest} times too wide`)
  })

  it('is proportional to the size of the terms and a few hundred units of rounding', () => {
    assert.ok(roundingBound(8, 1) < 400 * UNIT_ROUNDOFF)
    assert.ok(roundingBound(128, 1e6) < 1e6 * 2000 * UNIT_ROUNDOFF)
    assert.ok(roundingBound(8, 0) > 0)
  })

  it('separates accounts that are proved safe, proved below and undecided', () => {
    const random = new Random(7)
    const market = marketOf(random)
    const matrix = emptyMatrix(LAYOUT)
    refreshMatrix(LAYOUT, matrix, market, parametersOf(random, market))
    const { accounts } = accountsOf(random, LAYOUT, 60)
    const book = new MarginBook(LAYOUT, matrix, accounts)
    book.remargin()
    const { equity, maintenance, goodEnd } = book.results
    for (let account = 0; account < 20; account++) {
      const excess = (equity[account] ?? 0) + (goodEnd[account] ?? 0) - (maintenance[account] ?? 0)
      book.setCash(account, (accounts.cash[account] ?? 0) - excess)
    }
    const { below, undecided } = unsafeAccounts(book.results)
    const isBelow = (account: number) =>
      (equity[account] ?? 0) + (goodEnd[account] ?? 0) - (maintenance[account] ?? 0) < 0
    assert.deepEqual(
      [...undecided],
      Array.from({ length: 20 }, (_, account) => account),
    )
    assert.deepEqual(
      [...below],
      Array.from({ length: 60 }, (_, i) => i).filter((i) => i >= 20 && isBelow(i)),
    )
  })
})
