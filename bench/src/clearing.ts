import type { TestClient } from 'viem'
import {
  depositTypedData,
  encodeSettle,
  encodeSignedDeposit,
  type Fill,
  PERMIT2,
  perpetualOf,
} from '../../sdk/src/index.ts'
import { deployPermit2 } from '../../test/fixtures/permit2.ts'
import { type Holder, matched, settle, trade } from './actions.ts'
import { apart, CONFIDENCE, LOTS, openBook, type WarmAndCold } from './options/books.ts'
import { distinctStrikes, listOptions, mixed, touch } from './options/chain.ts'
import { accountId, createWorld, deposit, gasOf, LOT_UNIT, push, USD_ASSET, type World } from './world.ts'

/** Gas of orders and of the gateway. */
export type ClearingGas = {
  /** Four options at one net price between two accounts in Portfolio mode that hold these and twelve more. */
  structureFill: WarmAndCold<number>
  /** Ten takers of a perpetual against one maker, all holding it: in one transaction, and in ten. */
  batch: { together: number; oneByOne: number }
  /** As `fill`, the taker's order signed by a session key that has lost something before. */
  sessionKeyFill: number
  /** One multicall of a new user: a Permit2 deposit, and his own unsigned order against a signed one. */
  depositAndFill: number
}

const START = 2_000
const POSITIONS = 16
const STRUCTURE_LEGS = 4
const TAKERS = 10
const ENOUGH_USD = 10n ** 12n // 1 M USD, 6 decimals
const SIZE = 100n // lots
const LOT_PRICE = (BigInt(START) * 10n ** 18n * LOT_UNIT) / 10n ** 18n
const PERPETUAL = [{ instrument: perpetualOf(1), ratio: 1n }]
const FOREVER = 2 ** 40 - 1

export async function measureClearing(progress: (step: string) => void): Promise<ClearingGas> {
  progress('structures')
  const structureFill = await structureGas()
  progress('batches, session keys, multicalls')
  const world = await createWorld({ underlyings: 1, confidence: 0n })
  await deposit(world, world.maker, 0n, USD_ASSET, 100n * ENOUGH_USD)
  const batch = await batchGas(world)
  const sessionKeyFill = await sessionKeyGas(world)
  const depositAndFill = await depositAndFillGas(world)
  await world.connection.close()
  return { structureFill, batch, sessionKeyFill, depositAndFill }
}

async function structureGas(): Promise<WarmAndCold<number>> {
  const world = await createWorld({ underlyings: 1, confidence: CONFIDENCE })
  await listOptions(world)
  const options = distinctStrikes(POSITIONS, 1)
  const subId = await openBook(world, mixed(options))
  const legs = mixed(options).slice(2, 2 + STRUCTURE_LEGS) // two bought, two sold
  const [taker, maker] = [world.trader, world.maker].map((wallet) => ({ wallet, subId })) as [Holder, Holder]
  const measure = () => trade(world, taker, maker, legs, LOTS, 0n)
  await touch(world, options)
  const gas = { warm: await apart(world, measure), cold: await apart(world, measure, () => push(world, START * 1.01)) }
  await world.connection.close()
  return gas
}

/** A sub-account of the trader that buys the perpetual from the maker. */
function buys(world: World, taker: Holder): Promise<Fill> {
  return matched(world, taker, { wallet: world.maker, subId: 0n }, PERPETUAL, SIZE, LOT_PRICE)
}

async function batchGas(world: World): Promise<ClearingGas['batch']> {
  const takers = Array.from({ length: TAKERS }, (_, i) => ({ wallet: world.trader, subId: BigInt(i) }))
  for (const { wallet, subId } of takers) await deposit(world, wallet, subId, USD_ASSET, ENOUGH_USD)
  const round = async () => {
    const fills: Fill[] = []
    for (const taker of takers) fills.push(await buys(world, taker))
    return fills
  }
  await settle(world, await round()) // all hold it; the fee accounts have received before
  const fills = await round()
  const together = await apart(world, () => settle(world, fills))
  const oneByOne = await apart(world, async () => {
    let gas = 0
    for (const fill of fills) gas += await settle(world, [fill])
    return gas
  })
  return { together, oneByOne }
}

async function sessionKeyGas(world: World): Promise<number> {
  const { trader, keeper: signer } = world
  const terms = { expiry: FOREVER, kinds: 31, dailyLoss: 10n ** 21n, underlyings: 2n }
  const account = accountId(trader.account.address, 0n)
  const { address } = signer.account
  await world.exchange.write.setSessionKey([account, address, terms], { account: trader.account })
  const taker = { wallet: trader, subId: 0n, signer }
  await settle(world, [await buys(world, taker)]) // has lost its fee
  const fill = await buys(world, taker)
  return apart(world, () => settle(world, [fill]))
}

async function depositAndFillGas(world: World): Promise<number> {
  await deployPermit2((await world.viem.getTestClient()) as TestClient)
  const { keeper, usd, gateway } = world
  const account = accountId(keeper.account.address, 0n)
  await usd.write.mint([keeper.account.address, ENOUGH_USD])
  await usd.write.approve([PERMIT2, 2n ** 256n - 1n], { account: keeper.account })
  const payment = { accountId: account, amount: ENOUGH_USD, nonce: 0n, deadline: BigInt(FOREVER) }
  const where = { chainId: await world.client.getChainId(), gateway: gateway.address }
  const signature = await keeper.signTypedData(depositTypedData(where, { ...payment, token: usd.address }))
  const signed = { ...payment, asset: USD_ASSET, payer: keeper.account.address, signature }
  const fill = { ...(await buys(world, { wallet: keeper, subId: 0n })), takerSignature: undefined }
  const calls = [encodeSignedDeposit(signed), encodeSettle([fill])]
  return apart(world, async () => gasOf(world, await gateway.write.multicall([calls], { account: keeper.account })))
}
