import hre from 'hardhat'
import type { NetworkConnection } from 'hardhat/types/network'
import { type Address, encodePacked, type Hex, hexToBytes, parseUnits, stringToHex, toFunctionSelector } from 'viem'
import { PERMIT2 } from '../../sdk/src/index.ts'

/** How many underlyings the linear benchmark lists: each carries one spot and one perpetual position, so 16 make 32. */
export const UNDERLYINGS = 16
/** Prices in USD, 8 decimals as Chainlink answers them. */
const START_ANSWER = 2_000n * 10n ** 8n
/** Units of the underlying per derivative lot, 1e-18 each: 0.001. */
export const LOT_UNIT = 10n ** 15n
const VOLATILITY = 75n * 10n ** 16n
export const USD_ASSET = 0
/** The genesis of every world: gas may depend on how far away an expiry is, and the figures are compared to the unit. */
const GENESIS = '2027-01-04T09:00:00Z'
const GAS_LIMIT = 60_000_000
const SURFACES_ROLE = 1n
const SETTLEMENT_ROLE = 2n
const FEED_ROLE = 3n
const TAILS_ROLE = 4n

export type World = Awaited<ReturnType<typeof createWorld>>
export type Wallet = World['maker']
type Core = Awaited<ReturnType<typeof deployCore>>
type Connection = Awaited<ReturnType<typeof connect>>

/** @param confidence Half the width of the price interval, WAD fraction. */
type WorldOptions = { underlyings: number; confidence: bigint }

export function accountId(owner: Address, subId: bigint): Hex {
  return encodePacked(['address', 'uint96'], [owner, subId])
}

/** The protocol with underlyings behind Chainlink sources on an in-process chain; every transaction is its own block. */
export async function createWorld({ underlyings, confidence }: WorldOptions) {
  const connection = await connect()
  const clients = await connection.viem.getWalletClients()
  const [governor, maker, trader, keeper] = clients
  if (!governor || !maker || !trader || !keeper) throw new Error('The chain offers fewer than four accounts.')
  const core = await deployCore(connection, governor.account.address)
  const feeds = []
  const tokens = []
  for (let u = 1; u <= underlyings; u++) {
    const { feed, token } = await listUnderlying(connection, core, u, confidence)
    feeds.push(feed)
    tokens.push(token)
  }
  const { viem } = connection
  const client = await viem.getPublicClient()
  return {
    connection,
    viem,
    client,
    ...core,
    feeds,
    tokens,
    governor,
    maker,
    trader,
    keeper,
    counters: { nonce: 0n, subId: 0n },
  }
}

/** Without the cap of a transaction, so that a figure above it is told and not an error; with one gas limit for all. */
async function connect() {
  const override = { initialDate: GENESIS, transactionGasCap: false, blockGasLimit: GAS_LIMIT, gas: GAS_LIMIT } as const
  return hre.network.create({ network: 'default', override })
}

/** Connections whose next block has been given its time. */
const timed = new Set<NetworkConnection<string>>()

/** The wall clock moves nothing: a block is one second after the last one, or when `evm_setNextBlockTimestamp` says. */
hre.hooks.registerHandlers('network', {
  async onRequest(context, connection, request, next) {
    if (request.method === 'evm_setNextBlockTimestamp') timed.add(connection)
    if (request.method === 'eth_sendTransaction' && !timed.has(connection)) {
      const latest: unknown = await connection.provider.request({
        method: 'eth_getBlockByNumber',
        params: ['latest', false],
      })
      const { timestamp } = latest as { timestamp: Hex }
      await connection.provider.request({ method: 'evm_setNextBlockTimestamp', params: [Number(timestamp) + 1] })
    }
    if (request.method === 'eth_sendTransaction') timed.delete(connection)
    return next(context, connection, request)
  },
})

/** The next block is `seconds` after the last one. */
export async function skip(world: World, seconds: number): Promise<void> {
  const { time } = world.connection.networkHelpers
  await time.setNextBlockTimestamp((await time.latest()) + seconds)
}

/** All contracts, wired as a deployment is. */
async function deployCore({ viem }: Connection, governor: Address) {
  const manager = await viem.deployContract('AccessManager', [governor])
  const usd = await viem.deployContract('MockToken', ['USD Coin', 'USDC', 6])
  const markets = await viem.deployContract('Markets', [manager.address])
  const engine = await viem.deployContract('MarginEngine')
  const series = await viem.deployContract('Series', [manager.address, markets.address])
  const surfaces = await viem.deployContract('Surfaces', [manager.address, series.address])
  const tails = await viem.deployContract('Tails', [manager.address, series.address])
  const clearinghouse = await viem.deployContract('Clearinghouse', [manager.address, tails.address])
  const settlement = await viem.deployContract('Settlement', [manager.address, clearinghouse.address])
  const vault = await viem.deployContract('Vault', [manager.address, clearinghouse.address, usd.address])
  const auction = await viem.deployContract('Auction', [clearinghouse.address])
  const exchange = await viem.deployContract('Exchange', [clearinghouse.address])
  const parts = [clearinghouse.address, vault.address, exchange.address] as const
  const gateway = await viem.deployContract('Gateway', [...parts, PERMIT2])
  await series.write.setSettlement([settlement.address])
  await clearinghouse.write.scheduleEngine([engine.address])
  for (const module of [vault, auction, exchange, gateway, settlement]) {
    await clearinghouse.write.scheduleModule([module.address, true])
  }
  await clearinghouse.write.seal()
  await vault.write.setOutflow([USD_ASSET, { capacity: 10n ** 16n, refill: 10n ** 12n }])
  await vault.write.setDepositCap([USD_ASSET, 10n ** 18n])
  const core = {
    manager,
    usd,
    markets,
    engine,
    series,
    surfaces,
    tails,
    clearinghouse,
    settlement,
    vault,
    auction,
    exchange,
    gateway,
  }
  await allow(
    core,
    series.address,
    'setSurface(uint8,uint256,uint256,uint40[],uint256[])',
    surfaces.address,
    SURFACES_ROLE,
  )
  await allow(core, markets.address, 'setImplied(uint8,uint256)', surfaces.address, SURFACES_ROLE)
  await allow(core, markets.address, 'delist(uint8)', settlement.address, SETTLEMENT_ROLE)
  return core
}

