import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MarginBook } from '../../src/batch/marginBook.ts'
import { emptyMatrix } from '../../src/batch/matrix.ts'
import { refreshMatrix } from '../../src/batch/refresh.ts'
import { MODES } from '../../src/batch/results.ts'
import { Random } from '../../src/math/random.ts'
import { plimsollMargin } from '../../src/methods/plimsoll/index.ts'
import { accountsOf, LAYOUT, marketOf, parametersOf } from './universe.ts'

describe('the batch engine', () => {
  it('gives what the scalar method gives, within both rounding bounds', () => {
    const reached = new Map<string, number>()
    for (let seed = 1; seed <= 12; seed++) {
      const random = new Random(seed)
      const market = marketOf(random)
      const parameters = parametersOf(random, market)
      const { accounts, portfolios } = accountsOf(random, LAYOUT, 150)
      const matrix = emptyMatrix(LAYOUT)
      refreshMatrix(LAYOUT, matrix, market, parameters)
      const book = new MarginBook(LAYOUT, matrix, accounts)
      book.remargin()
      const { results } = book
      for (const [account, portfolio] of portfolios.entries()) {
        const mode = MODES[accounts.modes[account] ?? 0] ?? 'cross'
        reached.set(mode, (reached.get(mode) ?? 0) + 1)
        const expected = plimsollMargin(portfolio, market, { ...parameters, mode })
        const bound = 2 * (results.bound[account] ?? 0)
        for (const name of ['equity', 'maintenance', 'initial', 'goodEnd'] as const) {
          const difference = Math.abs((results[name][account] ?? Number.NaN) - expected[name])
          assert.ok(difference <= bound, `seed ${seed}, account ${account} (${mode}): ${name} differs by ${difference}`)
        }
        assert.ok(bound < 1e-3, `bound ${bound}`)
      }
    }
    assert.deepEqual([...reached.keys()].sort(), [...MODES].sort())
  })
})
