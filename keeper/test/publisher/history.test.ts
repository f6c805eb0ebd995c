import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { getAddress, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { LEAST_CAPS } from '../../../risk/src/methods/index.ts'
import {
  boundedCaps,
  CONTRACTS,
  FULL_CAP,
  type HistoryMessage,
  historyTypedData,
  leastCap,
  packCaps,
  parseDeployment,
  unpackCaps,
} from '../../../sdk/src/index.ts'
import { historyApart, historyFault, rangeGap } from '../../src/publisher/history/agreement.ts'
import { historyFeed } from '../../src/publisher/history/historyFeed.ts'
import { type HistoryWorthPolicy, historyWorth } from '../../src/publisher/history/worth.ts'
import type { HistoryState } from '../../src/publisher/ports/feedChain.ts'
import { parseDocument, signerOf } from '../../src/publisher/wire.ts'

const TIME = 1_770_292_800
const HOUR = 3_600
const DAY = 24 * HOUR
const WAD = 10n ** 18n
const GWEI = 10n ** 9n
const LEAST = packCaps(LEAST_CAPS.map(BigInt))
const hash = (n: bigint) => toHex(n, { size: 32 })

const message: HistoryMessage = {
  underlying: 1,
  timestamp: TIME,
  scanRange: WAD / 10n,
  weights: LEAST,
  offset: 450_000,
  inputs: hash(1n),
  code: hash(2n),
}
type State = Pick<HistoryState, 'head' | 'lastTimestamp' | 'scanRange' | 'stored' | 'offset' | 'governedOffset'>
const state: State = {
  head: { number: 1n, hash: '0x00', timestamp: BigInt(TIME), baseFee: GWEI },
  lastTimestamp: 0,
  scanRange: WAD / 10n,
  stored: undefined,
  offset: 450_000,
  governedOffset: 500_000,
}
const policy: HistoryWorthPolicy = {
  capMove: 0.1,
  offsetMove: 20_000,
  heartbeat: DAY,
  urgentAfter: 1.5 * DAY,
  maxGasPrice: 10n * GWEI,
  urgentGasPrice: 100n * GWEI,
}
const timeliness = { maximumAge: 120, maximumLead: 30, maximumRangeGap: (3n * WAD) / 100n }
const tolerance = { cap: 0.1, leastCap: 0.01, offset: 20_000 }
const caps = fc.tuple(...LEAST_CAPS.map((least) => fc.integer({ min: least, max: Number(FULL_CAP) })))
const wordOf = (values: readonly number[]) => packCaps(values.map(BigInt))

/** `now` seconds after a message with `stored` caps. */
const later = (now: number, stored: bigint, change: Partial<State> = {}): State => ({
  ...state,
  head: { ...state.head, timestamp: BigInt(TIME + now) },
  stored: { caps: stored, timestamp: TIME },
  ...change,
})
const causeAt = (now: number, weights: bigint, stored: bigint) => {
  const verdict = historyWorth({ ...message, timestamp: TIME + now, weights }, later(now, stored), GWEI, policy)
  return verdict.post ? verdict.cause : verdict.wait.kind
}

describe('the rules for histories', () => {
  it('have the least caps of the contracts', () => {
    assert.deepEqual(
      LEAST_CAPS.map(BigInt),
      LEAST_CAPS.map((_, node) => leastCap(node)),
    )
    assert.equal(historyFault(message, state, timeliness), undefined)
    for (const node of LEAST_CAPS.keys()) {
      const weights = wordOf(LEAST_CAPS.map((least, n) => (n === node ? least - 1 : least)))
      const fault = historyFault({ ...message, weights }, state, timeliness)
      assert.deepEqual(fault, {
        kind: 'cap-too-small',
        node,
        cap: (LEAST_CAPS[node] ?? 0) - 1,
        least: LEAST_CAPS[node],
      })
    }
  })

  it('know a message that is late, early, known already or for another scan range', () => {
    const kindOf = (change: Partial<HistoryMessage>, lastTimestamp = 0) =>
      historyFault({ ...message, ...change }, { ...state, lastTimestamp }, timeliness)?.kind
    assert.equal(kindOf({ timestamp: TIME - 121 }), 'stale')
    assert.equal(kindOf({ timestamp: TIME + 31 }), 'future')
    assert.equal(kindOf({}, TIME), 'not-newer')
    assert.equal(kindOf({ scanRange: (103n * WAD) / 1000n }), undefined)
    assert.equal(kindOf({ scanRange: (103n * WAD) / 1000n + 1n }), 'range-apart')
    assert.equal(kindOf({ scanRange: (97n * WAD) / 1000n - 1n }), 'range-apart')
    assert.equal(rangeGap(WAD, 0n), WAD)
  })
})

describe('agreement about histories', () => {
  it('ends beyond the tolerance of any cap, either way, and of the offset', () => {
    fc.assert(
      fc.property(caps, fc.nat({ max: 16 }), fc.boolean(), (own, node, up) => {
        const cap = own[node] ?? 0
        const limit = Math.floor(Math.max(0.1 * cap, 0.01 * Number(FULL_CAP)))
        const at = (gap: number) => {
          const moved = up ? cap + gap : cap - gap
          fc.pre(moved >= 0 && moved <= Number(FULL_CAP))
          const proposal = { ...message, weights: wordOf(own.map((each, n) => (n === node ? moved : each))) }
          return historyApart(proposal, { ...message, weights: wordOf(own) }, tolerance)
        }
        assert.equal(at(limit), undefined)
        const apart = at(limit + 1)
        assert.deepEqual([apart?.what, apart?.node, apart?.own, apart?.limit], ['cap', node, cap, limit])
      }),
      { seed: 31, numRuns: 300 },
    )
    const other = (offset: number) => historyApart({ ...message, offset }, message, tolerance)?.what
    assert.deepEqual([470_000, 470_001, 430_000, 429_999].map(other), [undefined, 'offset', undefined, 'offset'])
  })
})

describe('the worth of a history', () => {
  it('is certain for the first, and after a day', () => {
    const first = historyWorth(message, state, 100n * GWEI, policy)
    assert.deepEqual(first, { post: true, cause: 'first', ceiling: 100n * GWEI })
    assert.equal(causeAt(DAY - 1, LEAST, LEAST), 'unmoved')
    assert.equal(causeAt(DAY, LEAST, LEAST), 'heartbeat')
  })

  it('follows what the chain would take, not what is quoted', () => {
    fc.assert(
      fc.property(caps, caps, fc.integer({ min: 1, max: DAY - 1 }), (old, quoted, now) => {
        const taken = unpackCaps(boundedCaps(wordOf(old), wordOf(quoted), BigInt(now))).map(Number)
        const moves = old.some((each, node) => Math.abs((taken[node] ?? 0) - each) > 0.1 * each)
        assert.equal(causeAt(now, wordOf(quoted), wordOf(old)), moves ? 'caps' : 'unmoved')
      }),
      { seed: 32, numRuns: 300 },
    )
    const half = wordOf(LEAST_CAPS.map(() => 4_000))
    const full = wordOf(LEAST_CAPS.map(() => 8_000))
    assert.equal(causeAt(2 * HOUR, full, half), 'unmoved', 'at most 8.3 % in two hours')
    assert.equal(causeAt(3 * HOUR, full, half), 'caps')
    assert.equal(causeAt(9 * HOUR, half, full), 'unmoved', 'down by 9.4 %')
    assert.equal(causeAt(10 * HOUR, half, full), 'caps')
  })

  it('lets the offset go one step an hour until it is there', () => {
    const at = (now: number, quoted: number, offset: number) => {
      const verdict = historyWorth(
        { ...message, timestamp: TIME + now, offset: quoted },
        later(now, LEAST, { offset }),
        GWEI,
        policy,
      )
      return verdict.post ? verdict.cause : verdict.wait.kind
    }
    assert.equal(at(HOUR, 430_000, 450_000), 'offset')
    assert.equal(at(HOUR, 430_001, 450_000), 'unmoved')
    assert.equal(at(HOUR - 1, 300_000, 450_000), 'unmoved')
    assert.equal(at(HOUR, 600_000, 500_000), 'unmoved', 'the governed offset is 0.5')
    assert.equal(at(HOUR, 600_000, 480_000), 'offset')
  })

  it('waits for the head, for a scan range near enough and for cheaper gas unless it is urgent', () => {
    const waitOf = (change: Partial<HistoryMessage>, gasPrice = GWEI, now = 0) => {
      const verdict = historyWorth({ ...message, ...change }, later(now, LEAST), gasPrice, policy)
      return verdict.post ? verdict.cause : verdict.wait.kind
    }
    assert.equal(waitOf({ timestamp: TIME + 1 }), 'early')
    assert.equal(waitOf({ scanRange: (106n * WAD) / 1000n }, GWEI, DAY), 'not-taken')
    assert.equal(waitOf({}, 11n * GWEI, DAY), 'gas-price')
    assert.equal(waitOf({}, 100n * GWEI, 1.5 * DAY), 'heartbeat')
    assert.equal(waitOf({}, 101n * GWEI, 1.5 * DAY), 'gas-price')
  })
})

describe('a history document', () => {
  const contracts = Object.fromEntries(CONTRACTS.map((name, i) => [name, getAddress(toHex(i + 1, { size: 20 }))]))
  const deployment = parseDeployment({ chainId: 1, ...contracts })
  const feed = historyFeed(deployment)
  const account = privateKeyToAccount(hash(7n))
  const text = (value: unknown) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each))

  it('is the same after a journey as text, signed as typed data', async () => {
    const signature = await account.signTypedData(historyTypedData(deployment, message))
    assert.equal(signature, await account.sign({ hash: feed.digest(message) }))
    const sent = { signer: account.address, proposal: { message, signature }, endorsements: [] }
    const received = parseDocument(text(sent), feed.schema)
    assert.deepEqual(received, sent)
    assert.equal(received.proposal && (await signerOf(feed, received.proposal)), account.address)
  })

  it('is refused with a field that no history could have', () => {
    const wrong = [
      { weights: String(2n ** 221n) },
      { weights: '-1' },
      { scanRange: '0' },
      { offset: 600_001 },
      { offset: 0.5 },
      { inputs: '0x12' },
      { code: 'x' },
      { underlying: 0 },
      { extra: 1 },
    ]
    for (const change of wrong) {
      const proposal = { message: { ...JSON.parse(text(message)), ...change }, signature: toHex(1n, { size: 65 }) }
      assert.throws(() => parseDocument(text({ signer: account.address, proposal }), feed.schema), text(change))
    }
  })
})