/** Lets `caller` call one restricted function. */
async function allow(
  { manager }: Pick<Core, 'manager'>,
  target: Address,
  signature: string,
  caller: Address,
  role: bigint,
) {
  await manager.write.setTargetFunctionRole([target, [toFunctionSelector(signature)], role])
  await manager.write.grantRole([role, caller, 0])
}

/** The governor posts history without a feed. */
export async function allowHistory(world: World): Promise<void> {
  const { address } = world.governor.account
  const signature = 'setHistory(uint8,uint256,uint256,uint256,uint256)'
  await allow(world, world.tails.address, signature, address, FEED_ROLE)
  await allow(world, world.series.address, 'setOffset(uint8,uint24)', world.tails.address, TAILS_ROLE)
}

/** A surface feed of three signers, two of whom must sign. */
export async function deploySurfaceFeed(world: World, signers: readonly Address[]) {
  const arguments_ = [world.manager.address, world.surfaces.address, signers, 2n] as const
  const feed = await world.viem.deployContract('SurfaceFeed', arguments_)
  const quotes = '(uint40,uint256,int256,uint256,uint256,uint256)[]'
  await allow(world, world.surfaces.address, `setSurface(uint8,uint256,uint256,${quotes})`, feed.address, FEED_ROLE)
  await allow(world, world.markets.address, 'setPremium(uint8,int256)', feed.address, FEED_ROLE)
  return feed
}

async function listUnderlying({ viem }: Connection, { markets, vault }: Core, u: number, confidence: bigint) {
  const [governor] = await viem.getWalletClients()
  if (!governor) throw new Error('The chain offers no account.')
  const feed = await viem.deployContract('MockAggregator', [8, 1n, 10n ** 16n, governor.account.address])
  await feed.write.push([START_ANSWER])
  const config = {
    feed: feed.address,
    sequencer: '0x0000000000000000000000000000000000000000',
    stalenessSeconds: 259_200n,
    graceSeconds: 0n,
    confidence,
    minAnswer: 0n,
    maxAnswer: 0n,
  } as const
  const source = await viem.deployContract('ChainlinkSource', [config])
  const token = await viem.deployContract('MockToken', [`Asset ${u}`, `A${u}`, 18])
  const risk = {
    floor: 80_000,
    cap: 80_000,
    stressVolatility: 1_300_000,
    kappa: 2_600_000,
    epsilon: 5_000,
    linearRelief: 500_000,
    haircut: 100_000,
  }
  const limits = { openInterestCap: 10n ** 10n, stressGap: 0n, slotCharge: 2_000_000n, deficitLimit: 10n ** 12n }
  const symbol = stringToHex(`A${u}`, { size: 32 })
  await markets.write.list([symbol, source.address, 18, true, LOT_UNIT, VOLATILITY, risk, limits])
  await vault.write.listAsset([u, token.address, 10n ** 27n, { capacity: 10n ** 26n, refill: 10n ** 22n }])
  return { feed, token }
}

/** Sets all prices to `dollars`, in one new block each. */
export async function push(world: World, dollars: number): Promise<void> {
  for (const feed of world.feeds) await feed.write.push([parseUnits(dollars.toString(), 8)])
}

export async function gasOf(world: World, hash: Hex): Promise<number> {
  const receipt = await world.client.waitForTransactionReceipt({ hash })
  if (receipt.status !== 'success') throw new Error(`Transaction ${hash} reverted.`)
  return Number(receipt.gasUsed)
}

/** EIP-2028: what the calldata of a transaction costs, with the 21,000 every transaction pays. */
export function intrinsicGas(data: Hex): number {
  return hexToBytes(data).reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 21_000)
}

/** Mints and deposits; the gas is that of the deposit alone. */
export async function deposit(world: World, wallet: Wallet, subId: bigint, asset: number, amount: bigint) {
  const token = asset === USD_ASSET ? world.usd : world.tokens[asset - 1]
  if (!token) throw new Error(`Asset ${asset} is not listed.`)
  const { account } = wallet
  await token.write.mint([account.address, amount])
  await token.write.approve([world.vault.address, 2n ** 256n - 1n], { account })
  return gasOf(world, await world.vault.write.deposit([accountId(account.address, subId), asset, amount], { account }))
}
