import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Holders } from '../../src/batch/holders.ts'

function visited(holders: Holders, underlying: number, holds: (account: number) => boolean): number[] {
  const met: number[] = []
  holders.visit(underlying, holds, (account) => met.push(account))
  return met
}

describe('the holders of an underlying', () => {
  it('are met once each, also when they left and came back', () => {
    const holders = new Holders(2, 50)
    for (let account = 0; account < 40; account++) holders.add(1, account)
    holders.add(1, 7)
    assert.deepEqual(
      visited(holders, 1, () => true),
      Array.from({ length: 40 }, (_, i) => i),
    )
    assert.deepEqual(
      visited(holders, 0, () => true),
      [],
    )
  })

  it('leave the list at the first visit that finds them gone', () => {
    const holders = new Holders(1, 4)
    for (let account = 0; account < 4; account++) holders.add(0, account)
    assert.deepEqual(
      visited(holders, 0, (account) => account !== 2),
      [0, 1, 3],
    )
    assert.deepEqual(
      visited(holders, 0, () => true),
      [0, 1, 3],
    )
    holders.add(0, 2)
    assert.deepEqual(
      visited(holders, 0, () => true),
      [0, 1, 3, 2],
    )
  })
})
