import assert from 'node:assert/strict'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import { encodeFunctionData, type Hex } from 'viem'
import { hashOrder, type Order } from '../../sdk/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { PRICE_PER_LOT, type Trader } from '../fixtures/sdkWorld.ts'

const CENT = 10n ** 16n
const ORDERS = 70
const BLOCK_MS = 60
const WORKERS = 8
/** Every so many orders one is cancelled on the chain as soon as it is acknowledged, ahead of a batch that may have it. */
const CANCELLED_EVERY = 7
/** A port of its own: clients find the restarted process where the killed one was. */
const PORT = 9_481
/** The process is killed when the nth line of that status appears: before, in and after a transaction. */
const KILLS = [
  { status: 'sent', count: 3 },
  { status: 'matched', count: 8 },
  { status: 'settled', count: 6 },
] as const

type Entry = { readonly order: Order; readonly hash: Hex; readonly body: unknown }
type MatchRow = { maker: string; taker: string; units: string; status: string }

describe('a matcher that is killed in the middle of load', () => {
  let world: MatcherWorld
  let traders: readonly Trader[]
  let file: string
  let entries: Entry[]
  let mining = true
  let miner: Promise<void>

  before(async () => {
    world = await createMatcherWorld()
    traders = await world.createTraders(['a', 'b', 'c', 'd', 'e'], 100_000n)
    file = world.settingsFile({ port: PORT, settlement: { maxFills: 5, finalityBlocks: 2 } }, 'crash')
    entries = await createEntries()
    const { provider } = world.connection
    await provider.request({ method: 'evm_setAutomine', params: [false] })
    miner = (async () => {
      while (mining) {
        await provider.request({ method: 'evm_mine', params: [] })
        await new Promise((resolve) => setTimeout(resolve, BLOCK_MS))
      }
    })()
  })
  after(async () => {
    mining = false
    await miner
    await world.close()
  })

  /** Buyers and sellers around the mark, in a fixed pattern. */
  async function createEntries(): Promise<Entry[]> {
    const created: Entry[] = []
    for (let i = 0; i < ORDERS; i++) {
      const trader = traders[(i * 7) % traders.length]
      assert.ok(trader)
      const side = i % 2 === 0 ? 1n : -1n
      const limitPrice = side * (PRICE_PER_LOT + BigInt(((i * 5) % 7) - 3) * CENT)
      const order = await world.order(trader, side, { limitPrice, units: BigInt(10 + ((i * 13) % 40)) })
      const body = await world.signedOrder(trader, order)
      created.push({ order, hash: hashOrder(world.deployment, order), body })
    }
    return created
  }

  const isUp = () =>
    world.call(PORT, '/health').then(
      ({ status }) => status === 200,
      () => false,
    )

  const isCancelled = ({ order }: Entry) => order.nonce % BigInt(CANCELLED_EVERY) === 0n

  async function cancel({ order: { accountId, nonce } }: Entry): Promise<void> {
    const owner = traders.find((trader) => trader.accountId === accountId) ?? assert.fail('nobody has the account')
    const { abi, address } = world.contracts.exchange
    const data = encodeFunctionData({ abi, functionName: 'cancel', args: [accountId, [nonce]] })
    await world.sendFirst(owner, address, data)
  }

  /** Enters every order until it is acknowledged, whatever happens to the process meanwhile. */
  async function load(entries: readonly Entry[], acknowledged: Set<Hex>): Promise<void> {
    const waiting = [...entries]
    const work = async () => {
      for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
        const answer = await world.post(PORT, '/orders', entry.body).catch(() => undefined)
        if (answer) assert.equal(answer.status, 201, JSON.stringify(answer.body))
        if (answer) {
          acknowledged.add(entry.hash)
          if (isCancelled(entry)) await cancel(entry)
        } else {
          waiting.push(entry)
          await new Promise((resolve) => setTimeout(resolve, BLOCK_MS))
        }
      }
    }
    await Promise.all(Array.from({ length: WORKERS }, work))
  }

  /** The journal as the dead process left it: read from a copy, which recovery changes. */
  function rows<row>(query: string): row[] {
    for (const end of ['', '-wal']) {
      const source = join(world.folder, `crash.sqlite${end}`)
      if (existsSync(source)) cpSync(source, join(world.folder, `copy.sqlite${end}`))
    }
    const db = new DatabaseSync(join(world.folder, 'copy.sqlite'))
    const found = db.prepare(query).all() as row[]
    db.close()
    return found
  }

  it('loses no fill and doubles none, through three kills', async () => {
    const acknowledged = new Set<Hex>()
    let process = world.spawnMatcher(file, '--json')
    const loading = load(entries, acknowledged)
    const openAtKill: number[] = []
    for (const { status, count } of KILLS) {
      const lines = () => process.output.out.split('\n').filter((line) => line.includes(`"status":"${status}"`))
      await world.untilTrue(
        () => lines().length >= count,
        () => `${status}: ${process.output.out}${process.output.err}`,
      )
      process.child.kill('SIGKILL')
      assert.equal((await process.exit).signal, 'SIGKILL')
      openAtKill.push(rows<MatchRow>(`SELECT * FROM matches WHERE status IN ('matched', 'sent')`).length)
      process = world.spawnMatcher(file, '--json')
    }
    await loading
    await world.untilTrue(isUp, () => process.output.err)
    await world.untilTrue(
      async () => (await world.call(PORT, '/health')).body.pending === 0,
      () => `matches are left: ${process.output.err}`,
    )
    process.child.kill('SIGTERM')
    assert.equal((await process.exit).code, 0, process.output.err)

    assert.ok(
      openAtKill.every((open) => open > 0),
      `every kill hit open matches: ${openAtKill}`,
    )
    const matches = rows<MatchRow>(`SELECT maker, taker, units, status FROM matches`)
    const done = matches.filter(({ status }) => status === 'settled' || status === 'final')
    const asKey = ({ maker, taker, units }: { maker: string; taker: string; units: unknown }) =>
      `${maker} ${taker} ${units}`
    const events = await world.contracts.exchange.getEvents.Filled({}, { fromBlock: 0n })
    const filled = events.map(({ args }) =>
      asKey({ maker: args.makerHash ?? '', taker: args.takerHash ?? '', units: args.units }),
    )
    assert.deepEqual(done.map(asKey).sort(), filled.sort(), 'matches of the journal are the fills of the chain')
    assert.ok(filled.length >= 15, `${filled.length} fills`)
    const known = new Set(rows<{ hash: Hex }>('SELECT hash FROM orders').map(({ hash }) => hash))
    assert.deepEqual(
      [...acknowledged].filter((hash) => !known.has(hash)),
      [],
    )
    assert.equal(acknowledged.size, ORDERS)
    for (const { order, hash } of entries.filter((entry) => !isCancelled(entry))) {
      const onChain = await world.contracts.exchange.read.filled([order.accountId, order.nonce])
      const own = done.filter(({ maker, taker }) => maker === hash || taker === hash)
      assert.equal(
        onChain,
        own.reduce((sum, { units }) => sum + BigInt(units), 0n),
      )
      assert.ok(onChain <= order.units)
    }
  })

  it('leaves no two orders resting that could trade', () => {
    const resting = new Set(rows<{ hash: Hex }>('SELECT hash FROM orders WHERE resting = 1').map(({ hash }) => hash))
    const orders = entries.filter(({ hash }) => resting.has(hash)).map(({ order }) => order)
    assert.ok(orders.length > 0)
    for (const buyer of orders.filter(({ limitPrice }) => limitPrice > 0n)) {
      for (const seller of orders.filter(({ limitPrice }) => limitPrice < 0n)) {
        assert.ok(buyer.limitPrice < -seller.limitPrice, `nonces ${buyer.nonce} and ${seller.nonce} cross`)
      }
    }
  })
})
