import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { toHex } from 'viem'
import {
  assess,
  buffered,
  cappedRate,
  conversionFraction,
  DUST_MAINTENANCE,
  decayed,
  discountRate,
  encodeAccountId,
  FractionTooSmallError,
  fractionBounds,
  HealthyError,
  KeeperUndermarginedError,
  NotAbsorbableError,
  NotConvertibleError,
  NotFlaggedError,
  NotYourKeeperError,
  RewardTooSmallError,
  rewardRate,
  StillUnhealthyError,
  share,
  split,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n

describe('liquidation through the SDK', () => {
  let world: SdkWorld
  let trader: Trader
  let keeper: Trader
  let restore: () => Promise<void>

  before(async () => {
    world = await createSdkWorld()
    trader = world.createTrader(toHex(0x7ade4n, { size: 32 }))
    keeper = world.createTrader(toHex(0x4eebe4n, { size: 32 }))
    await world.fund(trader, 25_000n)
    await world.fund(keeper, 500_000n)
    await world.trade(trader, keeper, 100_000n) // long 10 BTC at 40,000
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(() => restore())

  const stateOf = () => keeper.client.getLiquidationState({ accountId: trader.accountId })
  const bid = () => ({ accountId: trader.accountId, keeper: keeper.accountId })

  it('refuses to touch a healthy account, with the numbers', async () => {
    const { assessment } = await stateOf()
    await assert.rejects(keeper.client.flag({ accountId: trader.accountId }), (error) => {
      assert.ok(error instanceof HealthyError)
      assert.equal(error.maintenance, assessment.maintenance)
      return true
    })
    await assert.rejects(keeper.client.liquidate(bid()), HealthyError)
    await assert.rejects(keeper.client.convert(bid()), NotConvertibleError)
    await assert.rejects(keeper.client.absorb({ accountId: trader.accountId }), NotAbsorbableError)
    await assert.rejects(keeper.client.unflag({ accountId: trader.accountId }), NotFlaggedError)
  })

  it('shows the clock, the rates and the bounds that the twin computes', async () => {
    await world.push(BTC, 38_300n)
    await world.mine(keeper.client.flag({ accountId: trader.accountId }))
    for (const seconds of [7, 600, 1_800, 7_200]) {
      await world.networkHelpers.time.increase(seconds)
      const state = await stateOf()
      const { least, most } = fractionBounds(state.assessment)
      assert.equal(state.discount, cappedRate(discountRate(state.elapsed), state.assessment))
      assert.equal(state.reward, rewardRate(state.elapsed))
      assert.deepEqual([state.minFraction, state.maxFraction], [least, most])
    }
  })

  it('lets a stopped clock decay as the twin says', async () => {
    await world.push(BTC, 38_300n)
    await world.mine(keeper.client.flag({ accountId: trader.accountId }))
    await assert.rejects(keeper.client.unflag({ accountId: trader.accountId }), StillUnhealthyError)
    await world.push(BTC, 38_850n, 1_234)
    const receipt = await world.mine(keeper.client.unflag({ accountId: trader.accountId }))
    const { timestamp: stoppedAt } = await world.client.getBlock({ blockNumber: receipt.blockNumber })
    const { elapsed } = await stateOf()
    assert.ok(elapsed > 1_200n)
    for (const seconds of [1, 17, 899, 900, 5_000, 40_000]) {
      await world.networkHelpers.time.increase(seconds)
      const age = (await world.now()) - stoppedAt
      assert.equal((await stateOf()).elapsed, decayed(elapsed, age), `after ${age} s`)
    }
  })

  it('takes the slice that the twin splits, at the price that it computes', async () => {
    await world.push(BTC, 38_300n)
    await world.mine(keeper.client.flag({ accountId: trader.accountId }))
    await world.networkHelpers.time.increase(600)
    const before = await trader.client.getAccount({ accountId: trader.accountId })
    const receipt = await world.mine(keeper.client.liquidate(bid()))
    const at = { accountId: trader.accountId, blockNumber: receipt.blockNumber }
    const snapshot = await trader.client.getSnapshot({ underlyings: [BTC], blockNumber: receipt.blockNumber })
    const whole = assess(before.portfolio, snapshot)
    const { most } = fractionBounds(whole)
    const { rest } = split(before.portfolio, most)
    const left = assess(rest, snapshot)
    const [flagged] = await world.contracts.auction.getEvents.Flagged({}, { fromBlock: 0n })
    const startedAt = (await world.client.getBlock({ blockNumber: flagged?.blockNumber ?? 0n })).timestamp
    const { timestamp } = await world.client.getBlock({ blockNumber: receipt.blockNumber })
    const rate = cappedRate(discountRate(timestamp - startedAt), whole)
    const payment = whole.equity - left.equity - share(rate, whole.maintenance - left.maintenance)
    const { portfolio } = await trader.client.getAccount(at)
    assert.deepEqual(portfolio, { ...rest, cash: rest.cash + payment })
    const { equity, maintenance } = await trader.client.getAssessment(at)
    assert.ok(equity * whole.maintenance >= whole.equity * maintenance, 'E/MM fell')
    assert.ok(maintenance > DUST_MAINTENANCE && equity < buffered(maintenance) * 2n)
  })

  it('names what is wrong with a bid', async () => {
    await world.push(BTC, 38_300n)
    await assert.rejects(keeper.client.liquidate({ ...bid(), fraction: 1n }), FractionTooSmallError)
    await assert.rejects(keeper.client.liquidate({ ...bid(), minReward: 1_000_000n * WAD }), RewardTooSmallError)
    await assert.rejects(trader.client.liquidate(bid()), NotYourKeeperError)
    const empty = encodeAccountId({ owner: keeper.account.address, subId: 9n })
    await assert.rejects(keeper.client.liquidate({ ...bid(), keeper: empty }), (error) => {
      assert.ok(error instanceof KeeperUndermarginedError)
      assert.ok(error.required > error.equity)
      return true
    })
  })

  it('converts a cash debt that price alone made', async () => {
    await world.mintCollateral(trader, BTC, 10n ** 8n * 10n)
    await world.mine(trader.client.deposit({ accountId: trader.accountId, asset: BTC, amount: 10n ** 8n * 10n }))
    await world.push(BTC, 36_000n)
    const state = await stateOf()
    assert.deepEqual([state.convertible, state.liquidatable], [true, false])
    const before = await trader.client.getAccount({ accountId: trader.accountId })
    const receipt = await world.mine(keeper.client.convert(bid()))
    const snapshot = await trader.client.getSnapshot({ underlyings: [BTC], blockNumber: receipt.blockNumber })
    const { rest } = split(before.portfolio, conversionFraction(assess(before.portfolio, snapshot)))
    const { portfolio } = await trader.client.getAccount({ accountId: trader.accountId })
    assert.deepEqual(portfolio.positions, rest.positions)
    const { settledCash, debtLimit } = await trader.client.getAssessment({ accountId: trader.accountId })
    assert.ok(settledCash >= -debtLimit)
  })

  it('takes an insolvent account whole, and its compartment covers the loss', async () => {
    await world.push(BTC, 30_000n)
    const { assessment } = await stateOf()
    assert.ok(assessment.equity < 0n)
    await world.mine(keeper.client.liquidate(bid()))
    const { portfolio } = await trader.client.getAccount({ accountId: trader.accountId })
    assert.deepEqual([portfolio.positions.length, portfolio.cash], [0, 0n])
    const { ratio, booked } = await keeper.client.getWithdrawalRatio()
    assert.deepEqual([ratio, booked], [WAD, 0n]) // the compartment paid
  })
})
