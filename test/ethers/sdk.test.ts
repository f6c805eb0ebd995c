import { expect } from 'chai'
import { FallbackProvider, Wallet } from 'ethers'
import { network } from 'hardhat'
import { type Address, type Hex, maxUint128, parseUnits } from 'viem'
import { deployPlimsoll, localPlan } from '../../deploy/deploy.ts'
import {
  getContracts,
  signAction,
  signDeposit,
  signOrder,
  signSurface,
  toViemClient,
  UnsupportedProviderError,
} from '../../sdk/src/ethers/index.ts'
import {
  assess,
  callOf,
  compartment,
  createOrder,
  type Deployment,
  decodeError,
  encodeAccountId,
  encodeAction,
  encodeInstrumentId,
  encodeOrder,
  encodeSurfaceMessage,
  futureOf,
  hashOrder,
  hashSurface,
  InsufficientMarginError,
  type PlimsollActions,
  parseDeployment,
  perpetualOf,
  plimsollActions,
  type SurfaceMessage,
  signAction as signActionWithViem,
  signDeposit as signDepositWithViem,
  signOrder as signOrderWithViem,
  signSurface as signSurfaceWithViem,
} from '../../sdk/src/index.ts'
import { expiryQuote } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const BTC = 1
const PRICE = 4n * WAD
const UNITS = 1_000n

const openChain = () => network.create()

