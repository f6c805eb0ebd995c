import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CODE_LIMIT, contractSizes, INIT_CODE_LIMIT } from '../src/sizes.ts'

describe('contract sizes', () => {
  it('lists every contract that is deployed', () => {
    const names = contractSizes().map(({ contract }) => contract)
    for (const name of [
      'Clearinghouse',
      'Markets',
      'Series',
      'Settlement',
      'MarginEngine',
      'Vault',
      'ChainlinkSource',
    ]) {
      assert.ok(names.includes(name), `${name} is not compiled`)
    }
    assert.ok(!names.includes('Ledger'), 'an abstract contract has no code')
  })

  it('are under the limits of the chain', () => {
    for (const { contract, code, initCode } of contractSizes()) {
      assert.ok(code <= CODE_LIMIT, `${contract} has ${code} bytes`)
      assert.ok(initCode <= INIT_CODE_LIMIT, `${contract} has ${initCode} bytes of init code`)
    }
  })
})
