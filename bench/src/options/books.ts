import type { Leg } from '../../../sdk/src/index.ts'
import { trade } from '../actions.ts'
import { accountId, deposit, skip, USD_ASSET, type Wallet, type World } from '../world.ts'

/** Warm: every risk array is cached in the current epoch. Cold: none is. */
export type WarmAndCold<T> = { warm: T; cold: T }

/** One unit of the underlying. */
export const LOTS = 1_000n
const ENOUGH_USD = 10n ** 14n // 100 M USD, 6 decimals
export const CONFIDENCE = 2n * 10n ** 15n // 0.2 %
/** Legs of one order: few enough for a transaction that opens all their slots on both sides. */
const LEGS = 32
const PORTFOLIO_MODE = 2

/** Two funded sub-accounts in Portfolio mode: the trader's takes `legs`, the maker's the other side. @returns their number */
export async function openBook(world: World, legs: readonly Leg[], units = LOTS): Promise<bigint> {
  world.counters.subId += 1n
  const { subId } = world.counters
  for (const wallet of [world.trader, world.maker]) await fund(world, wallet, subId)
  for (let i = 0; i < legs.length; i += LEGS) {
    const batch = legs.slice(i, i + LEGS)
    await trade(world, { wallet: world.trader, subId }, { wallet: world.maker, subId }, batch, units, 0n)
  }
  return subId
}

export async function fund(world: World, wallet: Wallet, subId: bigint): Promise<void> {
  await deposit(world, wallet, subId, USD_ASSET, ENOUGH_USD)
  const { account } = wallet
  await world.clearinghouse.write.setMode([accountId(account.address, subId), PORTFOLIO_MODE], { account })
}

/** What `measure` uses a minute later, so that a new observation is stored; afterwards everything is as before. */
export async function apart(
  world: World,
  measure: () => Promise<number>,
  prepare?: () => Promise<unknown>,
): Promise<number> {
  const { networkHelpers } = world.connection
  const before = await networkHelpers.takeSnapshot()
  await prepare?.()
  await skip(world, 60)
  const gas = await measure()
  await before.restore()
  return gas
}
