import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { Poster } from '../../keeper/src/publisher/poster.ts'
import type { Signer } from '../../keeper/src/publisher/signer.ts'
import type { QuoteRow } from '../../scripts/feeds/chainFile.ts'
import { createPublisherWorld, type PublisherWorld, QUOTED_AT, repriced, SIGNERS } from '../fixtures/publisherWorld.ts'

const GWEI = 10n ** 9n
const addresses = (...indexes: number[]) => indexes.map((index) => SIGNERS[index]?.address)

/** The counters of a metric, `value` of each label. */
async function counted(metric: Signer['metrics']['declined'] | Poster['metrics']['outcomes'], label: string) {
  const { values } = await metric.get()
  return Object.fromEntries(
    values.map(({ labels, value }) => [Object.entries(labels).find(([key]) => key === label)?.[1], value]),
  )
}

describe('three signers and two posters', () => {
  let world: PublisherWorld
  let now = QUOTED_AT
  const signers: Signer[] = []
  const posters: Poster[] = []
  const posted: Record<string, unknown>[][] = []

  before(async () => {
    world = await createPublisherWorld()
    for (const index of [0, 1, 2]) await serve(index)
    for (const index of [0, 1]) await startPoster(index)
    await world.push(world.spot, now)
  })
  after(async () => {
    for (const each of [...signers, ...posters]) await each.stop()
    await world.close()
  })
  /** Every test has prices and quotes of a moment of its own. */
  beforeEach(async () => {
    now += 60
    await world.mine(now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index))
  })

  async function serve(index: number) {
    const signer = world.signer(index)
    signers[index] = signer
    await signer.start()
  }
  async function startPoster(index: number, overrides: Record<string, unknown> = {}) {
    const { poster, lines } = world.poster(index, overrides)
    posters[index] = poster
    posted[index] = lines
    await poster.start()
  }

  /** Each signer misses other quotes. */
  const seenBy = (index: number, change = (rows: QuoteRow[]) => rows) =>
    change(world.quotedAt(now, (row, i) => (i % 9 === index ? undefined : row)))
  const higher = (points: number) => (rows: QuoteRow[]) => repriced(rows, (old) => old + points / 100)

  async function sign(...indexes: number[]) {
    for (const index of indexes) await signers[index]?.round()
  }
  /** Sends what is due, and looks at the receipt. */
  async function post(index: number) {
    await posters[index]?.round()
    await posters[index]?.round()
    return posted[index]?.at(-1)
  }

  it('post the lowest signer’s proposal with the signatures of all that agree', async () => {
    await sign(0, 1, 2)
    const line = await post(0)
    assert.deepEqual([line?.cause, line?.timestamp], ['first', now])
    assert.deepEqual(line?.signers, addresses(0, 1, 2))
    assert.equal(await world.lastTimestamp(), now)
  })

  it('post nothing while nothing has moved', async () => {
    await sign(0, 1, 2)
    const before = await world.lastTimestamp()
    await post(0)
    assert.equal(await world.lastTimestamp(), before)
    assert.equal((await counted(posters[0]?.metrics.waited ?? assert.fail(), 'reason')).unmoved, 1)
  })

  it('post again when volatility has moved', async () => {
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    // A minute allows a step below the threshold: the chain would clamp it, so it is not worth its gas yet.
    await post(0)
    assert.ok((await world.lastTimestamp()) < now)
    now += 600
    await world.mine(now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    assert.deepEqual([(await post(0))?.cause, await world.lastTimestamp()], ['volatility', now])
  })

  it('post an unmoved surface at the heartbeat', async () => {
    now += 1_800
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    await post(0)
    now += 1_800
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    assert.deepEqual([(await post(0))?.cause, await world.lastTimestamp()], ['heartbeat', now])
  })

  it('do not co-sign the lowest signer when it is 20 volatility points off, and post the next one’s proposal', async () => {
    now += 1_800
    await world.push(world.spot, now)
    world.publish(0, seenBy(0, higher(23)))
    for (const index of [1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    const served = await world.servedBy(0)
    assert.equal(served.proposal?.message.timestamp, now, 'the false proposal is there to be co-signed')
    for (const index of [1, 2]) {
      const reasons = await counted(signers[index]?.metrics.declined ?? assert.fail(), 'reason')
      assert.equal(reasons.apart, 1, `signer ${index}`)
    }
    const [declined] = (await world.servedBy(2)).declined
    assert.deepEqual([declined?.what, declined?.kind], ['volatility', 'apart'])
    assert.deepEqual((await post(0))?.signers, addresses(1, 2))
  })

  it('post nothing when no two agree', async () => {
    now += 1_800
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(10 * index)))
    await sign(0, 1, 2)
    const before = await world.lastTimestamp()
    await post(0)
    assert.equal(await world.lastTimestamp(), before)
  })

  it('wait for cheaper gas, but not until the surface is stale', async () => {
    const expensive = { port: 0, worth: { maxGasPriceGwei: 0 } }
    await posters[1]?.stop()
    await startPoster(1, expensive)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    assert.equal(await post(1), undefined)
    assert.equal((await counted(posters[1]?.metrics.waited ?? assert.fail(), 'reason'))['gas-price'], 1)
    now += 1_500
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    assert.equal((await post(1))?.timestamp, now)
    await posters[1]?.stop()
    await startPoster(1)
  })

  it('send the same message from both posters: one is taken, the other loses without an error', async () => {
    now += 1_800
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    const { provider } = world.connection
    await provider.request({ method: 'evm_setAutomine', params: [false] })
    await Promise.all(posters.map((poster) => poster.round()))
    await provider.request({ method: 'evm_setAutomine', params: [true] })
    await world.mine(now + 5)
    for (const poster of posters) await poster.round()
    const outcomes = await Promise.all(posters.map(({ metrics }) => counted(metrics.outcomes, 'outcome')))
    const raced = outcomes.reduce((sum, { lost = 0, overtaken = 0 }) => sum + lost + overtaken, 0)
    assert.equal(raced, 1, JSON.stringify(outcomes))
    assert.equal(posted.filter((lines) => lines.at(-1)?.timestamp === now).length, 1)
    for (const { metrics } of posters) assert.deepEqual((await metrics.errors.get()).values, [])
    for (const poster of posters) await poster.round()
    assert.equal(await world.lastTimestamp(), now)
  })

  it('offer more for the same nonce when nobody mines a transaction of an urgent surface', async () => {
    now += 3_300
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    const { provider } = world.connection
    await provider.request({ method: 'evm_setAutomine', params: [false] })
    await posters[0]?.round()
    for (const second of [1, 2, 3]) {
      await world.networkHelpers.setNextBlockBaseFeePerGas(100n * GWEI)
      await world.mine(now + second)
    }
    assert.ok((await world.lastTimestamp()) < now, 'too cheap for these blocks')
    await posters[0]?.round()
    await provider.request({ method: 'evm_setAutomine', params: [true] })
    await world.networkHelpers.setNextBlockBaseFeePerGas(100n * GWEI)
    await world.mine(now + 4)
    await posters[0]?.round()
    assert.deepEqual([posted[0]?.at(-1)?.timestamp, await world.lastTimestamp()], [now, now])
    assert.equal((await counted(posters[0]?.metrics.outcomes ?? assert.fail(), 'outcome')).slow, 1)
    await world.networkHelpers.setNextBlockBaseFeePerGas(GWEI)
  })

  it('tell of a transaction that is mined after it was given up', async () => {
    await posters[1]?.stop()
    await startPoster(1, { port: 0, worth: { maxGasPriceGwei: 2 } })
    now += 1_800
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    const { provider } = world.connection
    await world.networkHelpers.setNextBlockBaseFeePerGas(GWEI)
    await world.mine(now + 1)
    await provider.request({ method: 'evm_setAutomine', params: [false] })
    await posters[1]?.round()
    for (const second of [2, 3, 4]) {
      await world.networkHelpers.setNextBlockBaseFeePerGas(100n * GWEI)
      await world.mine(now + second)
    }
    await posters[1]?.round()
    const outcomes = async () => counted(posters[1]?.metrics.outcomes ?? assert.fail(), 'outcome')
    assert.deepEqual([posted[1], await outcomes()], [[], { slow: 1 }], 'too dear to offer more')
    await world.networkHelpers.setNextBlockBaseFeePerGas(GWEI)
    await provider.request({ method: 'evm_setAutomine', params: [true] })
    await world.mine(now + 5)
    await posters[1]?.round()
    assert.deepEqual([posted[1]?.at(-1)?.timestamp, await outcomes()], [now, { slow: 1, posted: 1 }])
    await posters[1]?.stop()
    await startPoster(1)
  })

  it('go on after a restart, also with a transaction on its way', async () => {
    now += 1_800
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    const { provider } = world.connection
    await provider.request({ method: 'evm_setAutomine', params: [false] })
    await posters[0]?.round()
    for (const each of [...signers, ...posters]) await each.stop()
    for (const index of [0, 1, 2]) await serve(index)
    for (const index of [0, 1]) await startPoster(index)
    await sign(0, 1, 2)
    await posters[0]?.round()
    await provider.request({ method: 'evm_setAutomine', params: [true] })
    await world.mine(now + 5)
    assert.equal(await world.lastTimestamp(), now, 'the transaction of before')
    now += 1_800
    await world.push(world.spot, now)
    for (const index of [0, 1, 2]) world.publish(index, seenBy(index, higher(3)))
    await sign(0, 1, 2)
    assert.deepEqual([(await post(0))?.timestamp, await world.lastTimestamp()], [now, now])
    assert.deepEqual((await posters[0]?.metrics.errors.get())?.values, [])
  })
})
