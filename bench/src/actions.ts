import { encodeAbiParameters, encodeFunctionData, type Hex, keccak256, parseUnits } from 'viem'
import {
  createOrder,
  encodeFill,
  type Fill,
  type Leg,
  oppositeLegs,
  orderTypedData,
  perpetualOf,
} from '../../sdk/src/index.ts'
import { accountId, gasOf, intrinsicGas, LOT_UNIT, type Wallet, type World } from './world.ts'

/** One of an owner's sub-accounts. @param signer Of its orders, if not the owner. */
export type Holder = { wallet: Wallet; subId: bigint; signer?: Wallet }

/** A signed order for `units` of `legs` at `limitPrice` USD (18 decimals) per unit. */
async function signedOrder(world: World, holder: Holder, legs: readonly Leg[], units: bigint, limitPrice: bigint) {
  const { wallet, subId, signer = wallet } = holder
  world.counters.nonce += 1n
  const order = createOrder({
    accountId: accountId(wallet.account.address, subId),
    legs,
    limitPrice,
    maxFee: 10n ** 18n,
    units,
    nonce: BigInt(keccak256(encodeAbiParameters([{ type: 'uint256' }], [world.counters.nonce]))),
    expiry: 2 ** 40 - 1,
  })
  const exchange = { chainId: await world.client.getChainId(), exchange: world.exchange.address }
  return { order, signature: await signer.signTypedData(orderTypedData(exchange, order)) }
}

type Terms = [taker: Holder, maker: Holder, legs: readonly Leg[], units: bigint, price: bigint]

/** `taker` takes `units` of `legs` from `maker` for `price` USD (18 decimals) a unit: both orders, signed. */
export async function matched(world: World, ...[taker, maker, legs, units, price]: Terms): Promise<Fill> {
  const offered = await signedOrder(world, maker, oppositeLegs(legs), units, -price)
  const taken = await signedOrder(world, taker, legs, units, price)
  return {
    maker: offered.order,
    makerSignature: offered.signature,
    taker: taken.order,
    takerSignature: taken.signature,
    units,
  }
}

/** A third party settles them together; the gas of it. */
export async function settle(world: World, fills: readonly Fill[]): Promise<number> {
  const args = [fills.map(encodeFill)] as const
  return gasOf(world, await world.exchange.write.settle(args, { account: world.governor.account }))
}

/** As `matched`, settled; the gas of the settlement. */
export async function trade(world: World, ...terms: Terms): Promise<number> {
  return settle(world, [await matched(world, ...terms)])
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
