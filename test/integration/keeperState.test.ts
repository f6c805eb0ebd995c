import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { numberToHex } from 'viem'
import { failedAgain } from '../../keeper/src/backoff.ts'
import { Book, portfolioOf } from '../../keeper/src/book.ts'
import type { EventBlock, ProtocolEvent } from '../../keeper/src/events.ts'
import type { Pending } from '../../keeper/src/pending.ts'
import { FileJournal } from '../../keeper/src/ports/journal.ts'
import { assess as assessStage } from '../../keeper/src/stages/assess.ts'
import { anchorOf, Shifts } from '../../keeper/src/stages/filter.ts'
import {
  type AccountId,
  assess,
  encodePosition,
  linearSnapshot,
  perpetualOf,
  spotOf,
  WAD,
} from '../../sdk/src/index.ts'
import { holdings, linearBook, moved, rowOf } from '../fixtures/linearMarkets.ts'

const RUNS = { seed: 0x6b656570, numRuns: 300 }
const hashOf = (number: bigint) => numberToHex(number + 0x1000n, { size: 32 })
const accountOf = (n: number): AccountId => numberToHex((BigInt(n + 1) << 96n) | 1n, { size: 32 })

const account = fc.integer({ min: 0, max: 5 }).map(accountOf)
const usd = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n })
const leg = fc
  .record({ underlying: fc.constantFrom(1, 2), spot: fc.boolean(), lots: fc.bigInt({ min: -500n, max: 500n }) })
  .map(({ underlying, spot, lots }) =>
    encodePosition({ instrument: spot ? spotOf(underlying) : perpetualOf(underlying), lots }),
  )
const event: fc.Arbitrary<ProtocolEvent> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('moved' as const),
      from: account,
      to: account,
      cash: usd,
      legs: fc.array(leg, { maxLength: 3 }),
    }),
  },
  fc.record({ kind: fc.constant('flag' as const), account, flagged: fc.boolean() }),
  fc.record({ kind: fc.constant('reduceOnly' as const), account, reduceOnly: fc.boolean() }),
  fc.record({ kind: fc.constant('memo' as const), account, memo: usd, total: usd }),
  fc.record({
    kind: fc.constant('mode' as const),
    account,
    mode: fc.constantFrom('cross' as const, 'isolated' as const),
  }),
  fc.record({
    kind: fc.constant('listed' as const),
    underlying: fc.constantFrom(1, 2),
    symbol: fc.constantFrom('BTC', 'ETH'),
  }),
  fc.record({ kind: fc.constant('observed' as const), underlying: fc.constantFrom(1, 2) }),
)
const history = fc.array(fc.array(event, { maxLength: 6 }), { minLength: 1, maxLength: 8 })

const blockOf = (number: bigint, events: readonly ProtocolEvent[]): EventBlock => ({
  number,
  hash: hashOf(number),
  events,
})
/** Applies `blocks` as blocks 1, 2, 3 ... */
function applyAll(book: Book, blocks: readonly (readonly ProtocolEvent[])[]): void {
  for (const [index, events] of blocks.entries()) book.apply(blockOf(BigInt(index + 1), events))
}
const empty = () => new Book({ number: 0n, hash: hashOf(0n) })
/** Everything a book says, in an order of its own. */
function contentOf(book: Book): unknown {
  const { accounts, observedAt, symbols, ...rest } = book.save()
  const sorted = <T>(entries: readonly (readonly [string | number, T])[]) =>
    [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
  const holders = [1, 2].map((underlying) => [...book.holdersOf(underlying)].sort())
  return { ...rest, holders, observedAt: sorted(observedAt), symbols: sorted(symbols), accounts: sorted(accounts) }
}

describe('the book', () => {
  it('is after a rollback what it was before the blocks that were taken back', () => {
    fc.assert(
      fc.property(history, fc.nat(), (blocks, at) => {
        const kept = 1 + (at % blocks.length)
        const book = empty()
        const reference = empty()
        applyAll(book, blocks)
        applyAll(reference, blocks.slice(0, kept))
        book.rollback({ number: BigInt(kept), hash: hashOf(BigInt(kept)) })
        assert.deepEqual(contentOf(book), contentOf(reference))
      }),
      RUNS,
    )
  })

  it('moves what one account loses to another, to the unit', () => {
    fc.assert(
      fc.property(history, (blocks) => {
        const book = empty()
        applyAll(book, blocks)
        let cash = 0n
        let lots = 0n
        for (const held of book.accounts.values()) {
          cash += held.cash
          for (const position of held.positions) lots += position.lots
        }
        assert.deepEqual([cash, lots], [0n, 0n])
      }),
      RUNS,
    )
  })

  it('survives a journal, and a journal of another deployment is not read', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-journal-')), 'journal.json')
    const book = empty()
    book.apply(
      blockOf(1n, [
        {
          kind: 'moved',
          from: accountOf(0),
          to: accountOf(1),
          cash: -5n,
          legs: [encodePosition({ instrument: perpetualOf(2), lots: -3n })],
        },
      ]),
    )
    const journal = new FileJournal(path, 'here')
    await journal.saveBook(book.save())
    journal.close()
    const again = new FileJournal(path, 'here')
    const saved = again.loadBook()
    again.close()
    assert.ok(saved)
    assert.deepEqual(contentOf(Book.restore(saved)), contentOf(book))
    const elsewhere = new FileJournal(path, 'elsewhere')
    assert.equal(elsewhere.loadBook(), undefined)
    elsewhere.close()
  })

  it('keeps a transaction in the journal until it is removed', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'plimsoll-journal-')), 'journal.json')
    const journal = new FileJournal(path, 'here')
    const action = { kind: 'flag', account: accountOf(1) } as const
    const job = { key: action.account, action, lane: 'normal', rewardUsd: 0n, sparedUsd: 0n, sinceBlock: 3n } as const
    const fees = { maxFeePerGas: 2n, maxPriorityFeePerGas: 1n }
    const entry: Pending = {
      nonce: 4,
      job,
      cancelled: false,
      call: { to: '0x', data: '0x' },
      gas: 1n,
      fees,
      hashes: ['0x1'],
      raw: '0x2',
      profitUsd: -1n,
      sentBlock: 3n,
      broadcastBlock: 3n,
      expects: undefined,
    }
    await journal.put(entry)
    assert.ok(readFileSync(path, 'utf8').includes('"maxFeePerGas":"2n"'))
    journal.close()
    const again = new FileJournal(path, 'here')
    assert.deepEqual(
      again.pending(),
      [{ ...entry, expects: undefined }].map(({ expects: _, ...rest }) => rest),
    )
    await again.remove(4)
    assert.deepEqual(again.pending(), [])
    again.close()
  })
})

