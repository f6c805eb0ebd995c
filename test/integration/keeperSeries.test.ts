import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { numberToHex } from 'viem'
import { Book } from '../../keeper/src/book.ts'
import type { Round } from '../../keeper/src/ports/chain.ts'
import { type RoundsPort, roundAfter, startRound } from '../../keeper/src/rounds.ts'
import { Budget, batchesOf } from '../../keeper/src/services.ts'
import { assess as assessStage } from '../../keeper/src/stages/assess.ts'
import {
  type AccountId,
  assess,
  clearing,
  encodePosition,
  futureOf,
  type Instrument,
  type Market,
  optionOf,
  packSurface,
  type Snapshot,
  snapshotAt,
  WAD,
} from '../../sdk/src/index.ts'

const RUNS = { seed: 0x6b656570, numRuns: 300 }
const NOW = 1_800_000_000
const EXPIRY = NOW - (NOW % 86_400) + 10 * 86_400 + 28_800
const STRIKES = Array.from({ length: 20 }, (_, n) => BigInt(30_000 + 1_000 * n) * 10n ** 8n)
const instruments: Instrument[] = STRIKES.flatMap((strike) => [
  optionOf(1, 'call', EXPIRY, strike),
  optionOf(1, 'put', EXPIRY, strike),
])

/** The chain's matrix `seconds` later at another spot, in the same epoch. */
function matrixAt(spot: bigint, seconds = 0): Snapshot {
  const market: Market = {
    underlying: 1,
    spot,
    low: spot,
    high: spot,
    ema: spot,
    perpetualMark: spot,
    fundingIndex: 0n,
    tokenUnit: 10n ** 10n,
    lotUnit: 10n ** 14n,
    scanRange: (65n * WAD) / 1_000n,
    targetRange: (65n * WAD) / 1_000n,
    epsilon: (5n * WAD) / 1_000n,
    linearRelief: WAD / 2n,
    haircut: WAD / 10n,
    slotCharge: 0n,
    stressGap: 0n,
    deficitLimit: 0n,
    openInterest: 0n,
    openInterestCap: 1n,
    status: 'live',
    reduceOnly: false,
  }
  const slice = { theta: WAD / 60n, rho: (-3n * WAD) / 10n, psi: WAD / 8n }
  const word = packSurface({ slice, forwardRatio: WAD, discount: WAD })
  const terms = {
    volatilityUp: 500_000,
    volatilityDown: 250_000,
    optionMaintenance: 3_000,
    optionInitial: 5_000,
    calendar: 300_000,
    basis: 2_000,
    basisPerYear: 10_000,
    offset: 500_000,
    group: 1,
  }
  const epoch = {
    spot: 40_000n * WAD,
    rolledAt: NOW,
    number: 1,
    nextExpiry: EXPIRY,
    surfaceSpot: 40_000n * WAD,
    surfaceAt: NOW,
    depth: 0n,
    scanRange: market.scanRange,
  }
  const series = [{ underlying: 1, epoch, terms, expiries: [{ expiry: EXPIRY, word, sum: 0n, doneUntil: 0 }] }]
  return snapshotAt({ series, markets: [market], time: NOW + seconds, instruments })
}

const accountOf = (n: number): AccountId => numberToHex((BigInt(n + 1) << 96n) | 1n, { size: 32 })
const hashOf = (number: bigint) => numberToHex(number + 0x1000n, { size: 32 })

/** `count` accounts with eight options each, short and long. */
function bookOf(count: number): Book {
  const book = new Book({ number: 0n, hash: hashOf(0n) })
  const events = Array.from({ length: count }, (_, n) => ({
    kind: 'moved' as const,
    from: numberToHex(1n, { size: 32 }),
    to: accountOf(n),
    cash: 50_000n * WAD,
    legs: Array.from({ length: 8 }, (_, leg) => {
      const instrument = instruments[(n * 7 + leg * 5) % instruments.length]
      return encodePosition({ instrument: instrument ?? futureOf(1, EXPIRY), lots: BigInt(leg % 2 === 0 ? -500 : 700) })
    }),
  }))
  book.apply({ number: 1n, hash: hashOf(1n), events })
  return book
}

