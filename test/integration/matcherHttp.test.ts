import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Hex, maxUint256, toHex } from 'viem'
import type { Matcher } from '../../matcher/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { PRICE_PER_LOT, type Trader } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n
const HASH = `0x${'ab'.repeat(32)}`

describe("a matcher's endpoints", () => {
  let world: MatcherWorld
  let matcher: Matcher
  let trader: Trader
  let other: Trader
  let good: Awaited<ReturnType<MatcherWorld['signedOrder']>>

  before(async () => {
    world = await createMatcherWorld()
    ;[trader, other] = await world.createTraders(['trader', 'other'], 50_000n)
    matcher = await world.startMatcher(world.settingsFile())
    good = await world.signedOrder(trader, await world.order(trader, 1n, { limitPrice: PRICE_PER_LOT, units: 10n }))
  })
  after(() => world.close())

  const json = { 'content-type': 'application/json' }
  const send = (path: string, method: string, body?: string, headers: Record<string, string> = json) =>
    world.call(matcher.port, path, { method, headers, ...(body === undefined ? {} : { body }) })
  const codeOf = ({ body }: { body: Record<string, unknown> }) => (body.error as { code: string } | undefined)?.code

  /** What no endpoint with a body may take: none of it is a server error, none of it changes anything. */
  const BODIES = [
    '',
    '{',
    'null',
    '[]',
    '"text"',
    '1e999',
    '{}',
    '{"__proto__":{"order":1}}',
    '\u0000',
    '{"order":null,"signature":"0x"}',
    '{"order":{},"signature":"0x00"}',
    `{"legs":[],"units":"1"}`,
    `{"legs":[{"instrument":"BTC-PERPETUAL","ratio":"0"}],"units":"1"}`,
    `{"legs":[{"instrument":"NONE","ratio":"1"}],"units":"1"}`,
    `{"legs":[{"instrument":"BTC-PERPETUAL","ratio":"1"}],"units":"-1"}`,
    `{"account":"0x00","deadline":1,"signature":"0x00"}`,
    `{"account":"${HASH}","deadline":99999999999999,"signature":"0x00"}`,
    '['.repeat(5_000),
  ]
  const POSTS = [
    '/orders',
    '/sessions',
    '/requests',
    `/requests/0x${'00'.repeat(16)}/quotes`,
    `/requests/0x${'00'.repeat(16)}/pick`,
  ]

  for (const path of POSTS) {
    it(`refuses malformed bodies at POST ${path} and goes on`, async () => {
      for (const body of BODIES) {
        const { status, body: answer } = await send(path, 'POST', body)
        const told = `${path} ${body.slice(0, 60)}: ${status} ${JSON.stringify(answer)}`
        assert.ok(status >= 400 && status < 500, told)
        assert.ok((answer.error as { code: string; message: string }).message.length > 0, told)
      }
      for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
        assert.equal((await send(path, 'POST', JSON.stringify(good), { 'content-type': type })).status < 500, true)
      }
      const { status, body } = await send(path, 'POST', JSON.stringify({ ...good, padding: 'x'.repeat(40_000) }))
      assert.deepEqual([status, (body.error as { code: string }).code], [413, 'TOO_LARGE'])
    })
  }

  it('refuses an order with any field wrong, missing or too much', async () => {
    const wrong: Record<string, unknown[]> = {
      account: ['0x', 1, null, `${HASH}00`],
      legs: [
        [],
        {},
        [{ instrument: 'BTC-PERPETUAL' }],
        [{ instrument: 'BTC-PERPETUAL', ratio: String(2n ** 63n) }],
        [{ instrument: '', ratio: '1' }],
        [{ instrument: 'BTC-31FEB26-1-C', ratio: '1' }],
        Array(17).fill({ instrument: 'BTC-PERPETUAL', ratio: '1' }),
      ],
      limitPrice: [1, '1.5', '1e3', '', '0x1', String(2n ** 255n), `-${2n ** 255n + 1n}`, '9'.repeat(400)],
      maxFee: ['-1', String(maxUint256 + 1n)],
      units: ['0', '-1', String(2n ** 128n), 10],
      minFill: ['-1', String(2n ** 128n)],
      nonce: ['-1', String(maxUint256 + 1n), {}],
      expiry: ['1', -1, 1.5, 2 ** 40, Number.MAX_SAFE_INTEGER],
      reduceOnly: ['true', 1],
      executor: ['0x0', HASH],
      taker: ['0x12', null],
      tip: ['-1'],
      tipReceiver: ['0x00'],
      minSpot: ['-1', String(2n ** 128n)],
      maxSpot: ['-1', String(2n ** 128n)],
      group: ['0x01', 1],
      groupCap: ['-1', String(2n ** 128n)],
      surprise: [1],
    }
    for (const [field, values] of Object.entries(wrong)) {
      for (const value of values) {
        const body = JSON.stringify({ ...good, order: { ...good.order, [field]: value } })
        const { status } = await send('/orders', 'POST', body)
        assert.ok(status === 400 || status === 422, `${field} = ${JSON.stringify(value)?.slice(0, 80)}: ${status}`)
      }
    }
    for (const field of ['account', 'legs', 'limitPrice', 'units', 'nonce', 'expiry']) {
      const { [field]: _, ...rest } = good.order as Record<string, unknown>
      assert.equal((await send('/orders', 'POST', JSON.stringify({ ...good, order: rest }))).status, 400, field)
    }
    const signatures = [
      '0x',
      '0x1',
      'abc',
      `0x${'00'.repeat(64)}`,
      `0x${'00'.repeat(65)}`,
      `0x${'ff'.repeat(65)}`,
      `0x${'00'.repeat(5_000)}`,
    ]
    for (const signature of signatures) {
      const { status } = await send('/orders', 'POST', JSON.stringify({ ...good, signature }))
      assert.ok(status === 400 || status === 422, `${signature.slice(0, 20)}: ${status}`)
    }
  })

  it('refuses wrong paths, parameters, methods and sessions', async () => {
    const cases: [string, string, number][] = [
      ['GET', '/nothing', 404],
      ['PUT', '/orders', 404],
      ['GET', '/books/NONE', 400],
      ['GET', '/books/%00', 400],
      ['GET', '/books/%ff', 400],
      ['GET', `/books/${'A'.repeat(60)}`, 400],
      ['GET', '/books/NONE/orders?side=buy', 400],
      ['GET', '/books/BTC-PERPETUAL/orders', 400],
      ['GET', '/books/BTC-PERPETUAL/orders?side=both', 400],
      ['GET', '/books/BTC-PERPETUAL/orders?side=buy&limit=-1', 400],
      ['GET', '/trades?limit=-1', 400],
      ['GET', '/trades?limit=99999', 400],
      ['GET', '/trades?surprise=1', 400],
      ['GET', '/orders', 401],
      ['DELETE', '/orders', 401],
      ['GET', `/orders/${HASH}`, 401],
      ['GET', '/orders/0x12', 400],
      ['DELETE', `/orders/${HASH}`, 401],
      ['GET', '/requests/0x12', 400],
      ['GET', `/requests/0x${'00'.repeat(16)}`, 404],
      ['GET', '/feed', 404],
    ]
    for (const [method, path, status] of cases) {
      const answer = await send(path, method)
      assert.equal(answer.status, status, `${method} ${path}: ${JSON.stringify(answer.body)}`)
      assert.ok(codeOf(answer), path)
    }
    const headers = { authorization: 'Bearer 0123456789abcdef' }
    assert.equal((await send('/orders', 'GET', undefined, headers)).status, 401)
    const late = { account: trader.accountId, deadline: 1, signature: '0x00' }
    assert.equal((await world.post(matcher.port, '/sessions', late)).status, 401)
  })

  it('publishes the orders that anybody may settle, as they were signed, the first to trade first', async () => {
    const signed: Awaited<ReturnType<MatcherWorld['signedOrder']>>[] = []
    const { executor } = (await send('/info', 'GET')).body
    const terms = [
      { limitPrice: PRICE_PER_LOT - CENT, units: 5n },
      { limitPrice: PRICE_PER_LOT - 2n * CENT, units: 6n },
      { limitPrice: PRICE_PER_LOT - CENT, units: 7n },
      { limitPrice: PRICE_PER_LOT, units: 8n, executor: executor as Hex },
    ]
    for (const each of terms) {
      const body = await world.signedOrder(other, await world.order(other, 1n, each))
      assert.equal((await world.post(matcher.port, '/orders', body)).status, 201)
      signed.push(body)
    }
    const read = async (query: string) => {
      const { body } = await send(`/books/BTC-PERPETUAL/orders?${query}`, 'GET')
      return (body as unknown as { order: unknown; signature: string }[]).map(({ order, signature }) => ({
        order,
        signature,
      }))
    }
    const [first, second, third] = signed
    assert.deepEqual(await read('side=buy'), [first, third, second])
    assert.deepEqual(await read('side=buy&limit=2'), [first, third])
    assert.deepEqual(await read('side=sell'), [])
    const headers = await world.login(matcher.port, other)
    assert.equal((await send('/orders', 'DELETE', undefined, headers)).status, 200)
    assert.deepEqual(await read('side=buy'), [])
  })

  it('shows and cancels orders to their account only', async () => {
    const { status, body } = await world.post(matcher.port, '/orders', good)
    assert.equal(status, 201)
    const path = `/orders/${body.hash}`
    const stranger = await world.login(matcher.port, other)
    const owner = await world.login(matcher.port, trader)
    assert.equal((await send(path, 'GET', undefined, stranger)).status, 404)
    assert.equal((await send(path, 'DELETE', undefined, stranger)).status, 404)
    assert.equal((await send(path, 'GET', undefined, owner)).body.status, 'working')
    const again = await world.post(matcher.port, '/orders', good)
    assert.deepEqual([again.status, again.body], [201, body])
    assert.equal((await send(path, 'DELETE', undefined, owner)).body.reason, 'CancelledByOwner')
    assert.equal((await send(path, 'GET', undefined, owner)).body.status, 'done')
  })

  it('limits an address and a signer, and says when to come back', async () => {
    const limits = { perAddress: { perSecond: 0.1, burst: 6 }, perSigner: { perSecond: 0.1, burst: 2 } }
    const limited = await world.startMatcher(world.settingsFile({ limits }, 'limited'))
    const answers: number[] = []
    for (const nonce of [11n, 12n, 13n]) {
      const order = await world.order(trader, 1n, { nonce, limitPrice: PRICE_PER_LOT - CENT, units: 10n })
      answers.push((await world.submit(limited.port, trader, order)).status)
    }
    assert.deepEqual(answers, [201, 201, 429])
    for (let i = 0; i < 3; i++) await world.call(limited.port, '/books')
    const response = await fetch(`http://127.0.0.1:${limited.port}/books`)
    assert.equal(response.status, 429)
    assert.ok(Number(response.headers.get('retry-after')) > 0)
    assert.equal((await world.call(limited.port, '/health')).status, 200)
    await world.stopMatcher(limited)
  })

  it('lets one process at a time write a journal', async () => {
    await assert.rejects(world.startMatcher(world.settingsFile()), { code: 'JOURNAL_LOCKED' })
    const wrong = { ...world.deployment, exchange: toHex(1n, { size: 20 }) as Hex }
    const file = world.settingsFile({ journal: 'limited.sqlite', deployment: wrong }, 'mismatch')
    await assert.rejects(world.startMatcher(file), { code: 'JOURNAL_MISMATCH' })
  })

  it('tells metrics and health', async () => {
    const text = await (await fetch(`http://127.0.0.1:${matcher.port}/metrics`)).text()
    const has = (pattern: RegExp) => pattern.test(text)
    assert.ok(has(/plimsoll_matcher_orders_accepted_total\{kind="order",matcher="matcher"\} \d+/))
    assert.ok(has(/plimsoll_matcher_request_seconds_count\{.*method="POST",route="\/orders",status="201"/))
    assert.ok(!has(/status="500"/))
    const { body } = await world.call(matcher.port, '/health')
    assert.equal(body.healthy, true)
  })
})
