import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { getAddress, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { CONTRACTS, parseDeployment, type SurfaceMessage, surfaceTypedData } from '../../../sdk/src/index.ts'
import { quorumMessages } from '../../src/publisher/quorum.ts'
import { surfaceFeed } from '../../src/publisher/surface/surfaceFeed.ts'
import { type FeedDocument, parseDocument, type Signed, signerOf } from '../../src/publisher/wire.ts'
import { messageOf, quotesOf, shapes, TIME } from './surfaces.ts'

const contracts = Object.fromEntries(CONTRACTS.map((name, i) => [name, getAddress(toHex(i + 1, { size: 20 }))]))
const deployment = parseDeployment({ chainId: 1, ...contracts })
const feed = surfaceFeed(deployment)
const parseSurface = (document: string) => parseDocument(document, feed.schema)
const accounts = [1n, 2n, 3n, 4n].map((n) => privateKeyToAccount(toHex(n, { size: 32 })))
const [stranger, ...signers] = accounts.map(({ address }) => address)
const state = { underlying: 1, signers, quorum: 2, lastTimestamp: TIME - 60 }
const message = messageOf(quotesOf({ volatility: 0.5, rho: 0, days: [1, 9], carry: 0 }))

const text = (value: unknown) => JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each))

async function sign(index: number, what = message): Promise<Signed<SurfaceMessage>> {
  const account = accounts[index] ?? assert.fail(`no account ${index}`)
  return { message: what, signature: await account.signTypedData(surfaceTypedData(deployment, what)) }
}
async function documentOf(
  index: number,
  own = message,
  endorsed: Signed<SurfaceMessage>[] = [],
): Promise<FeedDocument<SurfaceMessage>> {
  const signer = accounts[index]?.address ?? assert.fail(`no account ${index}`)
  return { signer, proposal: await sign(index, own), endorsements: endorsed }
}

describe('a surface document', () => {
  it('is the same after a journey as text, and its signer is recovered', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 0, max: 3 }), async (shape, index) => {
        const sent = await documentOf(index, messageOf(quotesOf(shape)))
        const received = parseSurface(text(sent))
        assert.deepEqual(received, sent)
        assert.ok(received.proposal)
        assert.equal(await signerOf(feed, received.proposal), sent.signer)
      }),
      { seed: 3, numRuns: 25 },
    )
  })

  it('is refused with a field that no surface could have, before anything is computed from it', async () => {
    const sent = JSON.parse(text(await documentOf(0)))
    const changed = (change: object) => {
      const { proposal } = sent
      const [quote, ...rest] = proposal.message.expiries
      const expiries = [{ ...quote, ...change }, ...rest]
      return JSON.stringify({ ...sent, proposal: { ...proposal, message: { ...proposal.message, expiries } } })
    }
    assert.ok(parseSurface(changed({})))
    const wrong = [
      { theta: '0' },
      { theta: '9'.repeat(30) },
      { theta: '1e5' },
      { theta: 5 },
      { rho: '-1000000000000000001' },
      { psi: '-1' },
      { psi: '9'.repeat(41) },
      { forwardRatio: '0' },
      { discount: '1000000000000000001' },
      { expiry: -1 },
      { extra: 1 },
    ]
    for (const change of wrong) assert.throws(() => parseSurface(changed(change)), text(change))
    for (const other of ['', '[]', '{}', '{"signer":"0x1"}']) assert.throws(() => parseSurface(other))
  })
})

describe('quorumMessages', () => {
  const found = (documents: readonly FeedDocument<SurfaceMessage>[], change: Partial<typeof state> = {}) =>
    quorumMessages(documents, { ...state, ...change }, feed)

  it('joins signatures of one message, ascending by signer, each signer once', async () => {
    const own = await documentOf(1)
    const other = { ...(await documentOf(2)), endorsements: [await sign(3), await sign(3), await sign(2)] }
    const [only, ...rest] = await found([other, own, own])
    assert.equal(rest.length, 0)
    assert.deepEqual(
      only?.signatures.map(({ signer }) => BigInt(signer)),
      signers.map(BigInt).sort((a, b) => (a < b ? -1 : 1)),
    )
  })

  it('counts no stranger, no signature over another message, and no message that is too few', async () => {
    const forged = { ...(await sign(2)), message: { ...message, premium: 1n } }
    assert.deepEqual(await found([await documentOf(1), await documentOf(0)]), [])
    assert.deepEqual(await found([await documentOf(1, { ...message, premium: 1n }, [forged])]), [])
    assert.ok(stranger && !state.signers.includes(stranger))
    const broken = { message, signature: toHex(1n, { size: 65 }) }
    assert.deepEqual(await found([await documentOf(1, message, [broken])]), [])
  })

  it('leaves out other underlyings and what the feed has already', async () => {
    const both = [await documentOf(1), await documentOf(2)]
    assert.equal((await found(both)).length, 1)
    assert.deepEqual(await found(both, { underlying: 2 }), [])
    assert.deepEqual(await found(both, { lastTimestamp: TIME }), [])
  })

  it('puts the newest first', async () => {
    const newer = { ...message, timestamp: TIME + 1 }
    const documents = [await documentOf(1), await documentOf(2), await documentOf(2, newer), await documentOf(3, newer)]
    assert.deepEqual(
      (await found(documents)).map(({ message: { timestamp } }) => timestamp),
      [TIME + 1, TIME],
    )
  })
})
