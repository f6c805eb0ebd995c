import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { toHex } from 'viem'
import { DAY, HISTORY_DAYS } from '../../../risk/src/estimation/index.ts'
import { Random } from '../../../risk/src/math/random.ts'
import type { HistoryMessage } from '../../../sdk/src/index.ts'
import { HistoryAuthor } from '../../src/publisher/history/historyAuthor.ts'
import { createSignerMetrics } from '../../src/publisher/metrics.ts'
import type { HistoryState } from '../../src/publisher/ports/feedChain.ts'
import { textSource } from '../../src/publisher/ports/textSource.ts'

const START = 1_700_006_400 // a midnight
const DAYS = HISTORY_DAYS + 20
const NOW = START + (DAYS - 1) * DAY + 600
const WAD = 10n ** 18n
const SPOT = 70_000

const limits = {
  maximumAge: 120,
  maximumLead: 30,
  maximumRangeGap: (3n * WAD) / 100n,
  maximumPriceAge: 3_600,
  maximumSpotGap: 0.1,
  maximumGaps: 3,
  reloadSeconds: 60,
}
const tolerance = { cap: 0.1, leastCap: 0.01, offset: 20_000 }

/** Daily prices of two underlyings that move together and end at spot. */
function table(factor: (day: number) => number = () => 1): string {
  const random = new Random(3)
  let [btc, eth] = [0, 0]
  const logs = Array.from({ length: DAYS }, () => {
    const common = random.normal()
    btc += 0.03 * common
    eth += 0.03 * (0.9 * common + 0.4 * random.normal())
    return { btc, eth }
  })
  const rows = logs.map((log, day) => {
    const price = SPOT * Math.exp(log.btc - btc) * factor(day)
    return `${START + day * DAY},${price.toFixed(2)},${(2_000 * Math.exp(log.eth - eth)).toFixed(2)}`
  })
  return ['t,BTC,ETH', ...rows].join('\n')
}

function stateAt(now: number, change: Partial<HistoryState> = {}): HistoryState {
  return {
    underlying: 1,
    head: { number: 1n, hash: toHex(now, { size: 32 }), timestamp: BigInt(now), baseFee: 0n },
    signers: [],
    quorum: 2,
    lastTimestamp: 0,
    market: { status: 'live', spot: BigInt(SPOT) * WAD },
    scanRange: WAD / 10n,
    stored: undefined,
    offset: 500_000,
    governedOffset: 500_000,
    ...change,
  }
}

describe('the author of histories', () => {
  let file: string
  let milliseconds: number
  let author: HistoryAuthor

  function authorOf(text: string): HistoryAuthor {
    file = join(mkdtempSync(join(tmpdir(), 'plimsoll-history-')), 'prices.csv')
    writeFileSync(file, text)
    milliseconds = 1_000_000
    const clock = { now: () => milliseconds }
    const metrics = createSignerMetrics('test')
    const source = textSource(file)
    return new HistoryAuthor({ symbol: 'BTC', group: ['BTC', 'ETH'], source, limits, tolerance, clock, metrics })
  }
  async function made(of: HistoryAuthor, state: HistoryState): Promise<HistoryMessage> {
    const { outcome } = await of.propose(state)
    return outcome.status === 'next' ? outcome.value.message : assert.fail(JSON.stringify(outcome.reason))
  }
  async function refusedAs(of: HistoryAuthor, state: HistoryState): Promise<string> {
    const { outcome } = await of.propose(state)
    return outcome.status === 'next' ? 'nothing' : outcome.reason.kind
  }

  before(() => {
    author = authorOf(table())
  })

  it('keeps its message for half its life, and makes another when the chain has it or the scan range moves', async () => {
    const first = await made(author, stateAt(NOW))
    assert.deepEqual([first.timestamp, first.scanRange], [NOW, WAD / 10n])
    assert.equal(await made(author, stateAt(NOW + 60)), first)
    assert.equal((await made(author, stateAt(NOW + 61))).timestamp, NOW + 61)
    assert.equal((await made(author, stateAt(NOW + 62, { lastTimestamp: NOW + 61 }))).timestamp, NOW + 62)
    const wider = await made(author, stateAt(NOW + 63, { scanRange: (104n * WAD) / 1_000n }))
    assert.equal(wider.scanRange, (104n * WAD) / 1_000n)
    assert.notEqual(wider.weights, first.weights)
  })

  it('looks at its source again only when it is due', async () => {
    const own = authorOf(table())
    await made(own, stateAt(NOW))
    writeFileSync(file, 'no table')
    assert.equal((await made(own, stateAt(NOW + 61))).timestamp, NOW + 61)
    milliseconds += 60_000
    assert.equal(await refusedAs(own, stateAt(NOW + 62)), 'unreadable')
  })

  it('co-signs what its own prices give at the time and the scan range of the proposal', async () => {
    const own = await made(author, stateAt(NOW))
    const state = stateAt(NOW + 20)
    const other = authorOf(table((day) => (day % 2 === 0 ? 1.0005 : 1)))
    const proposal = await made(other, stateAt(NOW + 10, { scanRange: (101n * WAD) / 1_000n }))
    assert.notEqual(proposal.inputs, own.inputs)
    assert.equal(author.declineOf(proposal, own, state), undefined)
  })

  it('does not co-sign another algorithm, other prices, or what its own prices say nothing of', async () => {
    const own = await made(author, stateAt(NOW))
    const kindOf = (proposal: HistoryMessage, now = NOW) => author.declineOf(proposal, own, stateAt(now))?.kind
    assert.equal(kindOf({ ...own, code: toHex(1n, { size: 32 }) }), 'other-code')
    const forged = await made(
      authorOf(table((day) => (day % 40 === 0 && day > 0 && day < 740 ? 1.3 : 1))),
      stateAt(NOW),
    )
    assert.equal(kindOf(forged), 'apart')
    assert.equal(kindOf({ ...own, offset: own.offset + 20_001 }), 'apart')
    const tomorrow = NOW + DAY
    assert.equal(kindOf({ ...own, timestamp: tomorrow }, tomorrow), 'own-refusal')
  })

  it('makes nothing without a live price, a scan range, or prices as new as they must be', async () => {
    const own = authorOf(table())
    const market = { status: 'degraded', spot: BigInt(SPOT) * WAD } as const
    assert.equal(await refusedAs(own, stateAt(NOW, { market })), 'price-not-live')
    assert.equal(await refusedAs(own, stateAt(NOW, { scanRange: 0n })), 'no-range')
    assert.equal(await refusedAs(own, stateAt(NOW + 3_600)), 'old-price')
    const cheaper = { status: 'live', spot: (BigInt(SPOT) * WAD * 9n) / 10n } as const
    assert.equal(await refusedAs(own, stateAt(NOW, { market: cheaper })), 'spot-apart')
  })
})