describe('@plimsoll/sdk/ethers', () => {
  let deployment: Deployment
  let connection: Awaited<ReturnType<typeof openChain>>
  let alice: Awaited<ReturnType<typeof connection.ethers.getSigners>>[number]
  let bob: typeof alice
  let actions: PlimsollActions
  let aliceId: Hex
  let bobId: Hex

  before(async function () {
    this.timeout(300_000) // the whole protocol is deployed, on a loaded machine too
    connection = await openChain()
    const plan = localPlan({ BTC: 40_000n * 10n ** 8n, ETH: 3_000n * 10n ** 8n })
    const deployed = await deployPlimsoll(connection, { plan })
    deployment = parseDeployment(deployed.deployment)
    const [first, second] = await connection.ethers.getSigners()
    if (!first || !second) throw new Error('The simulated chain has two signers at least.')
    alice = first
    bob = second
    aliceId = encodeAccountId({ owner: alice.address as Address })
    bobId = encodeAccountId({ owner: bob.address as Address })
    actions = plimsollActions(deployment)(await toViemClient(alice))
    for (const [signer, ids] of [
      [alice, [aliceId, compartment(BTC)]],
      [bob, [bobId]],
    ] as const) {
      const usd = deployed.contracts.usd
      const amount = parseUnits('50000', 6)
      const { deposit, approve } = plimsollActions(deployment)(await toViemClient(signer))
      for (const accountId of ids) {
        await usd.write.mint([signer.address as Address, amount])
        await approve({ asset: 0, amount })
        await deposit({ accountId, asset: 0, amount })
      }
    }
  })

  const orderOf = (accountId: Hex, ratio: bigint, units = UNITS) =>
    createOrder({
      accountId,
      legs: [{ instrument: perpetualOf(BTC), ratio }],
      limitPrice: ratio * PRICE,
      maxFee: maxUint128,
      units,
      nonce: units,
      expiry: 4_000_000_000,
    })

  it('sends actions through the signer and reads what they left', async () => {
    const { equity } = await actions.getAssessment({ accountId: aliceId })
    expect(equity).to.equal(50_000n * WAD)
    const hash = await actions.withdraw({ accountId: aliceId, asset: 0, amount: 1_000_000n })
    const receipt = await connection.ethers.provider.getTransactionReceipt(hash)
    expect(receipt?.from).to.equal(alice.address)
  })

  it('reads through a provider without a signer', async () => {
    const client = await toViemClient(connection.ethers.provider)
    expect(client.account).to.equal(undefined)
    const { ratio } = await plimsollActions(deployment)(client).getWithdrawalRatio()
    expect(ratio).to.equal(WAD)
  })

  it('refuses a provider without raw requests', async () => {
    const provider = new FallbackProvider([], 31337)
    let thrown: unknown
    await toViemClient(provider).catch((error: unknown) => {
      thrown = error
    })
    expect(thrown).to.be.instanceOf(UnsupportedProviderError)
  })

  it('signs the same bytes as viem, and the exchange hashes the same order', async () => {
    const order = orderOf(aliceId, 1n)
    const wallet = new Wallet(`0x${'42'.repeat(32)}`)
    const signature = await signOrder(wallet, { deployment, order })
    const client = await toViemClient(wallet.connect(connection.ethers.provider))
    expect(await signOrderWithViem(client, { deployment, order })).to.equal(signature)
    const { exchange } = getContracts({ deployment, runner: connection.ethers.provider })
    expect(await exchange.hashOrder(encodeOrder(order))).to.equal(hashOrder(deployment, order))
  })

  it('signs actions and deposits with the same bytes as viem, and the gateway takes them from anyone', async () => {
    const action = { type: 'setMode', accountId: bobId, mode: 'portfolio' } as const
    const terms = { deployment, action, deadline: 4_000_000_000n, nonce: 7n }
    const signed = await signAction(bob, terms)
    const client = await toViemClient(bob)
    expect(await signActionWithViem(client, terms)).to.deep.equal(signed)
    const { gateway, clearinghouse } = getContracts({ deployment, runner: alice })
    await (await gateway.multicall([encodeAction(action, signed)])).wait()
    expect((await clearinghouse.portfolio(bobId)).mode).to.equal(2n)
    const deposit = { deployment, accountId: bobId, asset: 0, amount: 5n, deadline: 4_000_000_000n, nonce: 7n }
    const token = await actions.getTokenAddress({ asset: 0 })
    expect(await signDeposit(bob, { ...deposit, token })).to.deep.equal(await signDepositWithViem(client, deposit))
  })

  it('settles orders through typed contracts, with the events of the contracts', async () => {
    const maker = orderOf(bobId, -1n)
    const taker = orderOf(aliceId, 1n)
    const makerSignature = await signOrder(bob, { deployment, order: maker })
    const fill = {
      maker: encodeOrder(maker),
      makerSignature,
      taker: encodeOrder(taker),
      takerSignature: '0x',
      units: UNITS,
    } as const
    const { exchange, clearinghouse } = getContracts({ deployment, runner: alice })
    await expect(exchange.settle([fill])).to.emit(exchange, 'Filled')
    const { portfolio } = await actions.getAccount({ accountId: aliceId })
    expect(portfolio.positions).to.deep.equal([{ instrument: perpetualOf(BTC), lots: UNITS }])
    const snapshot = await actions.getSnapshot({ underlyings: [BTC] })
    expect((await clearinghouse.assess(aliceId)).equity).to.equal(assess(portfolio, snapshot).equity)
  })

  /** What the signer of a local deployment would say now, two expiries ahead. */
  async function surfaceNow(): Promise<SurfaceMessage> {
    const block = await connection.ethers.provider.getBlock('latest')
    if (!block) throw new Error('The simulated chain has a latest block.')
    const { timestamp } = block
    const today = timestamp - (timestamp % 86_400) + 8 * 3_600
    const expiries = [2, 30].map((days) => expiryQuote(today + days * 86_400, timestamp, (8n * WAD) / 10n))
    return { underlying: BTC, timestamp, premium: 0n, depth: 0n, expiries }
  }

  it('signs a surface with the same bytes as viem, and the feed hashes the same message', async () => {
    const message = await surfaceNow()
    const signature = await signSurface(alice, { deployment, message })
    expect(await signSurfaceWithViem(await toViemClient(alice), { deployment, message })).to.equal(signature)
    const { surfaceFeed } = getContracts({ deployment, runner: connection.ethers.provider })
    const { underlying, timestamp, premium, depth, expiries } = encodeSurfaceMessage(message)
    const hash = await surfaceFeed.hashSurface(underlying, timestamp, premium, depth, expiries)
    expect(hash).to.equal(hashSurface(deployment, message))
  })

  it('posts surfaces and settles options through typed contracts', async () => {
    const message = await surfaceNow()
    const signatures = [await signSurface(alice, { deployment, message })]
    const { surfaceFeed, surfaces, series, settlement, exchange } = getContracts({ deployment, runner: alice })
    const { underlying, timestamp, premium, depth, expiries } = encodeSurfaceMessage(message)
    await expect(surfaceFeed.post(underlying, timestamp, premium, depth, expiries, signatures)).to.emit(
      surfaces,
      'SurfacePosted',
    )
    const [near = 0n, far = 0n] = await series.expiries(BTC)
    const instrument = callOf(BTC, Number(far), 40_000n * 10n ** 8n)
    const sides = [-1n, 1n].map((ratio) => [{ instrument, ratio }])
    const [maker, taker] = [
      createOrder({ ...orderOf(bobId, -1n, 7n), legs: sides[0] ?? [], limitPrice: -WAD / 3n }),
      createOrder({ ...orderOf(aliceId, 1n, 7n), legs: sides[1] ?? [], limitPrice: WAD / 3n }),
    ]
    const makerSignature = await signOrder(bob, { deployment, order: maker })
    const fill = {
      maker: encodeOrder(maker),
      makerSignature,
      taker: encodeOrder(taker),
      takerSignature: '0x',
      units: 7n,
    } as const
    await expect(exchange.settle([fill])).to.emit(exchange, 'Filled')
    const { portfolio } = await actions.getAccount({ accountId: aliceId })
    expect(portfolio.positions).to.deep.include({ instrument, lots: 7n })
    expect(await settlement.finalPrice(BTC, Number(near))).to.deep.equal([false, 0n])
    const matrix = await series.snapshot(2n, [encodeInstrumentId(futureOf(BTC, Number(near)))])
    expect(matrix.expiries[0]?.forward).to.be.greaterThan(40_000n * WAD)
  })

  it('decodes the revert of an ethers call into a typed error', async () => {
    const { vault } = getContracts({ deployment, runner: alice })
    const withdrawal = vault.withdraw(aliceId, 0, parseUnits('49990', 6), alice.address as Address, 0n)
    await expect(withdrawal).to.be.revertedWithCustomError(vault, 'InsufficientMargin')
    let thrown: unknown
    await vault.withdraw
      .staticCall(aliceId, 0, parseUnits('49990', 6), alice.address as Address, 0n)
      .catch((error: unknown) => {
        thrown = error
      })
    const decoded = decodeError(thrown)
    expect(decoded).to.be.instanceOf(InsufficientMarginError)
    expect((decoded as InsufficientMarginError).account).to.equal(aliceId)
  })

  it('throws typed errors of its own actions', async () => {
    let thrown: unknown
    await actions.withdraw({ accountId: aliceId, asset: 0, amount: parseUnits('49990', 6) }).catch((error: unknown) => {
      thrown = error
    })
    expect(thrown).to.be.instanceOf(InsufficientMarginError)
  })
})
