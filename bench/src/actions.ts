import { type Address, encodeAbiParameters, encodeFunctionData, type Hex, keccak256, parseUnits } from 'viem'
import { orderTypes } from '../../sdk/src/index.ts'
import { accountId, gasOf, intrinsicGas, LOT_UNIT, perpetualOf, type Wallet, type World } from './world.ts'

export type Leg = { instrument: bigint; ratio: bigint }
/** One of an owner's sub-accounts. */
type Holder = { wallet: Wallet; subId: bigint }

const ZERO_ADDRESS: Address = '0x0000000000000000000000000000000000000000'
const ZERO_BYTES32: Hex = `0x${'0'.repeat(64)}`

/** A signed order for `units` of `legs` at `limitPrice` USD (18 decimals) per unit. */
async function signedOrder(world: World, { wallet, subId }: Holder, legs: Leg[], units: bigint, limitPrice: bigint) {
  world.counters.nonce += 1n
  const order = {
    account: accountId(wallet.account.address, subId),
    legs,
    limitPrice,
    maxFee: 10n ** 18n,
    units,
    minFill: 1n,
    nonce: BigInt(keccak256(encodeAbiParameters([{ type: 'uint256' }], [world.counters.nonce]))),
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
  const signature = await wallet.signTypedData({
    domain: {
      name: 'Plimsoll Exchange',
      version: '1',
      chainId: await world.client.getChainId(),
      verifyingContract: world.exchange.address,
    },
    types: orderTypes,
    primaryType: 'Order',
    message: order,
  })
  return { order, signature }
}

/** `taker` takes `units` of `legs` from `maker` for `price` USD (18 decimals) a unit; the gas of the settlement. */
export async function trade(world: World, taker: Holder, maker: Holder, legs: Leg[], units: bigint, price: bigint) {
  const opposite = legs.map(({ instrument, ratio }) => ({ instrument, ratio: -ratio }))
  const offered = await signedOrder(world, maker, opposite, units, -price)
  const taken = await signedOrder(world, taker, legs, units, price)
  const match = {
    maker: offered.order,
    makerSignature: offered.signature,
    taker: taken.order,
    takerSignature: taken.signature,
    units,
  }
  return gasOf(world, await world.exchange.write.settle([[match]], { account: world.governor.account }))
}

/** The trader buys `units` lots of a perpetual from the maker at `dollars` per whole unit; the gas of the settlement. */
export async function fill(world: World, traderSub: bigint, underlying: number, units: bigint, dollars: number) {
  const price = (parseUnits(dollars.toString(), 18) * LOT_UNIT) / 10n ** 18n
  const legs = [{ instrument: perpetualOf(underlying), ratio: 1n }]
  const taker = { wallet: world.trader, subId: traderSub }
  return trade(world, taker, { wallet: world.maker, subId: 0n }, legs, units, price)
}

/** The check alone, sent as a transaction so that its storage is cold. */
export async function marginCheckGas(world: World, account: Hex): Promise<number> {
  const data = encodeFunctionData({ abi: world.clearinghouse.abi, functionName: 'assess', args: [account] })
  const hash = await world.governor.sendTransaction({ to: world.clearinghouse.address, data })
  return (await gasOf(world, hash)) - intrinsicGas(data)
}

/** The keeper's sub-account `subId` takes `fraction` of `account` over for a reward of `minReward` USD (18 decimals) at least. */
export async function liquidate(
  world: World,
  account: Hex,
  subId: bigint,
  fraction: bigint,
  minReward = 0n,
): Promise<number> {
  const keeper = accountId(world.keeper.account.address, subId)
  const bid = { account, keeper, fraction, minReward, data: '0x' } as const
  return gasOf(world, await world.auction.write.liquidate([bid], { account: world.keeper.account }))
}