describe('option accounts in the assess stage', () => {
  it('are computed exactly in every block, with the result of the engine over the whole matrix', (t) => {
    const book = bookOf(1_000)
    const head = { ...book.tip, timestamp: BigInt(NOW), baseFee: 0n }
    const touched = new Set<AccountId>()
    const first = assessStage({ book, head, snapshot: matrixAt(40_000n * WAD), previous: undefined, touched })
    assert.ok(first.status === 'next')
    const snapshot = matrixAt(40_000n * WAD, 12) // only time has moved
    const started = performance.now()
    const second = assessStage({ book, head, snapshot, previous: first.value, touched })
    t.diagnostic(`1,000 accounts with 8 options each: ${(performance.now() - started).toFixed(0)} ms`)
    assert.ok(second.status === 'next' && second.value.computed === 1_000)
    for (const n of [0, 1, 500, 999]) {
      const held = book.accounts.get(accountOf(n)) ?? assert.fail()
      const portfolio = { mode: held.mode, cash: held.cash, positions: held.positions }
      assert.deepEqual(second.value.accounts.get(accountOf(n))?.assessment, assess(portfolio, snapshot))
    }
    const [before, after] = [first.value, second.value].map(({ accounts }) => accounts.get(accountOf(3))?.assessment)
    assert.notEqual(before?.equity, after?.equity)
  })
})

describe('the book of derivatives', () => {
  it('knows who holds what, of users only, and nothing that is settled', () => {
    const book = bookOf(3)
    const position = book.accounts.get(accountOf(1))?.positions[0] ?? assert.fail()
    const held = () => book.derivatives().filter(({ holders }) => holders.has(accountOf(1))).length
    assert.equal(held(), 8)
    assert.ok(book.derivatives().every(({ holders }) => !holders.has(numberToHex(1n, { size: 32 }))))
    const sink = clearing(1, EXPIRY)
    const legs = [encodePosition(position)]
    book.apply({
      number: 2n,
      hash: hashOf(2n),
      events: [{ kind: 'moved', from: accountOf(1), to: sink, cash: 5n, legs }],
    })
    assert.equal(held(), 7)
    assert.deepEqual([book.accounts.get(sink)?.cash, book.accounts.get(sink)?.positions], [5n, []])
    book.rollback({ number: 1n, hash: hashOf(1n) })
    assert.equal(held(), 8)
  })
})

/** Phases of rounds with rising times; price 0: unusable. */
const phases = fc.array(
  fc.array(fc.record({ gap: fc.integer({ min: 0, max: 50 }), price: fc.bigInt({ min: 0n, max: 2n }) }), {
    maxLength: 30,
  }),
  { minLength: 1, maxLength: 4 },
)
type Entry = Round & { readonly id: bigint }

function historyOf(feed: readonly (readonly { gap: number; price: bigint }[])[]) {
  const rounds: Entry[] = []
  let since = 1_000
  for (const [phase, entries] of feed.entries())
    for (const [index, { gap, price }] of entries.entries()) {
      since += gap
      rounds.push({ id: (BigInt(phase) << 64n) + BigInt(index + 1), price, since })
    }
  const byId = new Map(rounds.map((round) => [round.id, round]))
  const port: RoundsPort = {
    latestRound: async () => rounds.at(-1)?.id,
    round: async (_, id) => byId.get(id),
  }
  return { rounds, port }
}

describe('the search in a price history', () => {
  const where = { underlying: 1, block: 1n }

  it('finds the last usable round at or before a time, in whatever phase it is', async () => {
    const property = fc.asyncProperty(phases, fc.integer({ min: 900, max: 4_000 }), async (feed, time) => {
      const { rounds, port } = historyOf(feed)
      const expected = rounds.filter(({ since, price }) => since <= time && price > 0n).at(-1)?.id
      assert.equal(await startRound(port, where, time), expected)
    })
    await fc.assert(property, RUNS)
  })

  it('finds the first later round of a phase, or else its last', async () => {
    const property = fc.asyncProperty(
      phases,
      fc.nat({ max: 3 }),
      fc.integer({ min: 900, max: 4_000 }),
      async (feed, at, since) => {
        const { rounds, port } = historyOf(feed)
        const own = rounds.filter(({ id }) => id >> 64n === BigInt(at))
        const expected = (own.find((round) => round.since > since) ?? own.at(-1))?.id
        assert.equal(await roundAfter(port, where, { phase: BigInt(at), since }), expected)
      },
    )
    await fc.assert(property, RUNS)
  })

  it('says when no feed tells the newest round', async () => {
    const silent: RoundsPort = { latestRound: async () => undefined, round: async () => undefined }
    assert.equal(await startRound(silent, where, 2_000), undefined)
  })
})

describe('services', () => {
  it('forget what they spent a day ago', () => {
    const budget = new Budget()
    budget.spend(100n, 3n)
    budget.spend(50_000n, 4n)
    assert.deepEqual([budget.left(60_000n, 10n), budget.left(86_500n, 10n), budget.left(140_000n, 10n)], [3n, 6n, 10n])
  })

  it('try alone whatever was in a batch that failed', () => {
    const backoffs = new Map([['settle:b', { until: 9n, failures: 1, last: { error: 'Bad', args: [] } }]])
    const batches = batchesOf(['a', 'b', 'c', 'd'], 2, backoffs, (item) => `settle:${item}`)
    assert.deepEqual(batches, [['a', 'c'], ['d'], ['b']])
  })
})
