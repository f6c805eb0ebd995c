import hre from 'hardhat'
import { type Address, encodeAbiParameters, encodePacked, type Hex, keccak256, parseUnits, stringToHex } from 'viem'

/** How many underlyings are listed: each carries one spot and one perpetual position, so 16 make 32 positions. */
export const UNDERLYINGS = 16
/** Prices in USD, 8 decimals as Chainlink answers them. */
const START_ANSWER = 2_000n * 10n ** 8n
/** Units of the underlying per derivative lot, 1e-18 each: 0.001. */
export const LOT_UNIT = 10n ** 15n
export const USD_ASSET = 0

export type Leg = { instrument: bigint; ratio: bigint }
export type World = Awaited<ReturnType<typeof createWorld>>

export function accountId(owner: Address, subId: bigint): Hex {
  return encodePacked(['address', 'uint96'], [owner, subId])
}
export function spotOf(underlying: number): bigint {
  return BigInt(underlying) << 112n
}
export function perpetualOf(underlying: number): bigint {
  return (BigInt(underlying) << 112n) | 1n
}

/** The protocol with 16 underlyings behind Chainlink sources on an in-process chain; every transaction is its own block. */
export async function createWorld() {
  const connection = await hre.network.create()
  const { viem } = connection
  const clients = await viem.getWalletClients()
  const [governor, maker, trader, keeper] = clients
  if (!governor || !maker || !trader || !keeper) throw new Error('The chain offers fewer than four accounts.')
  const manager = await viem.deployContract('AccessManager', [governor.account.address])
  const usd = await viem.deployContract('MockToken', ['USD Coin', 'USDC', 6])
  const markets = await viem.deployContract('Markets', [manager.address])
  const engine = await viem.deployContract('MarginEngine')
  const clearinghouse = await viem.deployContract('Clearinghouse', [manager.address, markets.address])
  const vault = await viem.deployContract('Vault', [manager.address, clearinghouse.address, usd.address])
  const auction = await viem.deployContract('Auction', [clearinghouse.address])
  const exchange = await viem.deployContract('Exchange', [clearinghouse.address])
  await clearinghouse.write.scheduleEngine([engine.address])
  for (const module of [vault, auction, exchange]) await clearinghouse.write.scheduleModule([module.address, true])
  await clearinghouse.write.seal()
  await vault.write.setOutflow([USD_ASSET, { capacity: 10n ** 16n, refill: 10n ** 12n }])
  await vault.write.setDepositCap([USD_ASSET, 10n ** 18n])

  const feeds = []
  const tokens = []
  for (let u = 1; u <= UNDERLYINGS; u++) {
    const feed = await viem.deployContract('MockAggregator', [8, 1n, 10n ** 16n, governor.account.address])
    await feed.write.push([START_ANSWER])
    const source = await viem.deployContract('ChainlinkSource', [
      {
        feed: feed.address,
        sequencer: '0x0000000000000000000000000000000000000000',
        stalenessSeconds: 259_200n,
        graceSeconds: 0n,
        confidence: 0n,
        minAnswer: 0n,
        maxAnswer: 0n,
      },
    ])
    const token = await viem.deployContract('MockToken', [`Asset ${u}`, `A${u}`, 18])
    await markets.write.list([
      stringToHex(`A${u}`, { size: 32 }),
      source.address,
      18,
      true,
      LOT_UNIT,
      {
        scanRange: 8n * 10n ** 16n,
        epsilon: 5n * 10n ** 15n,
        linearRelief: 5n * 10n ** 17n,
        haircut: 10n ** 17n,
      },
      {
        openInterestCap: 10n ** 10n,
        stressGap: 0n,
        slotCharge: 2_000_000n,
        deficitLimit: 10n ** 12n,
      },
    ])
    await vault.write.listAsset([u, token.address, 10n ** 27n, { capacity: 10n ** 26n, refill: 10n ** 22n }])
    feeds.push(feed)
    tokens.push(token)
  }
  const base = {
    connection,
    viem,
    manager,
    usd,
    markets,
    engine,
    clearinghouse,
    vault,
    auction,
    exchange,
    feeds,
    tokens,
  }
  return { ...base, governor, maker, trader, keeper }
}

/** Sets all prices to `dollars`, in one new block each. */
export async function push(world: World, dollars: number): Promise<void> {
  for (const feed of world.feeds) await feed.write.push([parseUnits(dollars.toString(), 8)])
}

