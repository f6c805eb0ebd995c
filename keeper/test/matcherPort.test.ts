import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { maxUint128, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { wireOrder } from '../../matcher/src/index.ts'
import {
  createOrder,
  encodeAccountId,
  type Instrument,
  type Order,
  type OrderParameters,
  orderTypedData,
  perpetualOf,
} from '../../sdk/src/index.ts'
import { HttpMatcher } from '../src/ports/matcher.ts'
import { FetchError } from '../src/publisher/ports/httpText.ts'

const SYMBOLS = ['BTC', 'ETH']
const deployment = { chainId: 1, exchange: '0x00000000000000000000000000000000000000ee' } as const
const [owner, stranger] = [privateKeyToAccount(toHex(1n, { size: 32 })), privateKeyToAccount(toHex(2n, { size: 32 }))]
const btc = perpetualOf(1)
const bids = [{ instrument: btc, side: 'buy', lots: 100n }] as const

describe('what a keeper reads from a matcher', () => {
  let server: Server
  let answer: { status: number; text: (limit: number) => string }
  let asked: string[]
  let matcher: HttpMatcher

  before(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '')
      const limit = new URL(request.url ?? '', 'http://matcher').searchParams.get('limit')
      response.writeHead(answer.status).end(answer.text(Number(limit)))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    matcher = new HttpMatcher({ url: `http://127.0.0.1:${port}/`, timeoutMs: 1_000, deployment })
  })
  after(() => server.close())

  function tells(status: number, text: string) {
    asked = []
    answer = { status, text: () => text }
  }
  /** As a matcher tells it: the best orders of `book`, as many as were asked for. */
  function has(book: readonly unknown[]) {
    asked = []
    answer = { status: 200, text: (limit) => JSON.stringify(book.slice(0, limit)) }
  }
  const orderOf = (more: Partial<OrderParameters> = {}): Order =>
    createOrder({
      accountId: encodeAccountId({ owner: owner.address }),
      legs: [{ instrument: btc, ratio: 1n }],
      limitPrice: 4n * 10n ** 18n,
      maxFee: maxUint128,
      units: 10n,
      nonce: 1n,
      expiry: 1_900_000_000,
      ...more,
    })
  async function told(order: Order, signer = owner, left = 7) {
    const signature = await signer.signTypedData(orderTypedData(deployment, order))
    return { hash: '0x', price: '-4', left: String(left), order: wireOrder(order, SYMBOLS), signature }
  }

  it('is an order as it was signed, with what it has left', async () => {
    const order = orderOf({ minFill: 2n, maxSpot: 5n, group: `0x${'01'.repeat(32)}`, groupCap: 9n })
    const wire = await told(order)
    tells(200, JSON.stringify([wire]))
    assert.deepEqual(await matcher.orders(bids, SYMBOLS), [{ order, signature: wire.signature, left: 7n }])
    assert.match(asked[0] ?? '', /^\/books\/BTC-PERPETUAL\/orders\?side=buy&limit=\d+$/)
  })

  it('leaves out what the owner of the account has not signed, and what was not asked for', async () => {
    const forged = await told(orderOf(), stranger)
    const raised = { ...(await told(orderOf())), order: wireOrder(orderOf({ limitPrice: 5n }), SYMBOLS) }
    const short = { ...(await told(orderOf())), signature: '0x1234' }
    const sells = await told(orderOf({ legs: [{ instrument: btc, ratio: -1n }] }))
    const other = await told(orderOf({ legs: [{ instrument: perpetualOf(2), ratio: 1n }] }))
    tells(200, JSON.stringify([forged, raised, short, sells, other]))
    assert.deepEqual(await matcher.orders(bids, SYMBOLS), [])
  })

  const limits = () => asked.map((path) => new URL(path, 'http://matcher').searchParams.get('limit'))

  it('are the best orders only while they take what is wanted', async () => {
    const large = await told(orderOf(), owner, 50)
    has(Array.from({ length: 150 }, () => large))
    assert.equal((await matcher.orders(bids, SYMBOLS)).length, 100)
    assert.deepEqual(limits(), ['100'])
  })

  it('reach behind any number of orders that are too small, only reduce, or are not signed by an owner', async () => {
    const useless = [
      await told(orderOf(), owner, 6), // less than 1/16 of 100
      await told(orderOf({ reduceOnly: true }), owner, 50),
      await told(orderOf({ nonce: 2n }), stranger, 50),
    ]
    const last = await told(orderOf({ nonce: 3n }), owner, 50)
    for (const [count, pages] of [
      [100, ['100', '1000']],
      [1_000, ['100', '1000', '9999']],
    ] as const) {
      for (const one of useless) {
        has([...Array.from({ length: count }, () => one), last])
        const found = await matcher.orders(bids, SYMBOLS)
        assert.deepEqual([found.at(-1)?.order.nonce, limits()], [3n, pages])
      }
    }
  })

  it('is asked for under the name of the book, whatever is in it', async () => {
    has([])
    await matcher.orders(bids, ['B/T?C', 'ETH'])
    assert.match(asked[0] ?? '', /^\/books\/B%2FT%3FC-PERPETUAL\/orders\?side=buy/)
  })

  it('is an error, and always the same kind of one, for any other answer', async () => {
    const good = await told(orderOf())
    const wrong = (field: string, value: unknown) =>
      JSON.stringify([{ ...good, order: { ...good.order, [field]: value } }])
    const texts = ['', '{', 'null', '{}', '[1]', `["${'x'.repeat(2 ** 21)}"]`, '['.repeat(10_000)]
    const fields = [
      wrong('units', '-1'),
      wrong('units', '9'.repeat(70)),
      wrong('nonce', 1),
      wrong('expiry', 2 ** 60),
      wrong('account', '0x12'),
      wrong('executor', 'me'),
      wrong('surprise', '1'),
      wrong('limitPrice', '1e18'),
    ]
    for (const text of [...texts, ...fields]) {
      tells(200, text)
      await assert.rejects(matcher.orders(bids, SYMBOLS), FetchError, text.slice(0, 80))
    }
    tells(500, JSON.stringify([good]))
    await assert.rejects(matcher.orders(bids, SYMBOLS), FetchError)
  })

  it('asks for no book of a series without a name', async () => {
    tells(200, '[]')
    const odd: Instrument = { underlying: 1, kind: 'future', expiry: 1_900_000_001, strike: 0n }
    assert.deepEqual(await matcher.orders([{ instrument: odd, side: 'buy', lots: 1n }], SYMBOLS), [])
    assert.deepEqual(asked, [])
  })
})
