import { parseUnits } from 'viem'
import { fill, liquidate, marginCheckGas } from './actions.ts'
import { type ClearingGas, measureClearing } from './clearing.ts'
import { measureOptions, type OptionGas } from './options/gas.ts'
import { accountId, createWorld, deposit, gasOf, push, UNDERLYINGS, USD_ASSET, type World } from './world.ts'

/** Positions of the linear accounts that are checked and sliced. */
const SIZES = [1, 8, 32] as const
type BySize = Record<`${(typeof SIZES)[number]}`, number>

/** Gas of linear accounts. */
type LinearGas = {
  deposit: number
  withdraw: number
  fill: number
  marginCheck: BySize
  /** Into an account that holds the instruments already. */
  liquidationSlice: BySize
  /** Into an account that holds nothing but cash: a new storage slot per position. */
  firstSlice: BySize
}

/** Gas of whole transactions, storage cold; `marginCheck` without the 21,000 base and the calldata. */
export type GasTable = LinearGas & OptionGas & { clearing: ClearingGas }

const START = 2_000
const ENOUGH_USD = 10n ** 14n // 100 M USD, 6 decimals

export async function measureGas(progress: (step: string) => void = () => undefined): Promise<GasTable> {
  const linear = await measureLinear(progress)
  const clearing = await measureClearing(progress)
  const options = await measureOptions(progress)
  return {
    ...linear,
    ...options,
    clearing,
    marginCheck: { ...linear.marginCheck, ...options.marginCheck },
    liquidationSlice: { ...linear.liquidationSlice, ...options.liquidationSlice },
    firstSlice: { ...linear.firstSlice, ...options.firstSlice },
  }
}

async function measureLinear(progress: (step: string) => void): Promise<LinearGas> {
  const world = await createWorld({ underlyings: UNDERLYINGS, confidence: 0n })
  const trader = world.trader.account
  progress('deposit, withdraw, fill')
  await deposit(world, world.maker, 0n, USD_ASSET, ENOUGH_USD)
  const depositGas = await deposit(world, world.trader, 0n, USD_ASSET, 10_000_000_000n)
  await fill(world, 0n, 1, 10_000n, START) // both accounts hold the perpetual; the fee accounts have received before
  const fillGas = await fill(world, 0n, 1, 10_000n, START)
  const withdrawal = [accountId(trader.address, 0n), USD_ASSET, 1_000_000n, trader.address, 10n ** 18n] as const
  const withdrawGas = await gasOf(world, await world.vault.write.withdraw(withdrawal, { account: trader }))

  const checks: Partial<BySize> = {}
  const slices: Partial<BySize> = {}
  const firstSlices: Partial<BySize> = {}
  for (const size of SIZES) {
    progress(`${size} linear positions`)
    await push(world, START)
    await openPositions(world, BigInt(size), size)
    checks[`${size}`] = await marginCheckGas(world, accountId(trader.address, BigInt(size)))
    const { first, next } = await sliceGas(world, BigInt(size))
    firstSlices[`${size}`] = first
    slices[`${size}`] = next
  }
  await world.connection.close()
  return {
    deposit: depositGas,
    withdraw: withdrawGas,
    fill: fillGas,
    marginCheck: checks as BySize,
    liquidationSlice: slices as BySize,
    firstSlice: firstSlices as BySize,
  }
}

/** A leveraged long of `size` positions: perpetuals alternate with spot collateral of the same underlying. */
async function openPositions(world: World, subId: bigint, size: number): Promise<void> {
  const underlyings = Math.ceil(size / 2)
  await deposit(world, world.trader, subId, USD_ASSET, BigInt(underlyings) * 18_000_000_000n)
  for (let u = 1; u <= underlyings; u++) {
    if (size > 1) await deposit(world, world.trader, subId, u, parseUnits('1', 18))
    await fill(world, subId, u, 100_000n, START) // 100 units: 200,000 USD against 18,000
  }
}

/**
 * Prices fall until the account is below maintenance; a keeper takes a first slice, prices fall on, and the second slice
 * goes into the same keeper's account: what a keeper with an inventory pays. Every first slice opens all its slots.
 */
async function sliceGas(world: World, subId: bigint): Promise<{ first: number; next: number }> {
  await deposit(world, world.keeper, subId, USD_ASSET, 10n ** 12n)
  const gas: number[] = []
  for (let price = START - 10; gas.length < 2 && price > 0; price -= 10) {
    await push(world, price)
    const account = accountId(world.trader.account.address, subId)
    const { liquidatable, minFraction } = await world.auction.read.liquidationState([account])
    if (liquidatable) gas.push(await liquidate(world, account, subId, minFraction))
  }
  const [first, next] = gas
  if (first === undefined || next === undefined) throw new Error('The account was not sliced twice.')
  return { first, next }
}
