/** Margin calls that a keeper sees coming: who is below initial margin, and whom a ramp takes below maintenance margin. */
import assert from 'node:assert/strict'
import { afterEach, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { formatEther } from 'viem'
import { UNDERLYINGS } from '../../deploy/parameters.ts'
import type { Keeper } from '../../keeper/src/keeper.ts'
import { anchorOf, Shifts } from '../../keeper/src/stages/filter.ts'
import { type AccountId, assess, callOf, getOutlook, linearSnapshot, type Market, WAD } from '../../sdk/src/index.ts'
import { BTC, createWorld, KEEPER_KEYS, type World } from '../fixtures/keeperWorld.ts'
import { holdings, linearBook, moved, rowOf, share } from '../fixtures/linearMarkets.ts'

const [KEY] = KEEPER_KEYS as [`0x${string}`]
const HOURS = 48
const MOVES = { seed: 0x6d617267, numRuns: 5_000 }

describe('the filter of margin calls', () => {
  const conditions = fc.record({
    bp: fc.integer({ min: -300, max: 300 }),
    funding: fc.bigInt({ min: -WAD, max: WAD }),
    range: share(100, 2_000),
    above: share(0, 2_000),
    relief: share(1_000, 10_000),
    haircut: share(0, 3_000),
    slotCharge: fc.bigInt({ min: 0n, max: 100n * WAD }),
    low: share(9_500, 10_000),
    high: share(10_000, 10_500),
    ema: share(9_000, 11_000),
  })
  type Conditions = typeof conditions extends fc.Arbitrary<infer value> ? value : never

  function under(row: Market, { bp, funding, range, above, relief, low, high, ema, ...rest }: Conditions): Market {
    const after = moved(row, bp, funding)
    const interval = {
      low: (after.spot * low) / WAD,
      high: (after.spot * high) / WAD,
      ema: (after.spot * ema) / WAD,
    }
    return { ...after, ...rest, ...interval, scanRange: range, targetRange: range + above, linearRelief: relief }
  }

  it('proves no account above initial margin that the exact twin does not', () => {
    let proved = 0
    fc.assert(
      fc.property(rowOf(1), rowOf(2), holdings, conditions, conditions, (one, two, held, a, b) => {
        const before = linearSnapshot([one, two])
        const after = linearSnapshot([under(one, a), under(two, b)])
        const portfolio = linearBook({ ...held, cash: held.cash * 10n })
        if (!new Shifts(after).provesInitial(anchorOf(portfolio, assess(portfolio, before), before))) return
        proved += 1
        const { equity, initial } = assess(portfolio, after)
        assert.ok(equity >= initial)
      }),
      MOVES,
    )
    assert.ok(proved > 500, `only ${proved} of ${MOVES.numRuns} were proved: the filter filters nothing`)
  })

  it('is near the exact requirement where every position is on one side', () => {
    const [row] = fc.sample(rowOf(1), { seed: 5, numRuns: 1 })
    assert.ok(row)
    const snapshot = linearSnapshot([row])
    const held = linearBook({ cash: 0n, spot: 0n, perpetuals: [1_000n, 0n] })
    const { equity, initial } = assess(held, snapshot)
    const proves = (room: bigint) => {
      const portfolio = { ...held, cash: initial - equity + room }
      return new Shifts(snapshot).provesInitial(anchorOf(portfolio, assess(portfolio, snapshot), snapshot))
    }
    assert.ok(!proves(0n))
    assert.ok(proves(initial / 1_000_000n + 10_000n))
  })
})

describe('margin calls on the contracts', () => {
  let world: World
  let keeper: Keeper | undefined
  let trader: AccountId
  let rich: AccountId
  let writer: AccountId

  before(async () => {
    world = await createWorld(UNDERLYINGS)
    await world.fundKeeper(KEY, 100_000)
    trader = world.subAccount(1n)
    rich = world.subAccount(2n)
    writer = world.subAccount(3n)
    await world.fund(trader, 40_000)
    for (const account of [rich, writer]) await world.fund(account, 10_000_000)
    await world.networkHelpers.time.increase(31)
    await world.open(trader, rich, BTC, 100_000n)
    await world.lean(trader, 105n)
  })
  afterEach(async () => {
    await keeper?.stop()
    keeper = undefined
  })

  async function scan(margin: Record<string, unknown> = { hours: HOURS }): Promise<Keeper> {
    keeper ??= world.createKeeper(world.configure(KEY, { margin }))
    await keeper.runner.tick()
    return keeper
  }
  async function gauge(name: string): Promise<number> {
    const value = await keeper?.metrics.registry.getSingleMetric(`plimsoll_keeper_${name}`)?.get()
    const sample = value?.values[0]?.value
    assert.ok(sample !== undefined, name)
    return sample
  }
  const usd = (amount: bigint) => Number(formatEther(amount))
  const asked = async () => (await gaugesOf('rpc_requests_total')).find(({ labels }) => labels.method === 'outlook')
  async function gaugesOf(name: string) {
    return (await keeper?.metrics.registry.getSingleMetric(`plimsoll_keeper_${name}`)?.get())?.values ?? []
  }

  it('reports nothing, and reads no outlook, while everybody has initial margin', async () => {
    await scan()
    assert.deepEqual([await gauge('margin_calls'), await gauge('ramp_breaches'), await asked()], [0, 0, undefined])
  })

  it('counts the accounts below initial margin and those that a ramp takes below maintenance, with what to pay in', async () => {
    const [month] = await world.listOptions(BTC, [30], 150n)
    assert.ok(month)
    await world.trade(rich, writer, callOf(BTC, month, 44_000n * 10n ** 8n), 1_000n)
    await scan()
    const blockNumber = await world.client.getBlockNumber()
    const { deployment } = world
    const outlook = await getOutlook(world.client, { deployment, accountId: trader, hours: HOURS, blockNumber })
    assert.ok(outlook.marginCall > 0n && outlook.breachIn !== undefined && outlook.breachIn > 0)
    assert.equal(await gauge('margin_calls'), 1)
    assert.equal(await gauge('margin_call_usd'), usd(outlook.marginCall))
    assert.equal(await gauge('ramp_breaches'), 1)
    assert.equal(await gauge('ramp_top_up_usd'), usd(outlook.topUp))
  })

  it('reads an outlook again when the account changes or the last one is old, and not before', async () => {
    await scan({ hours: HOURS, forecastSeconds: 600 })
    const reads = async () => (await asked())?.value
    assert.equal(await reads(), 1, 'of the trader alone: the others are far above')
    await world.networkHelpers.mine(1)
    await scan()
    assert.equal(await reads(), 1)
    await world.fund(trader, 1)
    await scan()
    assert.equal(await reads(), 2)
    await world.push(BTC, 40_000, 600)
    await scan()
    assert.equal(await reads(), 3)
  })

  it('follows no ramp with 0 hours, and ends the call when the money is there', async () => {
    await scan({ hours: 0 })
    assert.deepEqual([await gauge('margin_calls'), await gauge('ramp_breaches')], [1, 0])
    await world.fund(trader, Math.ceil(await gauge('margin_call_usd')))
    await scan()
    assert.deepEqual([await gauge('margin_calls'), await gauge('margin_call_usd'), await asked()], [0, 0, undefined])
  })
})
