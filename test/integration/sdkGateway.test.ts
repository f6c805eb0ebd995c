import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, describe, it } from 'node:test'
import { toHex } from 'viem'
import {
  BadSignatureError,
  encodeAccountId,
  encodeAction,
  encodeDeposit,
  encodeDepositWithPermit,
  encodeSettle,
  type GatewayAction,
  InvalidNonceError,
  InvalidSignerError,
  NonceAlreadyUsedError,
  PERMIT2,
  PermissionExpiredError,
  perpetualOf,
  ReceiverNotAllowedError,
  SignatureExpiredError,
} from '../../sdk/src/index.ts'
import { deployPermit2 } from '../fixtures/permit2.ts'
import { BTC, createSdkWorld, PRICE_PER_LOT, type SdkWorld, type Trader, USD_UNIT } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const DEADLINE = 4_000_000_000n
const AMOUNT = 1_000n * USD_UNIT

describe('the gateway through the SDK', () => {
  let world: SdkWorld
  let alice: Trader
  let maker: Trader
  let relayer: Trader
  let restore: () => Promise<void>

  before(async () => {
    world = await createSdkWorld()
    ;[alice, maker] = await world.createTraders(['alice', 'maker'], 50_000n)
    ;[relayer] = await world.createTraders(['relayer'], 0n)
    await world.contracts.usd.write.mint([alice.account.address, 10n * AMOUNT])
    await deployPermit2(await world.viem.getTestClient())
  })
  beforeEach(async () => {
    restore = (await world.networkHelpers.takeSnapshot()).restore
  })
  afterEach(() => restore())

  const cashOf = async (accountId: `0x${string}`) => (await alice.client.getAccount({ accountId })).portfolio.cash

  it('permits, deposits, changes the mode and takes a maker in one transaction', async () => {
    const { accountId } = alice
    const [order, own] = [await world.order(maker, -1n), await world.order(alice, 1n)]
    const makerSignature = await maker.client.signOrder({ order })
    const deposit = { accountId, asset: 0, amount: AMOUNT }
    const permit = await alice.client.signPermit({ asset: 0, amount: AMOUNT, deadline: DEADLINE })
    const before = await cashOf(accountId)
    const calls = [
      encodeDepositWithPermit(deposit, permit),
      encodeAction({ type: 'setMode', accountId, mode: 'portfolio' }),
      encodeSettle([{ maker: order, makerSignature, taker: own, units: 10n }]),
    ]
    const { blockNumber } = await world.mine(alice.client.multicall({ calls }))
    const { portfolio } = await alice.client.getAccount({ accountId })
    assert.deepEqual(portfolio.positions, [{ instrument: perpetualOf(BTC), lots: 10n }])
    assert.equal(portfolio.mode, 'portfolio')
    assert.ok(portfolio.cash < before + 1_000n * WAD - 10n * PRICE_PER_LOT) // the fee
    assert.equal((await alice.client.getAccount({ accountId, blockNumber })).portfolio.cash, portfolio.cash)
    await world.mine(alice.client.approve({ asset: 0, amount: AMOUNT, spender: world.deployment.gateway }))
    const after = await cashOf(accountId)
    await world.mine(alice.client.multicall({ calls: [encodeDeposit(deposit)] }))
    assert.equal(await cashOf(accountId), after + 1_000n * WAD)
  })

  it('takes a deposit that was signed for Permit2 from a relayer, once, for its account, until its end', async () => {
    await world.mine(alice.client.approve({ asset: 0, amount: 10n * AMOUNT, spender: PERMIT2 }))
    const { accountId } = alice
    const before = await cashOf(accountId)
    const signed = await alice.client.signDeposit({ accountId, asset: 0, amount: AMOUNT, deadline: DEADLINE })
    const other = encodeAccountId({ owner: alice.account.address, subId: 1n })
    const submit = (deposit: typeof signed) => world.mine(relayer.client.submitDeposit({ signed: deposit }))
    await assert.rejects(submit({ ...signed, accountId: other }), InvalidSignerError)
    await assert.rejects(submit({ ...signed, amount: AMOUNT + 1n }), InvalidSignerError)
    await assert.rejects(submit({ ...signed, deadline: 1n }), SignatureExpiredError)
    await submit(signed)
    assert.equal(await cashOf(accountId), before + 1_000n * WAD)
    await assert.rejects(submit(signed), InvalidNonceError)
  })

  it('takes every kind of signed action from a relayer', async () => {
    const { accountId, account } = alice
    const subAccount = encodeAccountId({ owner: account.address, subId: 1n })
    const key = relayer.account.address
    const terms = { expiry: 2 ** 33, kinds: ['call'], underlyings: [1, 2], dailyLoss: WAD } as const
    const actions: GatewayAction[] = [
      { type: 'setMode', accountId, mode: 'portfolio' },
      { type: 'transfer', from: accountId, to: subAccount, cash: 5n * WAD },
      { type: 'merge', from: subAccount, to: accountId },
      { type: 'withdraw', accountId, asset: 0, amount: 7n, receiver: account.address },
      { type: 'setOperator', accountId, operator: key, approved: false },
      { type: 'setSessionKey', accountId, key, terms },
      { type: 'setReceiver', accountId, receiver: key, allowed: true },
      { type: 'cancel', accountId, nonces: [1n, 2n] },
      { type: 'cancelGroups', accountId, groups: [toHex(7n, { size: 32 })] },
      { type: 'cancelAll', accountId },
      { type: 'voidNonces', accountId, nonces: [5n] },
    ]
    for (const action of actions) {
      const signed = await alice.client.signAction({ action, deadline: DEADLINE })
      await world.mine(relayer.client.submitAction({ signed }))
      await assert.rejects(relayer.client.submitAction({ signed }), NonceAlreadyUsedError, action.type)
      const subject = action.type === 'merge' ? subAccount : accountId
      assert.equal(await alice.client.isNonceUsed({ accountId: subject, nonce: signed.nonce }), true)
    }
    assert.equal((await alice.client.getAccount({ accountId })).portfolio.mode, 'portfolio')
    assert.equal(await cashOf(subAccount), 0n)
    assert.deepEqual((await alice.client.getSessionKey({ accountId, key })).terms, terms)
    assert.equal(await alice.client.getEpoch({ accountId }), 1n)
    assert.equal(await world.contracts.exchange.read.filled([accountId, 2n]), 2n ** 128n - 1n)
  })

  it('refuses what is late, changed, given up or of somebody else', async () => {
    const { accountId } = alice
    const action = { type: 'cancelAll', accountId } as const
    const late = await alice.client.signAction({ action, deadline: 1n })
    await assert.rejects(relayer.client.submitAction({ signed: late }), PermissionExpiredError)
    const signed = await alice.client.signAction({ action, deadline: DEADLINE, nonce: 3n })
    const changed = { ...signed, action: { ...action, accountId: maker.accountId } }
    await assert.rejects(relayer.client.submitAction({ signed: changed }), BadSignatureError)
    const foreign = await maker.client.signAction({ action, deadline: DEADLINE })
    await assert.rejects(relayer.client.submitAction({ signed: foreign }), BadSignatureError)
    await world.mine(alice.client.voidNonces({ accountId, nonces: [3n] }))
    await assert.rejects(relayer.client.submitAction({ signed }), NonceAlreadyUsedError)
  })

  it('lets signed withdrawals go to a receiver that was named a day before', async () => {
    const { accountId } = alice
    const receiver = relayer.account.address
    const action = { type: 'withdraw', accountId, asset: 0, amount: 9n, receiver } as const
    const signed = await alice.client.signAction({ action, deadline: DEADLINE })
    await assert.rejects(relayer.client.submitAction({ signed }), ReceiverNotAllowedError)
    await world.mine(alice.client.setReceiver({ accountId, receiver, allowed: true }))
    await assert.rejects(relayer.client.submitAction({ signed }), ReceiverNotAllowedError)
    await world.networkHelpers.time.increase(86_400)
    await world.mine(relayer.client.submitAction({ signed }))
    assert.equal(await world.contracts.usd.read.balanceOf([receiver]), 9n)
  })

  it('merges all that an account holds into another', async () => {
    const from = alice.accountId
    const to = encodeAccountId({ owner: alice.account.address, subId: 9n })
    await world.trade(alice, maker, 10n)
    const { portfolio } = await alice.client.getAccount({ accountId: from })
    await world.mine(alice.client.merge({ from, to }))
    assert.deepEqual((await alice.client.getAccount({ accountId: to })).portfolio, portfolio)
    assert.deepEqual((await alice.client.getAccount({ accountId: from })).portfolio.positions, [])
  })
})
