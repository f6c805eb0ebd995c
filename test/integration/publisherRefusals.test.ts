import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Signer } from '../../keeper/src/publisher/signer.ts'
import type { QuoteRow } from '../../scripts/feeds/chainFile.ts'
import { createPublisherWorld, type PublisherWorld, QUOTED_AT, repriced, SIGNERS } from '../fixtures/publisherWorld.ts'

const DAY = 86_400

describe('a signer', () => {
  let world: PublisherWorld
  let signer: Signer
  let now = QUOTED_AT
  const expiries = () => [...new Set(world.rows.map(({ expiry }) => Number(expiry)))].sort((a, b) => a - b)

  /** Of the seventh expiry, three weeks ahead. */
  const isMiddle = ({ expiry }: QuoteRow) => Number(expiry) === expiries()[6]

  before(async () => {
    world = await createPublisherWorld()
    await world.push(world.spot, now)
    signer = world.signer(0, { peers: [] })
    await signer.start()
  })
  after(async () => {
    await signer.stop()
    await world.close()
  })

  /** What it serves after it has seen `rows`. */
  async function served(rows: readonly QuoteRow[]) {
    world.publish(0, rows)
    await signer.round()
    return world.servedBy(0)
  }

  it('serves the signed surface of a chain that it can stand for, and its metrics', async () => {
    const document = await served(world.quotedAt(now))
    assert.equal(document.signer, SIGNERS[0]?.address)
    assert.equal(document.proposal?.message.timestamp, now)
    assert.deepEqual(
      document.proposal?.message.expiries.map(({ expiry }) => expiry),
      expiries(),
    )
    const metrics = await (await fetch(`${world.urls[0]}/metrics`)).text()
    assert.match(metrics, /plimsoll_signer_accepted_total\{feed="surface",underlying="BTC",signer="signer-0"\} 1\n/)
    assert.match(metrics, /plimsoll_signer_ready\{feed="surface",underlying="BTC",signer="signer-0"\} 1\n/)
    assert.equal((await fetch(`${world.urls[0]}/health`)).status, 200)
    assert.equal((await fetch(`${world.urls[0]}/surface/DOGE`)).status, 404)
  })

  const refusals: [string, string, () => QuoteRow[]][] = [
    ['a stale chain', 'stale', () => world.quotedAt(now - 121)],
    ['a file that is no chain', 'unreadable', () => [{ a: 'b' }]],
    ['a chain whose every quote is in the future', 'unreadable', () => world.quotedAt(now + 60)],
    [
      'an index far from spot of the protocol',
      'spot-apart',
      () => world.quotedAt(now, (row) => ({ ...row, index_price: String(world.spot * 1.011) })),
    ],
    [
      'too many crossed quotes',
      'broken-quotes',
      () => world.quotedAt(now, (row, i) => (i % 19 === 0 ? { ...row, ask: String(Number(row.bid) / 2) } : row)),
    ],
    [
      'too many negative quotes',
      'broken-quotes',
      () => world.quotedAt(now, (row, i) => (i % 19 === 0 ? { ...row, bid: '-0.001' } : row)),
    ],
    [
      'a chain without enough quotes at any expiry',
      'few-quotes',
      () => world.quotedAt(now, (row, i) => (i % 60 === 0 ? row : undefined)),
    ],
    [
      'calendar arbitrage, which no surface fits',
      'fit-error',
      () => repriced(world.quotedAt(now), (old, expiry) => (expiry === expiries()[6] ? 0.4 * old : old)),
    ],
    [
      'calls that break parity with their puts',
      'inconsistent-quotes',
      () =>
        world.quotedAt(now, (row) => {
          const dearer = (price: string | undefined) => String(Number(price) * 1.1)
          return row.type === 'C' && isMiddle(row) ? { ...row, bid: dearer(row.bid), ask: dearer(row.ask) } : row
        }),
    ],
    [
      'butterfly arbitrage, which no surface fits',
      'fit-error',
      () => {
        const strikes = [...new Set(world.rows.filter(isMiddle).map(({ strike }) => strike))]
        const isOdd = ({ strike }: QuoteRow) => strikes.indexOf(strike) % 2 === 1
        return world
          .quotedAt(now)
          .flatMap((row) => (isMiddle(row) && isOdd(row) ? repriced([row], (old) => 1.3 * old) : [row]))
      },
    ],
  ]
  for (const [what, kind, rows] of refusals) {
    it(`refuses ${what}, serves nothing and counts the reason`, async () => {
      const document = await served(rows())
      assert.equal(document.refusal?.kind, kind, JSON.stringify(document.refusal))
      assert.equal(document.proposal, undefined)
      const refused = await signer.metrics.refused.get()
      const counted = refused.values.find(({ labels }) => labels.reason === kind)
      assert.ok(counted && counted.value >= 1)
    })
  }

  it('refuses a source that is not there, and goes on when it is back', async () => {
    const lost = world.signer(1, { peers: [], underlyings: { BTC: { quotes: 'nowhere', depthUsd: 1 } } })
    await lost.start()
    await lost.round()
    const document = await world.servedBy(1)
    await lost.stop()
    assert.equal(document.refusal?.kind, 'no-input')
    assert.ok((await served(world.quotedAt(now))).proposal)
  })

  it('takes premium and depth from the row of the perpetual, and refuses one that is stale', async () => {
    const perpetual = (t: number) => ({
      t: String(t),
      security: 'perpetual',
      bid: String(world.spot),
      ask: String(world.spot * 1.002),
      index_price: String(world.spot),
      depth: '7000000',
    })
    const columns = { security: 'option', depth: '' }
    now += 2
    await world.mine(now)
    const rows = (t: number) => [
      ...world.quotedAt(now).map((row) => ({ ...row, ...columns })),
      { ...world.rows[0], ...perpetual(t), currency: 'BTC' },
    ]
    const message = (await served(rows(now))).proposal?.message
    assert.equal(message?.premium, '1000')
    assert.equal(message?.depth, String(7_000_000n * 10n ** 18n))
    assert.equal((await served(rows(now - 200))).refusal?.kind, 'stale')
  })

  it('refuses a chain that misses a listed expiry, and names too few quotes of one', async () => {
    const document = await served(world.quotedAt(now))
    const { poster, lines } = world.poster(0)
    const other = world.signer(1, { peers: [world.urls[0]] })
    world.publish(1, world.quotedAt(now))
    await other.start()
    await other.round()
    await poster.round()
    await poster.round()
    await other.stop()
    assert.equal(lines[0]?.timestamp, document.proposal?.message.timestamp)
    now += 30
    await world.mine(now)
    const gone = expiries()[3]
    const without = await served(world.quotedAt(now, (row) => (Number(row.expiry) === gone ? undefined : row)))
    assert.deepEqual(without.refusal, { kind: 'missing-expiry', expiry: gone })
    let kept = 0
    const few = await served(
      world.quotedAt(now, (row) => (Number(row.expiry) === gone && ++kept > 8 ? undefined : row)),
    )
    assert.equal(few.refusal?.kind, 'few-quotes')
    assert.equal(few.refusal?.expiry, gone)
  })

  it('refuses a chain that is not newer than the last surface', async () => {
    assert.equal((await served(world.quotedAt(now - 30))).refusal?.kind, 'not-newer')
  })

  it('keeps the stored slice of an expiry in its last hours, which has no quotes of use', async () => {
    const [first = 0] = expiries()
    now = first - 3_600
    await world.push(world.spot, now)
    const document = await served(world.quotedAt(now, (row) => (Number(row.expiry) === first ? undefined : row)))
    assert.deepEqual(document.refusal, undefined)
    assert.equal(document.proposal?.message.expiries[0]?.expiry, first)
    assert.ok(first - QUOTED_AT < DAY)
  })
})
