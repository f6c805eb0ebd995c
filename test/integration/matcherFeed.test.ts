import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Matcher } from '../../matcher/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { BTC, PRICE_PER_LOT, type Trader } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n
const WAD = 10n ** 18n

type Message = {
  readonly channel?: string
  readonly type: string
  readonly data?: Record<string, unknown>
  readonly error?: { code: string }
}

describe("a matcher's feed", () => {
  let world: MatcherWorld
  let matcher: Matcher
  let trader: Trader
  let other: Trader
  const sockets: WebSocket[] = []

  before(async () => {
    world = await createMatcherWorld()
    ;[trader, other] = await world.createTraders(['trader', 'other'], 50_000n)
    matcher = await world.startMatcher(world.settingsFile())
  })
  after(async () => {
    for (const socket of sockets) socket.close()
    await world.close()
  })

  const tokenOf = async (who: Trader) => {
    const { authorization } = await world.login(matcher.port, who)
    return authorization.replace('Bearer ', '')
  }
  const levelsOf = (message: Message | undefined, side: string) => (message?.data?.[side] ?? []) as [string, string][]

  /** Messages of a socket as they come. */
  async function connect(messages: Message[]): Promise<WebSocket> {
    const socket = new WebSocket(`ws://127.0.0.1:${matcher.port}/feed`)
    sockets.push(socket)
    socket.addEventListener('message', ({ data }) => messages.push(JSON.parse(String(data))))
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve)
      socket.addEventListener('error', reject)
    })
    return socket
  }

  it('refuses malformed WebSocket messages and keeps the connection', async () => {
    const messages: Message[] = []
    const socket = await connect(messages)
    const wrong = ['', '{', 'null', '[]', '{"op":"none"}', '{"op":"subscribe"}', '{"op":"subscribe","channels":[]}']
    const channels = ['none', 'book.', 'book.NONE', 'request.12', `request.${'0'.repeat(32)}`, 'orders', 'trades.NONE']
    const all = [...wrong, ...channels.map((channel) => JSON.stringify({ op: 'subscribe', channels: [channel] }))]
    for (const text of all) socket.send(text)
    socket.send(Buffer.from([0, 255, 1]))
    socket.send('{"op":"ping"}')
    await world.untilTrue(
      () => messages.some(({ type }) => type === 'pong'),
      () => JSON.stringify(messages),
    )
    assert.equal(messages.filter(({ type, error }) => type === 'error' && error?.code).length, all.length + 1)
  })

  it('tells a book as a snapshot and deltas that add up to it', async () => {
    const messages: Message[] = []
    const socket = await connect(messages)
    const token = await tokenOf(trader)
    socket.send(JSON.stringify({ op: 'subscribe', channels: ['book.BTC-PERPETUAL', 'trades', 'orders'], token }))
    await world.untilTrue(
      () => messages.length === 3,
      () => JSON.stringify(messages),
    )
    for (const [i, units] of [5n, 7n, 9n, 4n].entries()) {
      const [who, side] = i % 2 === 0 ? ([trader, 1n] as const) : ([other, -1n] as const)
      const limitPrice = side * (PRICE_PER_LOT + BigInt(i - 2) * CENT)
      await world.enter(matcher.port, who, await world.order(who, side, { units, limitPrice }))
    }
    const { body: book } = await world.call(matcher.port, '/books/BTC-PERPETUAL')
    const deltas = () => messages.filter(({ channel, type }) => channel === 'book.BTC-PERPETUAL' && type === 'delta')
    await world.untilTrue(
      () => deltas().at(-1)?.data?.sequence === book.sequence,
      () => JSON.stringify(messages),
    )
    const [snapshot] = messages.filter(({ channel }) => channel === 'book.BTC-PERPETUAL')
    const first = Number(snapshot?.data?.sequence)
    assert.deepEqual(
      deltas().map(({ data }) => data?.sequence),
      deltas().map((_, i) => first + i + 1),
    )
    for (const side of ['buy', 'sell'] as const) {
      const units = new Map(levelsOf(snapshot, side))
      for (const delta of deltas()) for (const [price, left] of levelsOf(delta, side)) units.set(price, left)
      const shown = [...units].filter(([, left]) => left !== '0').sort()
      assert.deepEqual(shown, [...(book[side] as [string, string][])].sort())
    }
    assert.ok(messages.some(({ channel, type }) => channel === 'trades' && type === 'trade'))
    assert.ok(messages.some(({ channel, type }) => channel === `orders.${trader.accountId}` && type === 'order'))
  })

  it('ends a subscription to orders once its key is revoked, and no other', async () => {
    const { accountId, client } = trader
    const [key] = await world.createTraders(['key'], 0n)
    const expiry = Number(await world.now()) + 3_600
    const terms = { expiry, kinds: ['perpetual'], underlyings: [BTC], dailyLoss: WAD } as const
    await world.mine(client.setSessionKey({ accountId, key: key.account.address, terms }))
    await matcher.round()
    const closed: string[] = []
    const open: WebSocket[] = []
    for (const [name, who] of Object.entries({ key: { ...key, accountId }, owner: trader })) {
      const messages: Message[] = []
      const socket = await connect(messages)
      socket.addEventListener('close', ({ code }) => closed.push(`${name} ${code}`))
      socket.send(JSON.stringify({ op: 'subscribe', channels: ['orders'], token: await tokenOf(who) }))
      await world.untilTrue(
        () => messages.length > 0,
        () => `${name} is not subscribed`,
      )
      open.push(socket)
    }
    await matcher.round()
    await world.mine(client.revokeSessionKey({ accountId, key: key.account.address }))
    assert.deepEqual(closed, [])
    await matcher.round()
    await world.untilTrue(
      () => closed.length > 0,
      () => 'nothing was closed',
    )
    assert.deepEqual([closed, open[1]?.readyState], [['key 1008'], WebSocket.OPEN])
  })
})
