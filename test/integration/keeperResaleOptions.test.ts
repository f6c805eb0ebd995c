import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parseEther } from 'viem'
import type { Keeper } from '../../keeper/src/keeper.ts'
import type { Matcher } from '../../matcher/src/index.ts'
import {
  encodeInstrumentId,
  futureOf,
  getMatrix,
  type Instrument,
  markOf,
  optionOf,
  perpetualOf,
  quoteStructure,
} from '../../sdk/src/index.ts'
import { createMatcherWorld, type MatcherWorld } from '../fixtures/matcherWorld.ts'
import { createPoorKeeper, createReseller } from '../fixtures/poorKeeper.ts'
import { BTC, type Trader, USD_UNIT } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const STRIKE_UNIT = 10n ** 8n
const VOLATILITY = (7n * WAD) / 10n
/** 5 BTC of each leg. */
const UNITS = 50_000n
const RALLY = 44_500n

describe('a keeper without capital among options', () => {
  let world: MatcherWorld
  let matcher: Matcher
  let writer: Trader
  let makers: Trader[]
  let held: readonly Instrument[]
  let keeper: Keeper | undefined

  /** Short strangles of two expiries against a future and a perpetual, with initial margin and no more, and a rally. */
  before(async () => {
    world = await createMatcherWorld()
    const traders = await world.createTraders(['writer', 'buyer', 'first maker', 'second maker'], 500_000n)
    const [, buyer] = traders
    ;[writer, , ...makers] = traders
    await world.postSurface(BTC, VOLATILITY)
    const [, near = 0, far = 0] = world.expiries
    const option = (kind: 'call' | 'put', expiry: number, dollars: bigint) =>
      optionOf(BTC, kind, expiry, dollars * STRIKE_UNIT)
    const strangles = [
      option('call', near, 42_000n),
      option('call', far, 44_000n),
      option('put', near, 36_000n),
      option('put', far, 34_000n),
    ]
    held = [...strangles, futureOf(BTC, near), perpetualOf(BTC)]
    const legs = held.map((instrument, index) => ({ instrument, ratio: index < strangles.length ? 10n : -1n }))
    const { mark } = quoteStructure(await matrix(), legs)
    await world.tradeStructure(buyer, writer, legs, UNITS / 10n, mark)
    const { equity, initial } = await writer.client.getAssessment({ accountId: writer.accountId })
    const amount = (equity - (initial * 102n) / 100n) / 10n ** 12n
    assert.ok(amount > 10_000n * USD_UNIT)
    const receiver = writer.account.address
    await world.mine(writer.client.withdraw({ accountId: writer.accountId, asset: 0, amount, receiver }))
    await world.push(BTC, RALLY)
    matcher = await world.startMatcher(world.settingsFile())
  })
  after(async () => {
    await keeper?.stop()
    await world.close()
  })

  const matrix = () => getMatrix(world.client, { deployment: world.deployment, instruments: held })

  /** The first maker takes 0.1 BTC at 0.02 % of spot off the mark, the second one all the rest at twice that. */
  async function quoteAll() {
    const snapshot = await matrix()
    for (const [rank, maker] of makers.entries()) {
      const edge = ((snapshot.markets[0]?.spot ?? 0n) * BigInt(1 + rank)) / 5_000n
      for (const instrument of held) {
        const isShort = instrument.kind === 'call' || instrument.kind === 'put'
        const mark = markOf(snapshot, instrument)
        const price = ((isShort ? mark + edge : mark - edge) * 10n ** 14n) / WAD
        const ratio = isShort ? -1n : 1n
        const terms = { legs: [{ instrument, ratio }], limitPrice: ratio * price, units: rank === 0 ? 1_000n : UNITS }
        await world.enter(matcher.port, maker, await world.order(maker, ratio, terms))
      }
    }
  }

  it('takes over options, future and perpetual and sells every leg to two makers', async () => {
    const { owner: hot, reseller, account } = await createReseller(world)
    await world.mine(hot.client.flag({ accountId: writer.accountId }))
    await world.push(BTC, RALLY, 600)
    await matcher.round()
    await quoteAll()
    const poor = createPoorKeeper(world, matcher, { reseller }, { services: { refresh: false } })
    keeper = poor.keeper
    await keeper.runner.tick()
    const action = keeper.runner.open[0]?.job.action
    assert.ok(action?.kind === 'liquidate', JSON.stringify(keeper.reporter.accounts()))
    const { fills } = action.resale ?? assert.fail('to be sold')
    assert.equal(
      new Set(fills.map(({ maker }) => String(maker.legs.map((leg) => encodeInstrumentId(leg.instrument))))).size,
      held.length,
    )
    assert.equal(new Set(fills.map(({ maker }) => maker.accountId)).size, 2)
    await keeper.runner.tick()
    const { cash, positions } = await world.contracts.clearinghouse.read.portfolio([account])
    assert.deepEqual(positions, [])
    const line = JSON.parse(poor.lines[0] ?? '{}')
    assert.equal(parseEther(line.rewardUsd), cash)
    assert.ok(cash > 0n)
  })
})
