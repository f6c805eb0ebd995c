import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { toHex } from 'viem'
import {
  AccountMissingError,
  assess,
  audit,
  ClaimNotReadyError,
  compartment,
  DepositCapExceededError,
  DifferentOwnersError,
  decodeError,
  ERC20InsufficientAllowanceError,
  encodeAccountId,
  getAccount,
  getAssessment,
  getAudit,
  getSnapshot,
  InsufficientMarginError,
  IsolatedAccountError,
  linearSnapshot,
  NotAuthorizedError,
  NotYourAccountError,
  perpetualOf,
  preview,
  spotOf,
  UnknownAssetError,
  UnknownClaimError,
  UnknownUnderlyingError,
  withdraw,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, ETH, PRICE_PER_LOT, type SdkWorld, type Trader, USD_UNIT } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const USD_SCALE = 10n ** 12n

describe('the SDK on the deployed contracts', () => {
  let world: SdkWorld
  let alice: Trader
  let bob: Trader

  let restore: () => Promise<void>

  before(async () => {
    world = await createSdkWorld()
    alice = world.createTrader(toHex(0xa11cen, { size: 32 }))
    bob = world.createTrader(toHex(0xb0bn, { size: 32 }))
    await world.fund(alice, 50_000n)
    await world.fund(bob, 50_000n)
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(() => restore())

  describe('reads', () => {
    it('returns the account, its assessment and its audit as the twin computes them', async () => {
      await world.trade(alice, bob, 10_000n)
      await world.push(BTC, 41_500n)
      const { portfolio, exists, flagged, blockNumber } = await alice.client.getAccount({ accountId: alice.accountId })
      assert.deepEqual([exists, flagged, portfolio.mode], [true, false, 'cross'])
      assert.deepEqual(portfolio.positions, [{ instrument: perpetualOf(BTC), lots: 10_000n }])
      const snapshot = await alice.client.getSnapshot({ underlyings: [BTC], blockNumber })
      const audited = await alice.client.getAudit({ accountId: alice.accountId, blockNumber })
      assert.deepEqual(audited.snapshot, snapshot)
      assert.deepEqual(
        await alice.client.getAssessment({ accountId: alice.accountId, blockNumber }),
        audited.assessment,
      )
      assert.deepEqual(assess(portfolio, snapshot), audited.assessment)
      assert.deepEqual(audit(portfolio, snapshot).risks, audited.risks)
      assert.deepEqual(
        audited.greeks.map(({ delta }) => delta),
        audited.risks.map(({ delta }) => delta),
      )
    })

    it('reads every part of one answer at the block that is asked for', async () => {
      const { blockNumber } = await alice.client.getAccount({ accountId: alice.accountId })
      const before = await alice.client.getAssessment({ accountId: alice.accountId, blockNumber })
      await world.trade(alice, bob, 10_000n)
      assert.deepEqual(await alice.client.getAssessment({ accountId: alice.accountId, blockNumber }), before)
      const { portfolio } = await alice.client.getAccount({ accountId: alice.accountId, blockNumber })
      assert.equal(portfolio.positions.length, 0)
    })

    it('describes a market and refuses one that is not listed', async () => {
      const market = await alice.client.getMarket({ underlying: ETH })
      assert.deepEqual([market.symbol, market.spot, market.status], ['ETH', 3_000n * WAD, 'live'])
      await assert.rejects(alice.client.getMarket({ underlying: 9 }), UnknownUnderlyingError)
    })

    it('reads the withdrawal ratio of a system without losses', async () => {
      assert.deepEqual(await alice.client.getWithdrawalRatio(), { ratio: WAD, booked: 0n, expected: 0n })
    })
  })

  describe('deposits and withdrawals', () => {
    it('deposits with a permit in one transaction', async () => {
      await world.contracts.usd.write.mint([alice.account.address, 7n * USD_UNIT])
      const deadline = (await world.now()) + 600n
      const parameters = { accountId: alice.accountId, asset: 0, amount: 7n * USD_UNIT, deadline }
      await world.mine(alice.client.depositWithPermit(parameters))
      const { equity } = await alice.client.getAssessment({ accountId: alice.accountId })
      assert.equal(equity, 50_007n * WAD)
    })

    it('names the missing allowance, the unknown asset and the missing account', async () => {
      const accountId = alice.accountId
      await assert.rejects(alice.client.deposit({ accountId, asset: 0, amount: 5n }), (error) => {
        assert.ok(error instanceof ERC20InsufficientAllowanceError)
        assert.deepEqual([error.allowance, error.needed], [0n, 5n])
        return true
      })
      await assert.rejects(alice.client.deposit({ accountId, asset: 200, amount: 5n }), UnknownAssetError)
      await assert.rejects(alice.client.approve({ asset: 200, amount: 5n }), UnknownAssetError)
      const parameters = { deployment: world.deployment, accountId, asset: 0, amount: 1n }
      await assert.rejects(withdraw(world.client, parameters), AccountMissingError)
    })

    it('refuses collateral above the cap, with the cap', async () => {
      await world.mintCollateral(alice, BTC, 10n ** 12n)
      await assert.rejects(
        alice.client.deposit({ accountId: alice.accountId, asset: BTC, amount: 10n ** 12n }),
        (error) => error instanceof DepositCapExceededError && error.total === 10n ** 12n && error.cap < 10n ** 12n,
      )
    })

    it('lets nobody withdraw from an account of another', async () => {
      const parameters = { accountId: bob.accountId, asset: 0, amount: 1n }
      await assert.rejects(alice.client.withdraw(parameters), NotYourAccountError)
    })

    it('withdraws to the last unit that the preview allows and not one more', async () => {
      await world.trade(alice, bob, 10_000n)
      const { portfolio, blockNumber } = await alice.client.getAccount({ accountId: alice.accountId })
      const snapshot = await alice.client.getSnapshot({ underlyings: [BTC], blockNumber })
      const attempt = (amount: bigint) => preview(portfolio, snapshot, [{ type: 'withdraw', asset: 0, amount }])
      let [allowed, refused] = [1n, 50_000n * USD_UNIT]
      while (refused - allowed > 1n) {
        const middle = (allowed + refused) / 2n
        if (attempt(middle * USD_SCALE).allowed) allowed = middle
        else refused = middle
      }
      const { failure } = attempt(refused * USD_SCALE)
      const parameters = { accountId: alice.accountId, asset: 0 }
      await assert.rejects(alice.client.withdraw({ ...parameters, amount: refused }), (error) => {
        assert.ok(error instanceof InsufficientMarginError)
        const { equity, initial, maintenance } = error
        assert.deepEqual({ error: error.errorName, equity, initial, maintenance }, failure)
        return true
      })
      await world.mine(alice.client.withdraw({ ...parameters, amount: allowed }))
      assert.equal(await world.contracts.usd.read.balanceOf([alice.account.address]), allowed)
    })

    it('queues what exceeds the outflow limit and pays it as a claim', async () => {
      const whale = world.createTrader(toHex(0x3a1en, { size: 32 }))
      await world.fund(whale, 60_000_000n)
      await world.networkHelpers.time.increase(2 * 86_400) // by then a deposit counts no longer as outflow allowance
      const amount = 50_000_000n * USD_UNIT
      await world.mine(whale.client.withdraw({ accountId: whale.accountId, asset: 0, amount }))
      const claim = await whale.client.getClaim({ claimId: 1n })
      assert.deepEqual([claim.asset, claim.amount, claim.receiver], [0, amount, whale.account.address])
      await assert.rejects(alice.client.claim({ claimId: 1n }), ClaimNotReadyError)
      await world.networkHelpers.time.increaseTo(claim.latestPayment)
      await world.mine(alice.client.claim({ claimId: 1n }))
      assert.equal(await world.contracts.usd.read.balanceOf([whale.account.address]), amount)
      await assert.rejects(whale.client.getClaim({ claimId: 1n }), UnknownClaimError)
    })
  })

  describe('trades', () => {
    for (const [role, price] of [
      ['taker', 4_100_000_000_000_000_003n],
      ['maker', 3_900_000_000_000_000_007n],
    ] as const) {
      it(`leaves the ${role} exactly as the preview says, funding and fees included`, async () => {
        await world.setPremium(BTC, 4_321n)
        await world.networkHelpers.time.increase(3_000)
        await world.trade(alice, bob, 777n)
        await world.contracts.markets.write.touch([2n])
        const trader = role === 'taker' ? alice : bob
        const { portfolio, blockNumber } = await trader.client.getAccount({ accountId: trader.accountId })
        const ratio = role === 'taker' ? 1n : -1n
        const legs = [{ instrument: perpetualOf(BTC), ratio }]
        const receipt = await world.trade(alice, bob, 1_234n, price)
        // Funding accrues by the second: the market of the trade's own block is what both sides saw.
        const after = await trader.client.getAccount({ accountId: trader.accountId, blockNumber: receipt.blockNumber })
        const snapshot = await trader.client.getSnapshot({ underlyings: [BTC], blockNumber: receipt.blockNumber })
        const market = linearSnapshot(snapshot.markets.map((row) => ({ ...row, openInterest: 777n })))
        assert.ok(blockNumber < receipt.blockNumber)
        const foreseen = preview(portfolio, market, [
          { type: 'trade', legs, units: 1_234n, price: price * ratio, role },
        ])
        assert.equal(foreseen.allowed, true)
        assert.deepEqual(foreseen.portfolio, after.portfolio)
        assert.notEqual(snapshot.markets[0]?.fundingIndex, 0n)
      })
    }

    it('refuses a trade above initial margin with the numbers of the preview', async () => {
      const units = 400_000n
      await world.fund(bob, 5_000_000n)
      const maker = await world.order(bob, -1n)
      const taker = await world.order(alice, 1n)
      const fills = [{ maker, makerSignature: await bob.client.signOrder({ order: maker }), taker, units }]
      const { portfolio } = await alice.client.getAccount({ accountId: alice.accountId })
      const snapshot = await alice.client.getSnapshot({ underlyings: [BTC] })
      const action = { type: 'trade', legs: taker.legs, units, price: PRICE_PER_LOT } as const
      const { failure } = preview(portfolio, snapshot, [action])
      await assert.rejects(alice.client.settle({ fills }), (error) => {
        assert.ok(error instanceof InsufficientMarginError)
        const { equity, initial, maintenance } = error
        assert.deepEqual({ error: error.errorName, equity, initial, maintenance }, failure)
        return true
      })
    })

    it('trades collateral for cash', async () => {
      await world.mintCollateral(bob, BTC, 10n ** 8n)
      await world.mine(bob.client.deposit({ accountId: bob.accountId, asset: BTC, amount: 10n ** 8n }))
      const price = 4_000_000n * 10n ** 10n * 10n // 10,000 base units are 4 dollars
      const maker = await world.order(bob, -10_000n, { limitPrice: -price }, spotOf(BTC))
      const taker = await world.order(alice, 10_000n, { limitPrice: price }, spotOf(BTC))
      const makerSignature = await bob.client.signOrder({ order: maker })
      await world.mine(alice.client.settle({ fills: [{ maker, makerSignature, taker, units: 100n }] }))
      const { portfolio } = await alice.client.getAccount({ accountId: alice.accountId })
      assert.deepEqual(portfolio.positions, [{ instrument: spotOf(BTC), lots: 1_000_000n }])
    })
  })

  describe('accounts', () => {
    it('transfers between own accounts only', async () => {
      const second = encodeAccountId({ owner: alice.account.address, subId: 1n })
      await world.mine(alice.client.transfer({ from: alice.accountId, to: second, cash: 5n * WAD }))
      assert.equal((await alice.client.getAssessment({ accountId: second })).equity, 5n * WAD)
      await world.mine(
        bob.client.setOperator({ accountId: bob.accountId, operator: alice.account.address, approved: true }),
      )
      const foreign = { from: alice.accountId, to: bob.accountId, cash: 1n }
      await assert.rejects(alice.client.transfer(foreign), DifferentOwnersError)
    })

    it('switches modes, and an isolated account takes one underlying only', async () => {
      await world.mine(alice.client.setMode({ accountId: alice.accountId, mode: 'isolated' }))
      assert.equal((await alice.client.getAccount({ accountId: alice.accountId })).portfolio.mode, 'isolated')
      await world.trade(alice, bob, 10n)
      const price = 3n * WAD
      const maker = await world.order(bob, -1n, { limitPrice: -price }, perpetualOf(ETH))
      const taker = await world.order(alice, 1n, { limitPrice: price }, perpetualOf(ETH))
      const makerSignature = await bob.client.signOrder({ order: maker })
      const fills = [{ maker, makerSignature, taker, units: 1n }]
      await assert.rejects(alice.client.settle({ fills }), IsolatedAccountError)
      const { portfolio } = await alice.client.getAccount({ accountId: alice.accountId })
      const snapshot = await alice.client.getSnapshot({ underlyings: [BTC, ETH] })
      const { failure } = preview(portfolio, snapshot, [{ type: 'trade', legs: taker.legs, units: 1n, price }])
      assert.deepEqual(failure, { error: 'IsolatedAccount', underlyings: 2 })
    })

    it('obeys operators once the owner has named them', async () => {
      const parameters = { accountId: alice.accountId, mode: 'isolated' } as const
      await assert.rejects(bob.client.setMode(parameters), NotAuthorizedError)
      const operator = bob.account.address
      await world.mine(alice.client.setOperator({ accountId: alice.accountId, operator, approved: true }))
      await world.mine(bob.client.setMode(parameters))
    })

    it('answers for a compartment like for any account', async () => {
      const { portfolio } = await alice.client.getAccount({ accountId: compartment(BTC) })
      assert.equal(portfolio.cash, 10_000_000n * WAD)
    })
  })

  it('offers the same actions as functions of a bare client', async () => {
    const { deployment, client } = world
    const [account, assessment, audited, snapshot] = await Promise.all([
      getAccount(client, { deployment, accountId: alice.accountId }),
      getAssessment(client, { deployment, accountId: alice.accountId }),
      getAudit(client, { deployment, accountId: alice.accountId }),
      getSnapshot(client, { deployment, underlyings: [ETH, BTC] }),
    ])
    assert.equal(assessment.equity, account.portfolio.cash)
    assert.deepEqual(audited.risks, [])
    assert.deepEqual(
      snapshot.markets.map(({ underlying }) => underlying),
      [BTC, ETH],
    )
  })

  it('leaves errors without revert data alone', () => {
    assert.equal(decodeError(new Error('connection lost')), undefined)
    assert.equal(decodeError('0x'), undefined)
  })
})
