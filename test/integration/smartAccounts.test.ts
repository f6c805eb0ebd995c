import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Address, concat, encodeFunctionData, erc20Abi, type Hex, numberToHex, toHex, zeroAddress } from 'viem'
import { toSoladySmartAccount } from 'viem/account-abstraction'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { getCode, signAuthorization } from 'viem/actions'
import { execute } from 'viem/experimental/erc7821'
import {
  BadSignatureError,
  clearinghouseAbi,
  encodeAccountId,
  encodeMode,
  encodeOrder,
  exchangeAbi,
  InvalidContractSignatureError,
  type Order,
  PERMIT2,
  perpetualOf,
  vaultAbi,
} from '../../sdk/src/index.ts'
import { deployEntryPoint, ENTRY_POINT, sendUserOperation } from '../fixtures/entryPoint.ts'
import { deployPermit2 } from '../fixtures/permit2.ts'
import { BTC, createSdkWorld, PRICE_PER_LOT, type SdkWorld, type Trader, USD_UNIT } from '../fixtures/sdkWorld.ts'

const DEPOSIT = 50_000n * USD_UNIT
const DEADLINE = 4_000_000_000n
const UNITS = 1_000n
const ETHER = 10n ** 18n

describe('smart accounts', () => {
  let world: SdkWorld
  let maker: Trader

  before(async () => {
    world = await createSdkWorld()
    maker = world.createTrader(toHex(0xa11cen, { size: 32 }))
    await world.fund(maker, 50_000n)
    await deployPermit2(await world.viem.getTestClient())
  })

  async function provide(owner: Address) {
    await world.networkHelpers.setBalance(owner, 10n * ETHER)
    await world.contracts.usd.write.mint([owner, 2n * DEPOSIT])
  }

  /**
   * What an account does first: approves the vault and Permit2, deposits half of its tokens, takes portfolio margin and buys from
   * the maker, whose order it fills.
   */
  async function openingCalls(owner: Address) {
    const { vault, clearinghouse, exchange, usd } = { ...world.deployment, usd: world.contracts.usd.address }
    const accountId = encodeAccountId({ owner })
    const sell = await world.order(maker, -1n)
    const buy = await world.order(maker, 1n, { accountId })
    const fill = {
      maker: encodeOrder(sell),
      makerSignature: await maker.client.signOrder({ order: sell }),
      taker: encodeOrder(buy),
      takerSignature: '0x', // the owner is the caller
      units: UNITS,
    } as const
    const deposit = [accountId, 0, DEPOSIT] as const
    const mode = [accountId, encodeMode('portfolio')] as const
    return [
      { to: usd, data: encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [vault, DEPOSIT] }) },
      { to: usd, data: encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [PERMIT2, DEPOSIT] }) },
      { to: vault, data: encodeFunctionData({ abi: vaultAbi, functionName: 'deposit', args: deposit }) },
      { to: clearinghouse, data: encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setMode', args: mode }) },
      { to: exchange, data: encodeFunctionData({ abi: exchangeAbi, functionName: 'settle', args: [[fill]] }) },
    ]
  }

  async function assertLots(owner: Address, lots: bigint) {
    const accountId = encodeAccountId({ owner })
    const { portfolio } = await maker.client.getAccount({ accountId })
    assert.equal(portfolio.mode, 'portfolio')
    assert.deepEqual(portfolio.positions, [{ instrument: perpetualOf(BTC), lots }])
  }

  const orderOf = (owner: Address) => world.order(maker, -1n, { accountId: encodeAccountId({ owner }) })

  /** The maker buys from the order; settled by the maker. */
  async function fill(order: Order, makerSignature: Hex) {
    const taker = await world.order(maker, 1n, { limitPrice: PRICE_PER_LOT })
    return maker.client.settle({ fills: [{ maker: order, makerSignature, taker, units: UNITS }] })
  }

  async function assertAccepted(order: Order, signature: Hex) {
    assert.deepEqual((await maker.client.validateOrder({ order, signature })).issues, [])
    await world.mine(fill(order, signature))
  }

  async function assertRefused(order: Order, signature: Hex) {
    assert.deepEqual((await maker.client.validateOrder({ order, signature })).issues, [{ error: 'BadSignature' }])
    await assert.rejects(fill(order, signature), BadSignatureError)
  }

  /** The wallet deposits its other half by Permit2 and withdraws some of it, both nested and submitted by the maker. */
  async function assertSigns(signer: { account: PrivateKeyAccount; verifier: Address }) {
    const owner = signer.verifier
    const accountId = encodeAccountId({ owner })
    const deposit = { accountId, asset: 0, amount: DEPOSIT, deadline: DEADLINE }
    const { usd } = world.contracts
    const signed = await maker.client.signDeposit({ ...deposit, ...signer })
    await world.mine(maker.client.submitDeposit({ signed }))
    assert.equal(await usd.read.balanceOf([owner]), 0n)
    const action = { type: 'withdraw', accountId, asset: 0, amount: 7n, receiver: owner } as const
    const nested = await maker.client.signAction({ action, deadline: DEADLINE, ...signer })
    await world.mine(maker.client.submitAction({ signed: nested }))
    assert.equal(await usd.read.balanceOf([owner]), 7n)
  }

  describe('an address with an EIP-7702 delegation', () => {
    let owner: Trader
    let delegate: Address
    let address: Address

    before(async () => {
      owner = world.createTrader(toHex(0xde1e9a7en, { size: 32 }))
      address = owner.account.address
      await provide(address)
      delegate = (await world.viem.deployContract('DelegatedAccount')).address
    })

    /** Delegates, with the calls in the same transaction. */
    async function delegateTo(contractAddress: Address, calls: Awaited<ReturnType<typeof openingCalls>>) {
      const authorization = await signAuthorization(owner.client, { contractAddress, executor: 'self' })
      if (calls.length > 0) {
        return world.mine(execute(owner.client, { address, calls, authorizationList: [authorization] }))
      }
      return world.mine(owner.client.sendTransaction({ to: address, authorizationList: [authorization] }))
    }

    it('deposits, sets a mode and trades in the transaction that delegates', async () => {
      await delegateTo(delegate, await openingCalls(address))
      assert.equal(await getCode(world.client, { address }), concat(['0xef0100', delegate]).toLowerCase())
      await assertLots(address, UNITS)
    })

    it('signs orders with its key although it has code', async () => {
      const order = await orderOf(address)
      await assertAccepted(order, await owner.client.signOrder({ order }))
    })

    it('signs orders through its code', async () => {
      const order = await orderOf(address)
      await assertAccepted(order, await owner.client.signOrder({ order, verifier: address }))
    })

    it('deposits by Permit2 and withdraws through its code', () =>
      assertSigns({ account: owner.account, verifier: address }))

    it('does not deposit by Permit2 with its key, which asks its code', async () => {
      const deposit = { accountId: owner.accountId, asset: 0, amount: 1n, deadline: DEADLINE }
      const signed = await owner.client.signDeposit(deposit)
      await assert.rejects(maker.client.submitDeposit({ signed }), InvalidContractSignatureError)
    })

    it('withdraws with its key although it has code', async () => {
      const action = { type: 'withdraw', accountId: owner.accountId, asset: 0, amount: 5n, receiver: address } as const
      const before = await world.contracts.usd.read.balanceOf([address])
      const signed = await owner.client.signAction({ action, deadline: DEADLINE })
      await world.mine(maker.client.submitAction({ signed }))
      assert.equal(await world.contracts.usd.read.balanceOf([address]), before + 5n)
    })

    it('refuses the key of somebody else, nested or not', async () => {
      const order = await orderOf(address)
      await assertRefused(order, await maker.client.signOrder({ order }))
      await assertRefused(order, await maker.client.signOrder({ order, verifier: address }))
    })

    it('signs with its key alone after the delegation is removed', async () => {
      const [order, nested] = [await orderOf(address), await orderOf(address)]
      const nestedSignature = await owner.client.signOrder({ order: nested, verifier: address })
      await delegateTo(zeroAddress, [])
      assert.equal(await getCode(world.client, { address }), undefined)
      await assertAccepted(order, await owner.client.signOrder({ order }))
      await assertRefused(nested, nestedSignature)
    })
  })

  describe('an ERC-4337 account', () => {
    const owner = privateKeyToAccount(toHex(0x4337n, { size: 32 }))

    before(async () => {
      await deployEntryPoint(await world.viem.getTestClient())
    })

    async function createFactory(implementation: 'SoladyAccount' | 'PlainSoladyAccount') {
      const { address } = await world.viem.deployContract(implementation)
      const factory = await world.viem.deployContract('SoladyAccountFactory', [address])
      return (key: PrivateKeyAccount, index: bigint) =>
        toSoladySmartAccount({
          client: world.client,
          owner: key,
          entryPoint: ENTRY_POINT,
          factoryAddress: factory.address,
          salt: concat([key.address, numberToHex(index, { size: 12 })]),
        })
    }

    /** An account that its first user operation deployed, with a position. */
    async function open(account: Awaited<ReturnType<Awaited<ReturnType<typeof createFactory>>>>) {
      const [bundler] = await world.viem.getWalletClients()
      assert.ok(bundler)
      await provide(account.address)
      assert.equal(await account.isDeployed(), false)
      await sendUserOperation(bundler, account, await openingCalls(account.address))
      assert.equal(await account.isDeployed(), true)
      await assertLots(account.address, UNITS)
      return account
    }

    it('is deployed by its first operation, which deposits and trades, and signs nested messages', async () => {
      const create = await createFactory('SoladyAccount')
      const [first, second] = [await open(await create(owner, 0n)), await open(await create(owner, 1n))]
      const signer = { account: owner, verifier: first.address }
      const order = await orderOf(first.address)
      const signature = await maker.client.signOrder({ order, ...signer })
      await assertAccepted(order, signature)
      await assertSigns(signer)
      // The same key owns the second account, which takes neither those bytes nor its own order signed for the first one.
      const other = await orderOf(second.address)
      await assertRefused(other, signature)
      await assertRefused(other, await maker.client.signOrder({ order: other, ...signer }))
      await assertRefused(other, await maker.client.signOrder({ order: other, account: owner }))
    })

    it('signs plain orders where its code takes them', async () => {
      const create = await createFactory('PlainSoladyAccount')
      const [first, second] = [await open(await create(owner, 0n)), await open(await create(owner, 1n))]
      const order = await orderOf(first.address)
      const signature = await maker.client.signOrder({ order, account: owner })
      await assertAccepted(order, signature)
      const copy = { ...order, accountId: encodeAccountId({ owner: second.address }) }
      await assertRefused(copy, signature)
    })
  })
})
