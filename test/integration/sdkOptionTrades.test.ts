import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { toHex } from 'viem'
import {
  callOf,
  FeeAboveMaximumError,
  futureOf,
  type Instrument,
  InstrumentNotListedError,
  InsufficientMarginError,
  isSameInstrument,
  type Leg,
  NotReducingError,
  type Order,
  oppositeLegs,
  type PreviewTrade,
  perpetualOf,
  preview,
  putOf,
  quoteStructure,
  type RequirementTerms,
  StrikeOutOfRangeError,
  SurfaceStaleError,
  scenarioPnl,
  UnknownExpiryError,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, ETH, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const UNITS = 10_000n

describe('trades of options and futures through the SDK', () => {
  let world: SdkWorld
  let alice: Trader
  let bob: Trader
  let near: number
  let month: number
  let restore: () => Promise<void>

  before(async () => {
    world = await createSdkWorld()
    alice = world.createTrader(toHex(0xa11cen, { size: 32 }))
    bob = world.createTrader(toHex(0xb0bn, { size: 32 }))
    await world.fund(alice, 1_000_000n)
    await world.fund(bob, 1_000_000n)
    await world.networkHelpers.time.increase(31)
    await world.postSurface(BTC, (8n * WAD) / 10n)
    await world.postSurface(ETH, WAD)
    const [first, , third] = world.expiries
    assert.ok(first && third)
    near = first
    month = third
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(() => restore())

  const at = (strike: bigint) => strike * 10n ** 8n
  const one = (instrument: Instrument, ratio = 1n): Leg[] => [{ instrument, ratio }]
  const condor = (): Leg[] => [
    { instrument: putOf(BTC, month, at(34_000n)), ratio: 1n },
    { instrument: putOf(BTC, month, at(36_000n)), ratio: -1n },
    { instrument: callOf(BTC, month, at(44_000n)), ratio: -1n },
    { instrument: callOf(BTC, month, at(46_000n)), ratio: 1n },
  ]

  const markOfLegs = async (legs: readonly Leg[]) => {
    const instruments = legs.map(({ instrument }) => instrument)
    return quoteStructure(await alice.client.getMatrix({ instruments }), legs).mark
  }

  /** What was before, the trade, and what the preview says of the block of the trade. */
  async function foresee(trader: Trader, legs: readonly Leg[], units = UNITS) {
    const other = trader === alice ? bob : alice
    const price = (await markOfLegs(legs)) + 7n
    const [own, theirs] = await Promise.all(
      [trader, other].map(({ client, accountId }) => client.getAccount({ accountId })),
    )
    assert.ok(own && theirs)
    const held = [...legs, ...own.portfolio.positions].map(({ instrument }) => instrument)
    const before = await alice.client.getMatrix({ instruments: held })
    const { blockNumber } = await world.tradeStructure(alice, bob, legs, units, price)
    const matrix = await alice.client.getMatrix({ instruments: held, blockNumber })
    const markets = matrix.markets.map((row, index) => ({
      ...row,
      openInterest: before.markets[index]?.openInterest ?? 0n,
    }))
    const side = trader === alice ? 1n : -1n
    const trade: PreviewTrade = {
      type: 'trade',
      legs: legs.map(({ instrument, ratio }) => ({ instrument, ratio: ratio * side })),
      units,
      price: price * side,
      role: trader === alice ? 'taker' : 'maker',
      counterpartyLots: legs.map(
        ({ instrument }) =>
          theirs.portfolio.positions.find((position) => isSameInstrument(position.instrument, instrument))?.lots ?? 0n,
      ),
    }
    return { foreseen: preview(own.portfolio, { ...matrix, markets }, [trade]), blockNumber }
  }
  async function assertForeseen(trader: Trader, legs: readonly Leg[], units?: bigint) {
    const { foreseen, blockNumber } = await foresee(trader, legs, units)
    const { accountId } = trader
    assert.equal(foreseen.failure, undefined)
    const audited = await trader.client.getAudit({ accountId, blockNumber })
    assert.deepEqual(foreseen.portfolio, audited.portfolio)
    assert.deepEqual(foreseen.after, audited.assessment)
    assert.deepEqual(await trader.client.getAssessment({ accountId, blockNumber }), audited.assessment)
    const held = foreseen.risks.after.filter(({ underlying }) =>
      audited.risks.some((risk) => risk.underlying === underlying),
    )
    assert.deepEqual(held, audited.risks)
    assert.deepEqual(held.map(scenarioPnl), audited.risks.map(scenarioPnl))
    const sum = (terms: RequirementTerms) => Object.values(terms).reduce((total, term) => total + term, 0n)
    assert.equal(sum(audited.breakdown.maintenance), audited.assessment.maintenance)
    assert.equal(sum(audited.breakdown.initial), audited.assessment.initial)
  }

  describe('are foreseen to the wei', () => {
    for (const role of ['taker', 'maker'] as const) {
      it(`by the ${role}: calls, puts, futures, perpetuals and a structure, one after the other`, async () => {
        const trader = role === 'taker' ? alice : bob
        await assertForeseen(trader, one(callOf(BTC, month, at(40_000n))))
        await assertForeseen(trader, one(putOf(BTC, near, at(38_500n)), -1n))
        await assertForeseen(trader, one(futureOf(BTC, month), -1n), 3_333n)
        await assertForeseen(trader, one(perpetualOf(BTC)), 1_234n)
        await assertForeseen(trader, condor())
        await assertForeseen(trader, one(callOf(ETH, near, at(3_100n)), -1n), 777n)
        await assertForeseen(trader, one(callOf(BTC, month, at(40_000n)), -1n))
        const { portfolio } = await trader.client.getAccount({ accountId: trader.accountId })
        assert.equal(portfolio.positions.length, 8)
      })
    }

    it('in Portfolio mode, where underlyings offset each other', async () => {
      await assertForeseen(alice, one(callOf(BTC, month, at(40_000n))), 100_000n)
      await assertForeseen(alice, one(callOf(ETH, month, at(3_000n)), -1n), 133_000n)
      const cross = await alice.client.getAssessment({ accountId: alice.accountId })
      await world.mine(alice.client.setMode({ accountId: alice.accountId, mode: 'portfolio' }))
      const { assessment } = await alice.client.getAudit({ accountId: alice.accountId })
      assert.deepEqual(assessment, await alice.client.getAssessment({ accountId: alice.accountId }))
      assert.ok(assessment.maintenance < cross.maintenance)
      await assertForeseen(alice, one(putOf(ETH, month, at(2_800n))), 500n)
    })

    it('by one call for the block that is read, with what the account may not do', async () => {
      await assertForeseen(alice, condor())
      const legs = one(callOf(BTC, near, at(41_000n)), -1n)
      const price = -(await markOfLegs(one(callOf(BTC, near, at(41_000n)))))
      const actions = (units: bigint) => [{ type: 'trade', legs, units, price } as const]
      const small = await alice.client.getPreview({ accountId: alice.accountId, actions: actions(1_000n) })
      assert.equal(small.allowed, true)
      assert.ok(small.risks.after.every((risk) => scenarioPnl(risk).length === 30))
      const large = await alice.client.getPreview({ accountId: alice.accountId, actions: actions(8_000_000n) })
      assert.equal(large.failure?.error, 'InsufficientMargin')
      await world.fund(bob, 20_000_000n)
      const foreseen = await alice.client.getPreview({ accountId: alice.accountId, actions: actions(8_000_000n) })
      const maker = await world.order(bob, 1n, {
        legs: one(legs[0]?.instrument ?? assert.fail()),
        limitPrice: -price,
        units: 8_000_000n,
      })
      const taker = await world.order(alice, -1n, { legs, limitPrice: price, units: 8_000_000n })
      const makerSignature = await bob.client.signOrder({ order: maker })
      const fills = [{ maker, makerSignature, taker, units: 8_000_000n }]
      await assert.rejects(alice.client.settle({ fills }), (error) => {
        assert.ok(error instanceof InsufficientMarginError)
        const { equity, initial, maintenance } = error
        assert.deepEqual({ error: error.errorName, equity, initial, maintenance }, foreseen.failure)
        return true
      })
    })

    it('when the surface is too old for new risk', async () => {
      await world.networkHelpers.time.increase(3_500)
      for (const underlying of [BTC, ETH]) await world.push(underlying, underlying === BTC ? 40_000n : 3_000n, 1)
      await world.networkHelpers.time.increase(200)
      const legs = one(callOf(BTC, month, at(40_000n)))
      const price = await markOfLegs(legs)
      const actions = [{ type: 'trade', legs, units: 10n, price } as const]
      const { failure } = await alice.client.getPreview({ accountId: alice.accountId, actions })
      assert.deepEqual(failure, { error: 'SurfaceStale', underlying: BTC })
      await assert.rejects(world.tradeStructure(alice, bob, legs, 10n, price), SurfaceStaleError)
    })
  })

  describe('by orders', () => {
    async function tradeOf(legs: readonly Leg[], restriction: Partial<Order> = {}) {
      const limitPrice = -5n * WAD
      const order = await world.order(bob, -1n, { legs, limitPrice, ...restriction })
      const taker = await world.order(alice, 1n, { legs: oppositeLegs(legs), limitPrice: -limitPrice })
      const makerSignature = await bob.client.signOrder({ order })
      const verdict = await alice.client.validateOrder({ order, signature: makerSignature, units: 10n, role: 'maker' })
      const settle = () => alice.client.settle({ fills: [{ maker: order, makerSignature, taker, units: 10n }] })
      return { verdict, settle }
    }

    it('of structures at one net price are fillable, and fill', async () => {
      const legs = [...condor(), { instrument: futureOf(BTC, month), ratio: 1n }]
      const { verdict, settle } = await tradeOf(legs)
      assert.deepEqual([verdict.isFillable, verdict.issues], [true, []])
      await world.mine(settle())
      const { portfolio } = await bob.client.getAccount({ accountId: bob.accountId })
      assert.deepEqual(
        portfolio.positions,
        legs.map(({ instrument, ratio }) => ({ instrument, lots: ratio * 10n })).reverse(), // the last leg moves first
      )
    })

    const refusals = {
      'an expiry that nobody quoted': [
        () => callOf(BTC, month + 86_400, at(40_000n)),
        'UnknownExpiry',
        UnknownExpiryError,
      ],
      'a strike off the grid': [() => callOf(BTC, month, at(40_001n)), 'InstrumentNotListed', InstrumentNotListedError],
      'a strike far from spot': [() => putOf(BTC, month, at(4_000n)), 'InstrumentNotListed', InstrumentNotListedError],
      'an option without strike': [() => callOf(BTC, month, 0n), 'InstrumentNotListed', InstrumentNotListedError],
      'a strike beyond all prices': [
        () => callOf(BTC, month, 2n ** 64n - 1n),
        'StrikeOutOfRange',
        StrikeOutOfRangeError,
      ],
    } as const
    for (const [what, [instrumentOf, name, Class]] of Object.entries(refusals)) {
      it(`foresee ${what}`, async () => {
        const { verdict, settle } = await tradeOf(one(instrumentOf(), -1n))
        assert.deepEqual([verdict.isFillable, verdict.issues.map(({ error }) => error)], [false, [name]])
        await assert.rejects(settle(), Class)
      })
    }

    it('judge a strike far from spot by the position when they only reduce', async () => {
      const { verdict, settle } = await tradeOf(one(putOf(BTC, month, at(4_000n)), -1n), { reduceOnly: true })
      assert.deepEqual(
        verdict.issues.map(({ error }) => error),
        ['NotReducing'],
      )
      await assert.rejects(settle(), NotReducingError)
    })

    it('foresee the fee, which for an option is at most 12.5 % of its mark', async () => {
      // The nearest put far below spot is worth next to nothing: 0.05 % of spot would be far more.
      const legs = one(putOf(BTC, near, at(30_000n)), -1n)
      const instruments = legs.map(({ instrument }) => instrument)
      const quote = quoteStructure(await alice.client.getMatrix({ instruments }), legs, 10n)
      const dear = quoteStructure(
        await alice.client.getMatrix({ instruments: [perpetualOf(BTC)] }),
        one(perpetualOf(BTC)),
        10n,
      )
      assert.ok(quote.takerFee <= (-quote.mark * 10n) / 8n + 10n && quote.takerFee * 5n < dear.takerFee)
      assert.ok(quote.makerFee * 5n - quote.takerFee <= 5n)
      const enough = await tradeOf(legs, { maxFee: quote.makerFee / 10n + 1n })
      assert.equal(enough.verdict.isFillable, true)
      const { verdict, settle } = await tradeOf(legs, { maxFee: quote.makerFee / 20n })
      assert.deepEqual(
        verdict.issues.map(({ error }) => error),
        ['FeeAboveMaximum'],
      )
      await assert.rejects(settle(), FeeAboveMaximumError)
      await world.mine(enough.settle())
    })

    it('take an option no longer once it has expired', async () => {
      await world.networkHelpers.time.increaseTo(near + 1)
      await world.push(BTC, 40_000n)
      const { verdict, settle } = await tradeOf(one(callOf(BTC, near, at(40_000n)), -1n))
      assert.deepEqual(
        verdict.issues.map(({ error }) => error),
        ['InstrumentNotListed'],
      )
      await assert.rejects(settle(), InstrumentNotListedError)
    })
  })
})