describe('the fast filter', () => {
  it('calls no account healthy that the exact twin does not', () => {
    let proved = 0
    const move = fc.record({ bp: fc.integer({ min: -300, max: 300 }), funding: fc.bigInt({ min: -WAD, max: WAD }) })
    fc.assert(
      fc.property(rowOf(1), rowOf(2), holdings, move, move, (one, two, held, a, b) => {
        const before = linearSnapshot([one, two])
        const after = linearSnapshot([moved(one, a.bp, a.funding), moved(two, b.bp, b.funding)])
        const portfolio = linearBook(held)
        if (!new Shifts(after).provesHealthy(anchorOf(portfolio, assess(portfolio, before), before))) return
        proved += 1
        const { equity, maintenance, settledCash, debtLimit } = assess(portfolio, after)
        assert.ok(equity >= maintenance && settledCash >= -debtLimit)
      }),
      { ...RUNS, numRuns: 5_000 },
    )
    assert.ok(proved > 500, `only ${proved} of 5000 were proved: the filter filters nothing`)
  })

  it('lets the assess stage leave most accounts alone after a small move', () => {
    const row = fc.sample(rowOf(1), { seed: 3, numRuns: 1 })[0]
    assert.ok(row)
    const book = empty()
    const legs = [encodePosition({ instrument: perpetualOf(1), lots: 1n })]
    for (let n = 0; n < 50; n++)
      book.apply(
        blockOf(BigInt(n + 1), [
          { kind: 'moved', from: numberToHex(1n, { size: 32 }), to: accountOf(n), cash: 10n ** 24n, legs },
        ]),
      )
    const head = { ...book.tip, timestamp: 0n, baseFee: 0n }
    const first = assessStage({ book, head, snapshot: linearSnapshot([row]), previous: undefined, touched: new Set() })
    assert.ok(first.status === 'next' && first.value.computed === 51)
    const second = assessStage({
      book,
      head,
      snapshot: linearSnapshot([moved(row, 10, 0n)]),
      previous: first.value,
      touched: new Set([accountOf(7)]),
    })
    assert.ok(second.status === 'next' && second.value.computed === 1)
    assert.equal(second.value.accounts.size, 50)
    assert.ok(portfolioOf(book.accounts.get(accountOf(7)) ?? assert.fail()).cash > 0n)
  })
})

describe('backing off', () => {
  it('waits 1, 2, 4 ... and never more than 64 blocks', () => {
    const last = { error: 'SliceTooSmall', args: [] }
    let backoff = failedAgain(undefined, 100n, last)
    const waits = [backoff.until - 100n]
    for (let n = 0; n < 8; n++) {
      backoff = failedAgain(backoff, 100n, last)
      waits.push(backoff.until - 100n)
    }
    assert.deepEqual(waits, [1n, 2n, 4n, 8n, 16n, 32n, 64n, 64n, 64n])
  })
})
