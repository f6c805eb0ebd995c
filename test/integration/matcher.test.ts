import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { type Abi, encodeFunctionData, type Hex } from 'viem'
import { type Matcher, wireOrder } from '../../matcher/src/index.ts'
import { encodeAccountId, hashOrder, oppositeLegs } from '../../sdk/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { PRICE_PER_LOT, type Trader } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n

describe('a matcher on a chain', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let maker: Trader
  let taker: Trader
  let other: Trader

  before(async () => {
    world = await createMatcherWorld()
    ;[maker, taker, other] = await world.createTraders(['maker', 'taker', 'other'], 50_000n)
    matcher = await world.startMatcher(world.settingsFile())
  })
  after(() => world.close())
  beforeEach(async () => {
    for (const trader of [maker, taker, other]) {
      const headers = await world.login(matcher.port, trader)
      await world.call(matcher.port, '/orders', { method: 'DELETE', headers })
    }
  })

  const sell = (trader: Trader, price: bigint, parameters = {}) =>
    world.order(trader, -1n, { limitPrice: -price, units: 100n, ...parameters })
  const buy = (trader: Trader, price: bigint, parameters = {}) =>
    world.order(trader, 1n, { limitPrice: price, units: 100n, ...parameters })
  const enter = async (trader: Trader, order: ReturnType<typeof sell>) => world.enter(matcher.port, trader, await order)
  const settle = () => world.settle(matcher)

  it("fills crossing orders on the chain, best price first, at the maker's price", async () => {
    const before = [await world.lotsOf(maker), await world.lotsOf(other), await world.lotsOf(taker)]
    await enter(maker, sell(maker, PRICE_PER_LOT + 2n * CENT))
    await enter(other, sell(other, PRICE_PER_LOT + CENT))
    const { body } = await enter(taker, buy(taker, PRICE_PER_LOT + 2n * CENT, { units: 150n }))
    assert.deepEqual([body.left, body.status], ['0', 'working'])
    await settle()
    const after = [await world.lotsOf(maker), await world.lotsOf(other), await world.lotsOf(taker)]
    assert.deepEqual(
      after.map((lots, i) => lots - (before[i] ?? 0n)),
      [-50n, -100n, 150n],
    )
    const { body: trades } = await world.call(matcher.port, '/trades?market=BTC-PERPETUAL&limit=2')
    assert.deepEqual(
      (trades as unknown as Record<string, string>[]).map(({ price, units, status, side }) => [
        price,
        units,
        status,
        side,
      ]),
      [
        [String(PRICE_PER_LOT + 2n * CENT), '50', 'settled', 'buy'],
        [String(PRICE_PER_LOT + CENT), '100', 'settled', 'buy'],
      ],
    )
  })

  it('keeps the remainder of an order, and its place in the queue', async () => {
    await enter(maker, sell(maker, PRICE_PER_LOT))
    await enter(other, sell(other, PRICE_PER_LOT))
    await enter(taker, buy(taker, PRICE_PER_LOT, { units: 30n }))
    const { body: book } = await world.call(matcher.port, '/books/BTC-PERPETUAL')
    assert.deepEqual(book.sell, [[String(PRICE_PER_LOT), '170']])
    await enter(taker, buy(taker, PRICE_PER_LOT, { units: 80n }))
    const units = [...matcher.desk.ledger.matches()]
      .slice(-3)
      .map((match) => [match.maker.order.accountId, match.units])
    assert.deepEqual(units, [
      [maker.accountId, 30n],
      [maker.accountId, 70n],
      [other.accountId, 10n],
    ])
    await settle()
  })

  it('refuses what the exchange would refuse, under the name of its error', async () => {
    const far = 10n ** 24n
    const cases = {
      OrderExpired: { expiry: 1 },
      WrongExecutor: { executor: taker.account.address },
      NotABookOrder: { taker: taker.account.address },
      NotReducing: { reduceOnly: true },
      OverFilled: { minFill: 101n },
      FeeAboveMaximum: { maxFee: 0n },
      GroupCapExceeded: { group: `0x${'01'.repeat(32)}`, groupCap: 0n },
      InsufficientMargin: { units: 10_000_000n },
      LotsOutOfRange: { units: far },
    } as const
    for (const [code, parameters] of Object.entries(cases)) {
      const order = await sell(maker, PRICE_PER_LOT + CENT, parameters)
      const { status, body } = await world.submit(matcher.port, maker, order)
      assert.deepEqual([status, (body.error as { code: string }).code], [422, code], code)
    }
    const order = await sell(maker, PRICE_PER_LOT)
    const { signature } = await world.signedOrder(taker, order)
    const forged = { ...(await world.signedOrder(maker, order)), signature }
    const { body } = await world.post(matcher.port, '/orders', forged)
    assert.equal((body.error as { code: string }).code, 'BadSignature')
  })

  it('holds an order back while spot is outside its band: a stop is an ordinary order', async () => {
    await enter(maker, buy(maker, PRICE_PER_LOT, { units: 40n }))
    const stop = await sell(taker, PRICE_PER_LOT - 100n * CENT, { units: 40n, maxSpot: 39_500n * 10n ** 18n })
    const { body, hash } = await enter(taker, Promise.resolve(stop))
    assert.equal(body.status, 'waiting')
    await world.push(1, 39_400n)
    await matcher.round()
    assert.equal(matcher.desk.order(hash)?.status ?? 'done', 'working')
    assert.equal(matcher.desk.ledger.pending().length, 1)
    await settle()
    await world.push(1, 40_000n)
  })

  it('replaces an order by another one of the same nonce', async () => {
    const first = await sell(maker, PRICE_PER_LOT + CENT)
    await enter(maker, Promise.resolve(first))
    await enter(maker, sell(maker, PRICE_PER_LOT + 2n * CENT, { nonce: first.nonce }))
    const { body } = await world.call(matcher.port, '/books/BTC-PERPETUAL')
    assert.deepEqual(body.sell, [[String(PRICE_PER_LOT + 2n * CENT), '100']])
  })

  it('shares the units of a group among its orders, in the book too', async () => {
    const group = { group: `0x${'02'.repeat(32)}`, groupCap: 60n } as const
    await enter(maker, sell(maker, PRICE_PER_LOT, group))
    await enter(maker, sell(maker, PRICE_PER_LOT + CENT, group))
    const levels = async () => (await world.call(matcher.port, '/books/BTC-PERPETUAL')).body.sell
    const at = (units: string) => [
      [String(PRICE_PER_LOT), units],
      [String(PRICE_PER_LOT + CENT), units],
    ]
    assert.deepEqual(await levels(), at('60'))
    await enter(taker, buy(taker, PRICE_PER_LOT, { units: 35n }))
    assert.deepEqual(await levels(), at('25'))
    await enter(taker, buy(taker, PRICE_PER_LOT + CENT, { units: 90n }))
    await settle()
    assert.equal(await world.contracts.exchange.read.groupFilled([maker.accountId, group.group]), 60n)
  })

  it('drops a resting order that its account can no longer bear, and fills the taker from the next one', async () => {
    const [poor] = await world.createTraders(['poor'], 2_000n)
    await matcher.round()
    const { hash } = await enter(poor, sell(poor, PRICE_PER_LOT, { units: 4_000n }))
    await enter(maker, sell(maker, PRICE_PER_LOT + CENT, { units: 4_000n }))
    const gone = { asset: 0, amount: 1_900n * 10n ** 6n, receiver: poor.account.address }
    await world.mine(poor.client.withdraw({ accountId: poor.accountId, ...gone }))
    await matcher.round()
    const { body } = await enter(taker, buy(taker, PRICE_PER_LOT + CENT, { units: 4_000n }))
    assert.equal(body.left, '0')
    const headers = await world.login(matcher.port, poor)
    const { body: order } = await world.call(matcher.port, `/orders/${hash}`, { headers })
    assert.deepEqual([order.status, order.reason], ['done', 'InsufficientMargin'])
    await settle()
  })

  it('settles a structure that was asked for, quoted and picked', async () => {
    await world.postSurface(1, 7n * 10n ** 17n)
    const [expiry = 0] = world.expiries.slice(2)
    const strike = (dollars: bigint) => ({ underlying: 1, kind: 'call', expiry, strike: dollars * 10n ** 8n }) as const
    const legs = [
      { instrument: strike(42_000n), ratio: 1n },
      { instrument: strike(46_000n), ratio: -1n },
    ]
    const opposite = oppositeLegs(legs)
    await matcher.round()
    const asked = await world.order(taker, 1n, { legs, limitPrice: CENT * 20n, units: 10n })
    const { order } = await world.signedOrder(taker, asked)
    const { body: request } = await world.post(matcher.port, '/requests', { legs: order.legs, units: '10' })
    let quote = { order: {}, signature: '' }
    for (const price of [15n, 14n]) {
      const terms = { legs: opposite, limitPrice: -price * CENT, units: 10n }
      quote = await world.signedOrder(maker, await world.order(maker, 1n, terms))
      const answer = await world.post(matcher.port, `/requests/${request.id}/quotes`, quote)
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
    }
    const { body: state } = await world.call(matcher.port, `/requests/${request.id}`)
    const [best] = state.quotes as { hash: string; price: string; order: unknown; signature: string }[]
    assert.equal(best?.price, String(14n * CENT))
    assert.deepEqual({ order: best?.order, signature: best?.signature }, quote, 'the taker may settle it alone')
    for (const [code, terms] of [
      ['PricesDoNotCross', { limitPrice: CENT * 13n, units: 10n }],
      ['QuoteTooSmall', { limitPrice: CENT * 20n, units: 11n }],
      ['LegsDoNotMatch', { legs: opposite, limitPrice: CENT * 20n }],
    ] as const) {
      const signed = await world.signedOrder(taker, await world.order(taker, 1n, { legs, ...terms }))
      const { body } = await world.post(matcher.port, `/requests/${request.id}/pick`, { quote: best?.hash, ...signed })
      assert.equal((body.error as { code: string }).code, code)
    }
    const pick = { quote: best?.hash, ...(await world.signedOrder(taker, asked)) }
    const answer = await world.post(matcher.port, `/requests/${request.id}/pick`, pick)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    await settle()
    assert.equal(await world.contracts.exchange.read.filled([taker.accountId, asked.nonce]), 10n)
    assert.equal((await world.post(matcher.port, `/requests/${request.id}/pick`, pick)).status, 404)
  })

  it('takes orders of operators and of contracts that sign, and drops them when they no longer do', async () => {
    const wallet = await world.viem.deployContract('ContractWallet')
    const accountId = encodeAccountId({ owner: wallet.address })
    const { clearinghouse, vault } = world.deployment
    const amount = 10_000n * 10n ** 6n
    await world.contracts.usd.write.mint([wallet.address, amount])
    const run = (target: Hex, abi: Abi, functionName: string, args: unknown[]) =>
      wallet.write.perform([target, encodeFunctionData({ abi, functionName, args })])
    const { usd, vault: vaultContract, clearinghouse: house } = world.contracts
    await run(usd.address, usd.abi, 'approve', [vault, amount])
    await run(vault, vaultContract.abi, 'deposit', [accountId, 0, amount])
    await matcher.round()

    const sold = { ...(await sell(maker, PRICE_PER_LOT)), accountId, units: 20n }
    const submit = async (signature: Hex) =>
      world.post(matcher.port, '/orders', { order: wireOrder(sold, ['BTC', 'ETH']), signature })
    assert.equal((await submit('0x1234')).status, 422)
    await wallet.write.approve([hashOrder(world.deployment, sold)])
    assert.equal((await submit('0x1234')).status, 201)
    await enter(taker, buy(taker, PRICE_PER_LOT, { units: 20n }))
    await settle()
    assert.equal(await world.contracts.exchange.read.filled([accountId, sold.nonce]), 20n)

    const operator = maker.account.address
    await run(clearinghouse, house.abi, 'setOperator', [accountId, operator, true])
    await matcher.round()
    const byOperator = { ...(await sell(maker, PRICE_PER_LOT)), accountId, units: 20n }
    const body = await world.signedOrder(maker, byOperator)
    const { status, body: live } = await world.post(matcher.port, '/orders', body)
    assert.equal(status, 201)
    await run(clearinghouse, house.abi, 'setOperator', [accountId, operator, false])
    await enter(other, sell(other, PRICE_PER_LOT + CENT, { units: 20n }))
    const bought = await buy(taker, PRICE_PER_LOT + CENT, { units: 20n })
    await enter(taker, Promise.resolve(bought))
    await settle()
    await settle()
    assert.equal(matcher.desk.order(live.hash as Hex), undefined)
    assert.equal(await world.contracts.exchange.read.filled([taker.accountId, bought.nonce]), 20n)
  })

  it('drops the resting one of two orders of an account that would trade with each other', async () => {
    const { hash } = await enter(maker, sell(maker, PRICE_PER_LOT))
    const { body } = await enter(maker, buy(maker, PRICE_PER_LOT))
    assert.deepEqual([matcher.desk.order(hash), body.left], [undefined, '100'])
  })

  it('fills a reduce-only order as far as there is a position', async () => {
    const held = await world.lotsOf(taker)
    assert.ok(held > 0n)
    await enter(maker, buy(maker, PRICE_PER_LOT, { units: held + 100n }))
    await enter(taker, sell(taker, PRICE_PER_LOT, { units: held + 50n, reduceOnly: true }))
    await settle()
    assert.equal(await world.lotsOf(taker), 0n)
  })

  it('ends with subscribers connected', async () => {
    const second = await world.startMatcher(world.settingsFile({}, 'second'))
    const socket = new WebSocket(`ws://127.0.0.1:${second.port}/feed`)
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    await world.stopMatcher(second)
  })
})
