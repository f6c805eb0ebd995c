import { parseUnits } from 'viem'
import { accountId, gasOf, type World } from '../world.ts'
import { EXPIRIES } from './chain.ts'

const WINDOW = 1_800
const ROUNDS = 18
/** Rounds that the second of two compared calls reads more than the first. */
const COMPARED = 10

/**
 * The first expiry passes while the price source answers every 95 seconds; its average is computed, then the trader's
 * sub-account `subId`, which holds 16 options of it, is settled.
 */
export async function settlementGas(
  world: World,
  subId: bigint,
): Promise<{ settle16: number; settlementRound: number }> {
  const { networkHelpers } = world.connection
  const [expiry] = EXPIRIES
  const [feed] = world.feeds
  if (expiry === undefined || feed === undefined) throw new Error('There is no expiry or no price.')
  for (let i = 0; i <= ROUNDS; i++) {
    await networkHelpers.time.setNextBlockTimestamp(expiry - WINDOW - 60 + 95 * i)
    await feed.write.push([parseUnits((2_000 + i).toString(), 8)])
  }
  await networkHelpers.time.setNextBlockTimestamp(expiry + 60)
  await feed.write.push([parseUnits('2000', 8)]) // the round that ends the window
  const [latest] = await feed.read.latestRoundData()
  const hint = latest - BigInt(ROUNDS + 1)
  const average = async (rounds: number) => {
    const before = await networkHelpers.takeSnapshot()
    const gas = await gasOf(world, await world.settlement.write.average([1, expiry, hint, BigInt(rounds)]))
    await before.restore()
    return gas
  }
  const settlementRound = Math.round(((await average(1 + COMPARED)) - (await average(1))) / COMPARED)
  await world.settlement.write.average([1, expiry, hint, BigInt(2 * ROUNDS)])
  const account = accountId(world.trader.account.address, subId)
  const settle16 = await gasOf(world, await world.settlement.write.settle([[account]]))
  const { positions } = await world.clearinghouse.read.portfolio([account])
  if (positions.length !== 0) throw new Error(`${positions.length} positions are not settled.`)
  return { settle16, settlementRound }
}
