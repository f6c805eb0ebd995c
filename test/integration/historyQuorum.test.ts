import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Poster } from '../../keeper/src/publisher/poster.ts'
import type { Signer } from '../../keeper/src/publisher/signer.ts'
import { type PriceRow, withoutPrices } from '../../scripts/feeds/priceFile.ts'
import { aboveCaps, capsOf, hashHistory, historyFeedAbi, parseDeployment, unpackCaps } from '../../sdk/src/index.ts'
import {
  BTC,
  closeAt,
  createPublisherWorld,
  type PublisherWorld,
  QUOTED_AT,
  SIGNERS,
} from '../fixtures/publisherWorld.ts'

const HOUR = 3_600
const DAY = 24 * HOUR
const addresses = (...indexes: number[]) => indexes.map((index) => SIGNERS[index]?.address)

describe('signers and a poster of history', () => {
  let world: PublisherWorld
  let now = QUOTED_AT
  const signers: Signer[] = []
  let poster: Poster
  let lines: Record<string, unknown>[]

  const overridesOf = (index: number) => ({
    underlyings: { BTC: { history: { prices: `prices-${index}.csv`, group: ['BTC', 'ETH'] } } },
    history: { limits: { reloadSeconds: 0 } },
  })

  before(async () => {
    world = await createPublisherWorld()
    for (const index of [0, 1, 2]) {
      const signer = world.signer(index, overridesOf(index))
      signers.push(signer)
      await signer.start()
    }
    const started = world.poster(0, { underlyings: [], history: { underlyings: ['BTC'] } })
    poster = started.poster
    lines = started.lines
    await poster.start()
  })
  after(async () => {
    for (const each of [...signers, poster]) await each.stop()
    await world.close()
  })

  /** The chain and every signer's prices at a later moment. Each signer misses other hours. */
  async function goTo(time: number) {
    now = time
    await world.push(closeAt(now), now)
    for (const index of [0, 1, 2]) world.publishPrices(index, now, missing(index))
  }
  /** An hour of every day is empty, a different one for each signer, none of them near midnight. */
  const missing = (index: number) => (row: PriceRow, time: number) =>
    time % DAY === (9 + index) * HOUR ? withoutPrices(row) : row
  async function sign(...indexes: number[]) {
    for (const index of indexes) await signers[index]?.round()
  }
  async function post() {
    await poster.round()
    await poster.round()
    return lines.at(-1)
  }
  async function stored() {
    const { viem } = world.connection
    const tails = await viem.getContractAt('Tails', world.deployment.tails)
    const [posted] = await tails.read.history([BTC])
    return {
      caps: unpackCaps(capsOf(posted)),
      timestamp: Number(aboveCaps(posted)),
      offset: await tails.read.offset([BTC]),
    }
  }
  async function eventOf(timestamp: number) {
    const address = world.deployment.historyFeed
    const args = { address, abi: historyFeedAbi, eventName: 'HistoryMessagePosted', fromBlock: 0n } as const
    const logs = await world.client.getContractEvents(args)
    return logs.find((log) => log.args.timestamp === BigInt(timestamp))?.args ?? assert.fail('no event')
  }

  it('post the lowest signer’s history with the signatures of all, and the chain takes the first one as it is', async () => {
    await goTo(now)
    await sign(0, 1, 2)
    const line = await post()
    assert.deepEqual([line?.type, line?.cause, line?.timestamp], ['history', 'first', now])
    assert.deepEqual(line?.signers, addresses(0, 1, 2))
    const { caps, timestamp, offset } = await stored()
    assert.deepEqual([caps, timestamp], [unpackCaps(BigInt(line?.weights as string)), now])
    assert.ok(Number(line?.offset) < 496_000)
    assert.equal(offset, 496_000n, 'one step from the governed offset')
  })

  it('sign the digest that the feed computes', async () => {
    const { underlying, timestamp, scanRange, weights, offset, inputs, code } = await eventOf(now)
    const feed = await world.connection.viem.getContractAt('HistoryFeed', world.deployment.historyFeed)
    const args = [underlying ?? 0, timestamp ?? 0n, scanRange ?? 0n, weights ?? 0n, offset ?? 0n] as const
    const hashes = [inputs ?? '0x', code ?? '0x'] as const
    const message = { underlying: BTC, timestamp: now, scanRange: args[2], weights: args[3], offset: Number(args[4]) }
    assert.equal(
      await feed.read.hashHistory([...args, ...hashes]),
      hashHistory(parseDeployment(world.deployment), { ...message, inputs: hashes[0], code: hashes[1] }),
    )
  })

  it('post what anybody with the prices computes again from the event', async () => {
    const event = join(world.folder, 'event.json')
    const text = (value: unknown) =>
      JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each))
    const prices = join(world.folder, 'prices-0.csv')
    const args = ['risk/src/cli/main.ts', 'weights', 'verify', event, '--prices', prices]
    const verify = (claimed: unknown) => {
      writeFileSync(event, text(claimed))
      const { status, stdout } = spawnSync(process.execPath, [...args, '--underlying', 'BTC', '--group', 'BTC,ETH'], {
        encoding: 'utf8',
      })
      return { status, stdout }
    }
    const posted = await eventOf(now)
    assert.equal(verify(posted).status, 0, verify(posted).stdout)
    const tampered = verify({ ...posted, weights: (posted.weights ?? 0n) ^ 1n })
    assert.equal(tampered.status, 1)
    assert.match(tampered.stdout, /weights/)
  })

  it('post nothing while nothing has moved', async () => {
    await goTo(now + 600)
    await sign(0, 1, 2)
    const before = lines.length
    await post()
    assert.equal(lines.length, before)
    const waited = (await poster.metrics.waited.get()).values
    assert.deepEqual(
      waited.map(({ labels, value }) => [labels.feed, labels.reason, value]),
      [['history', 'unmoved', 1]],
    )
  })

  it('post once an hour while the offset is on its way', async () => {
    await goTo(now + HOUR)
    await sign(0, 1, 2)
    const line = await post()
    assert.deepEqual([line?.cause, line?.timestamp], ['offset', now])
    assert.equal((await stored()).offset, 492_000n)
  })

  it('do not co-sign a history from forged prices, and post the next signer’s', async () => {
    await goTo(now + DAY + HOUR)
    const forged = (row: PriceRow, time: number) =>
      time % (30 * DAY) === 0 ? { ...row, BTC: String(1.3 * Number(row.BTC)) } : row
    world.publishPrices(0, now, forged)
    await sign(0, 1, 2)
    assert.equal((await world.historyBy(0)).proposal?.message.timestamp, now, 'it is there to be co-signed')
    for (const index of [1, 2]) {
      const [declined] = (await world.historyBy(index)).declined
      assert.deepEqual([declined?.kind, declined?.what], ['apart', 'cap'], `signer ${index}`)
    }
    const line = await post()
    assert.deepEqual([line?.cause, line?.signers], ['heartbeat', addresses(1, 2)])
  })

  it('keep their message while others may still co-sign it, and renew it before it is old', async () => {
    await goTo(now + 6 * HOUR)
    await sign(0)
    const first = (await world.historyBy(0)).proposal?.message.timestamp
    await world.mine(now + 40)
    await sign(0)
    assert.equal((await world.historyBy(0)).proposal?.message.timestamp, first)
    await world.mine(now + 90)
    await sign(0)
    assert.ok(((await world.historyBy(0)).proposal?.message.timestamp ?? 0) > (first ?? 0))
  })

  /** Rows of a span, ends excluded, as seconds before `now`, without their prices. */
  const without = (from: number, to: number) => (row: PriceRow, time: number) =>
    time > now - from && time < now - to ? withoutPrices(row) : row
  const refusals: [string, string, () => (row: PriceRow, time: number) => PriceRow][] = [
    ['prices that end hours ago', 'old-price', () => without(5 * HOUR, 0)],
    [
      'a price that is no number',
      'unreadable',
      () => (row, time) => (time > now - HOUR ? { ...row, BTC: 'NaN' } : row),
    ],
    [
      'a price far from spot of the protocol',
      'spot-apart',
      () => (row, time) => (time > now - HOUR ? { ...row, BTC: '1000' } : row),
    ],
    ['a table with a hole of ten days', 'gaps', () => without(60 * DAY, 50 * DAY)],
    ['a missing midnight', 'missing-midnight', () => without((now % DAY) + 9 * HOUR, (now % DAY) - 1)],
    ['a history of months', 'short-history', () => without(1_000 * DAY, 170 * DAY)],
  ]
  for (const [what, kind, change] of refusals) {
    it(`refuse ${what}, serve nothing and count the reason`, async () => {
      world.publishPrices(0, now, change())
      await sign(0)
      const { refusal, proposal } = await world.historyBy(0)
      assert.deepEqual([refusal?.kind, proposal], [kind, undefined], JSON.stringify(refusal))
      const counted = (await signers[0]?.metrics.refused.get())?.values.find(({ labels }) => labels.reason === kind)
      assert.deepEqual([counted?.labels.feed, counted?.value], ['history', 1])
    })
  }

  it('go on when the prices are back', async () => {
    world.publishPrices(0, now)
    await sign(0)
    assert.ok((await world.historyBy(0)).proposal)
  })
})
