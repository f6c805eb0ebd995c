import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ACCOUNT_ROOM, MAX_POSITIONS, type Position, perpetualOf, roomTaken } from '@plimsoll/sdk'
import { fits, merged } from '../../keeper/src/takeover.ts'
import { book, btcOption } from '../../sdk/test/optionMarkets.ts'

const calls = (count: number): Position[] =>
  Array.from({ length: count }, (_, n) => ({ instrument: btcOption('call', 20_000n + BigInt(n) * 100n), lots: 10n }))
const perpetuals = (count: number): Position[] =>
  Array.from({ length: count }, (_, n) => ({ instrument: perpetualOf(n + 1), lots: 10n }))

describe('room in an account of the keeper', () => {
  it('holds a slice as long as positions and underlyings fit', () => {
    const before = book(0n, perpetuals(33))
    assert.ok(roomTaken(before.positions) <= ACCOUNT_ROOM)
    assert.ok(fits(before, merged(before, 0n, perpetuals(34).slice(33))))
    assert.ok(!fits(before, merged(before, 0n, calls(2))), 'an underlying with options takes more')
    assert.ok(fits(book(0n, []), book(0n, calls(MAX_POSITIONS))))
  })

  it('needs slots for what is opened even where as much is closed', () => {
    const before = book(0n, calls(MAX_POSITIONS))
    const [first] = before.positions
    assert.ok(first)
    const roll = [{ ...first, lots: -first.lots }, ...calls(MAX_POSITIONS + 1).slice(MAX_POSITIONS)]
    const after = merged(before, 0n, roll)
    assert.equal(after.positions.length, MAX_POSITIONS)
    assert.ok(!fits(before, after))
    assert.ok(fits(before, merged(before, 0n, [{ ...first, lots: -first.lots }])), 'closing always goes')
  })
})
