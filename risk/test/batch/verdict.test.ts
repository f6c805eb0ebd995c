import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { emptyResults, type Results } from '../../src/batch/results.ts'
import { distancesToMaintenance, nearestToMaintenance, unsafeAccounts } from '../../src/batch/verdict.ts'

/** One account per row: equity, maintenance, good end, bound. */
function resultsOf(rows: readonly (readonly [number, number, number, number])[]): Results {
  const results = emptyResults(rows.length)
  for (const [account, [equity, maintenance, goodEnd, bound]] of rows.entries()) {
    results.equity[account] = equity
    results.maintenance[account] = maintenance
    results.goodEnd[account] = goodEnd
    results.bound[account] = bound
  }
  return results
}

describe('the verdict over all accounts', () => {
  const results = resultsOf([
    [100, 40, 0, 1e-9],
    [10, 9, 0, 1e-9],
    [5, 0, 0, 1e-9],
    [-1, 0, 0, 1e-9],
    [30, 60, 0, 1e-9],
  ])

  it('measures distances in USD and as a ratio, infinite where nothing is required', () => {
    assert.deepEqual([...distancesToMaintenance(results, 'usd')], [60, 1, 5, -1, -30])
    assert.deepEqual(
      [...distancesToMaintenance(results, 'ratio')],
      [2.5, 10 / 9, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5],
    )
  })

  it('ranks the worst first', () => {
    assert.deepEqual([...nearestToMaintenance(results, 3, 'usd')], [4, 3, 1])
    assert.deepEqual([...nearestToMaintenance(results, 9, 'ratio')], [3, 4, 1, 0, 2])
  })

  it('counts the good end, and leaves what lies within the bound undecided', () => {
    const close = resultsOf([
      [10, 10, 0, 1],
      [10, 11, 0, 1],
      [10, 11.5, 0, 1],
      [10, 12, 3, 1],
      [10, 9, 0, 1],
      [10, 12, 1.5, 1],
    ])
    const { below, undecided } = unsafeAccounts(close)
    assert.deepEqual([...below], [2])
    assert.deepEqual([...undecided], [0, 1, 5])
  })
})
