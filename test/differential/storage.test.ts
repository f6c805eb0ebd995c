import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { checkStorage, type StorageResult } from './throughStorage.ts'

describe('the bigint twin of surfaces, epochs, risk arrays and settlement', () => {
  let result: StorageResult
  before(async () => {
    result = await checkStorage(1, 200)
  })

  it('equals the storage and the answers of the deployed protocol to the wei', () => {
    assert.equal(result.portfolios, 200)
    assert.deepEqual(result.examples, [])
    assert.equal(result.mismatches, 0)
  })

  it('was compared on whole matrices, on surfaces and on clamped ones', () => {
    const { worlds, matrices, surfaces, clamped } = result
    assert.ok(matrices >= worlds && surfaces >= worlds && clamped >= 3, JSON.stringify(result))
  })
})
