import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { MarginBook } from '../../src/batch/marginBook.ts'
import { emptyMatrix } from '../../src/batch/matrix.ts'
import { refreshMatrix, refreshUnderlying } from '../../src/batch/refresh.ts'
import type { Results } from '../../src/batch/results.ts'
import { MarginPool, NotSharedError, WorkerFailedError } from '../../src/batch/workers/pool.ts'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import { accountsOf, LAYOUT, marketOf, parametersOf } from './universe.ts'

function bitsOf(results: Results): BigUint64Array[] {
  return Object.values(results).map((column) => new BigUint64Array(column.slice().buffer))
}

function createScene() {
  const random = new Random(11)
  const market = marketOf(random)
  const parameters = parametersOf(random, market)
  const matrix = emptyMatrix(LAYOUT, 'shared')
  refreshMatrix(LAYOUT, matrix, market, parameters)
  return { random, parameters, matrix, accounts: accountsOf(random, LAYOUT, 101).accounts }
}

describe('a pool of workers', () => {
  it('gives the bits of a single thread after full margin, ticks and events', async () => {
    const { random, parameters, matrix, accounts } = createScene()
    const book = new MarginBook(LAYOUT, matrix, accounts)
    const pool = await MarginPool.open({ layout: LAYOUT, matrix, accounts, workers: 3 })
    try {
      book.remargin()
      await pool.remargin()
      assert.deepEqual(bitsOf(pool.results), bitsOf(book.results))
      refreshUnderlying(LAYOUT, matrix, 'ETH', marketOf(random), parameters)
      const underlying = LAYOUT.underlyings.indexOf('ETH')
      assert.equal(await pool.tick(underlying), book.tick(underlying))
      for (let i = 0; i < 20; i++) {
        const [account, instrument] = [random.integer(101), random.integer(LAYOUT.instruments.length)]
        book.setPosition(account, instrument, i % 4)
        await pool.setPosition(account, instrument, i % 4)
        book.setCash(account, i)
        await pool.setCash(account, i)
      }
      assert.deepEqual(bitsOf(pool.results), bitsOf(book.results))
      assert.ok(pool.bytes > 0)
    } finally {
      await pool.close()
    }
  })

  it('passes on what a worker refuses and stays usable', async () => {
    const { matrix, accounts } = createScene()
    const pool = await MarginPool.open({ layout: LAYOUT, matrix, accounts, workers: 1 })
    try {
      await assert.rejects(pool.setPosition(0, 0, Number.NaN), WorkerFailedError)
      await assert.rejects(pool.setPosition(101, 0, 1), DomainError)
      await pool.remargin()
      assert.ok(pool.results.bound.every((bound) => bound > 0))
    } finally {
      await pool.close()
    }
    await assert.rejects(pool.remargin(), WorkerFailedError)
  })

  it('refuses a matrix that threads cannot share, and accounts that a book refuses', async () => {
    const { matrix, accounts } = createScene()
    const own = { layout: LAYOUT, matrix: emptyMatrix(LAYOUT), accounts, workers: 1 }
    await assert.rejects(MarginPool.open(own), NotSharedError)
    const wrong = { ...accounts, modes: accounts.modes.map(() => 9) }
    await assert.rejects(MarginPool.open({ layout: LAYOUT, matrix, accounts: wrong, workers: 2 }), WorkerFailedError)
    await assert.rejects(MarginPool.open({ ...own, matrix, workers: 0 }), DomainError)
  })
})
