import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { SparseRows } from '../../src/batch/sparseRows.ts'
import { DomainError } from '../../src/errors.ts'

const ROWS = 5
type Change = { row: number; key: number; value: number }

const changes = fc.array(
  fc.record({
    row: fc.integer({ min: 0, max: ROWS - 1 }),
    key: fc.integer({ min: 0, max: 15 }),
    value: fc.integer({ min: -3, max: 3 }),
  }),
  { maxLength: 120 },
)

/** A value of zero removes, any other is set. */
function apply(rows: SparseRows, { row, key, value }: Change): void {
  if (value === 0) rows.remove(row, key)
  else rows.set(row, key, value)
}

function entriesOf(rows: SparseRows, row: number): [number, number][] {
  const start = rows.start[row] ?? 0
  return Array.from({ length: rows.length[row] ?? 0 }, (_, i) => [
    rows.keys[start + i] ?? Number.NaN,
    rows.values[start + i] ?? Number.NaN,
  ])
}

describe('sparse rows', () => {
  it('hold after any changes what a map per row holds, keys ascending', () => {
    fc.assert(
      fc.property(changes, (list) => {
        const rows = new SparseRows(new Uint32Array(ROWS).fill(1), 1)
        const maps = Array.from({ length: ROWS }, () => new Map<number, number>())
        for (const change of list) {
          apply(rows, change)
          if (change.value === 0) maps[change.row]?.delete(change.key)
          else maps[change.row]?.set(change.key, change.value)
        }
        for (const [row, map] of maps.entries()) {
          const expected = [...map].sort(([a], [b]) => a - b)
          assert.deepEqual(entriesOf(rows, row), expected)
        }
        assert.equal(
          rows.size,
          maps.reduce((sum, map) => sum + map.size, 0),
        )
      }),
      { seed: 1, numRuns: 300 },
    )
  })

  it('find what was put and nothing else', () => {
    const rows = new SparseRows(new Uint32Array(2), 0)
    for (let key = 30; key > 0; key -= 3) rows.set(1, key, 1)
    for (let key = 0; key < 32; key++) assert.equal(rows.find(1, key) >= 0, key > 0 && key % 3 === 0)
    assert.equal(rows.find(0, 3), -1)
  })

  it('reclaim what moved rows left behind', () => {
    const rows = new SparseRows(new Uint32Array(1), 2)
    for (let key = 0; key < 4096; key++) rows.set(0, key, 1)
    assert.ok(rows.keys.length < 3 * 4096, `${rows.keys.length} slots for 4096 entries`)
  })

  it('refuse a row that does not exist', () => {
    assert.throws(() => new SparseRows(new Uint32Array(3), 2).set(3, 0, 1), DomainError)
  })
})