export async function gasOf(world: World, hash: Hex): Promise<number> {
  const client = await world.viem.getPublicClient()
  const receipt = await client.waitForTransactionReceipt({ hash })
  if (receipt.status !== 'success') throw new Error(`Transaction ${hash} reverted.`)
  return Number(receipt.gasUsed)
}

/** Mints and deposits; the gas is that of the deposit alone. */
export async function deposit(world: World, wallet: World['maker'], subId: bigint, asset: number, amount: bigint) {
  const token = asset === USD_ASSET ? world.usd : world.tokens[asset - 1]
  if (!token) throw new Error(`Asset ${asset} is not listed.`)
  const owner = wallet.account.address
  await token.write.mint([owner, amount])
  await token.write.approve([world.vault.address, 2n ** 256n - 1n], {
    account: wallet.account,
  })
  return gasOf(
    world,
    await world.vault.write.deposit([accountId(owner, subId), asset, amount], {
      account: wallet.account,
    }),
  )
}

let nonce = 0n

const ORDER_TYPES = {
  Order: [
    { name: 'account', type: 'bytes32' },
    { name: 'legs', type: 'Leg[]' },
    { name: 'limitPrice', type: 'int256' },
    { name: 'maxFee', type: 'uint256' },
    { name: 'units', type: 'uint128' },
    { name: 'minFill', type: 'uint128' },
    { name: 'nonce', type: 'uint256' },
    { name: 'expiry', type: 'uint40' },
    { name: 'reduceOnly', type: 'bool' },
    { name: 'executor', type: 'address' },
    { name: 'taker', type: 'address' },
    { name: 'tip', type: 'uint256' },
    { name: 'tipReceiver', type: 'bytes32' },
    { name: 'minSpot', type: 'uint128' },
    { name: 'maxSpot', type: 'uint128' },
    { name: 'group', type: 'bytes32' },
    { name: 'groupCap', type: 'uint128' },
  ],
  Leg: [
    { name: 'instrument', type: 'uint128' },
    { name: 'ratio', type: 'int64' },
  ],
} as const

const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
const ZERO_BYTES32: Hex = `0x${'0'.repeat(64)}`

/** A signed order for `units` lots of one leg at `price` USD (18 decimals) per lot. */
export async function signedOrder(
  world: World,
  wallet: World['maker'],
  subId: bigint,
  leg: Leg,
  units: bigint,
  price: bigint,
) {
  const order = {
    account: accountId(wallet.account.address, subId),
    legs: [leg],
    limitPrice: price * leg.ratio,
    maxFee: 10n ** 18n,
    units,
    minFill: 1n,
    nonce: BigInt(keccak256(encodeAbiParameters([{ type: 'uint256' }], [++nonce]))),
    expiry: 2 ** 40 - 1,
    reduceOnly: false,
    executor: ZERO_ADDRESS,
    taker: ZERO_ADDRESS,
    tip: 0n,
    tipReceiver: ZERO_BYTES32,
    minSpot: 0n,
    maxSpot: 2n ** 128n - 1n,
    group: ZERO_BYTES32,
    groupCap: 0n,
  }
  const client = await world.viem.getPublicClient()
  const signature = await wallet.signTypedData({
    domain: {
      name: 'Plimsoll Exchange',
      version: '1',
      chainId: await client.getChainId(),
      verifyingContract: world.exchange.address,
    },
    types: ORDER_TYPES,
    primaryType: 'Order',
    message: order,
  })
  return { order, signature }
}

/** The trader buys `units` lots of a perpetual from the maker at `dollars` per whole unit; the gas of the settlement. */
export async function fill(world: World, traderSub: bigint, underlying: number, units: bigint, dollars: number) {
  const price = (parseUnits(dollars.toString(), 18) * LOT_UNIT) / 10n ** 18n
  const instrument = perpetualOf(underlying)
  const maker = await signedOrder(world, world.maker, 0n, { instrument, ratio: -1n }, units, price)
  const taker = await signedOrder(world, world.trader, traderSub, { instrument, ratio: 1n }, units, price)
  const match = {
    maker: maker.order,
    makerSignature: maker.signature,
    taker: taker.order,
    takerSignature: taker.signature,
    units,
  }
  return gasOf(
    world,
    await world.exchange.write.settle([[match]], {
      account: world.governor.account,
    }),
  )
}
