/** What gas costs in US dollars. All USD with 18 decimals, wei as bigint. */
import type { Snapshot } from '@plimsoll/sdk'
import type { Book } from './book.ts'
import type { Config, GasPolicy } from './config.ts'
import type { Action, Job } from './jobs.ts'
import type { Fees, Head } from './ports/chain.ts'

const WAD = 10n ** 18n

export type GasMoney = {
  readonly fees: Fees
  /** USD per 1e18 wei. */
  readonly ethUsd: bigint
  /** Expected gas of a kind of job without dated instruments: from the last one confirmed, or a first guess. */
  readonly gasOf: (kind: Action['kind']) => bigint
  /** Share of takeovers that were not lost to somebody else, WAD. */
  readonly inclusion: bigint
}

export const FIRST_GAS: Readonly<Record<Action['kind'], bigint>> = {
  liquidate: 1_000_000n,
  convert: 900_000n,
  flag: 250_000n,
  unflag: 250_000n,
  absorb: 250_000n,
  touch: 150_000n,
  fund: 400_000n,
  merge: 600_000n,
  refresh: 300_000n,
  average: 400_000n,
  settle: 100_000n,
}

/** Gas of dated instruments beside that: per leg that moves, strike that is read, risk array that is computed. */
const LEG_GAS = 30_000n
const STRIKE_GAS = 15_000n
export const ARRAY_GAS = 70_000n
export const SETTLED_ACCOUNT_GAS = 120_000n

/** What the strikes of an account add to a takeover of it. */
export function takeoverSizeGas({ legs, strikes, cold }: { legs: number; strikes: number; cold: number }): bigint {
  return BigInt(legs) * LEG_GAS + BigInt(strikes) * STRIKE_GAS + BigInt(cold) * ARRAY_GAS
}

/** What selling on adds to a takeover: per fill two orders are hashed and counted, legs and fees move, an account is checked. */
const FILL_GAS = 200_000n

export function resaleGas(fills: number): bigint {
  return BigInt(fills) * FILL_GAS
}

/** A fill of less than this part of a position costs more gas than it is worth: 1 / 16. */
const LEAST_PART = 16n

/** Whether `units` are enough of `lots` for a fill of their own. */
export function isWorthFilling(units: bigint, lots: bigint): boolean {
  return units * LEAST_PART >= lots
}

/** Least that a takeover must gain after gas, USD; below 0 for an account whose loss others would bear. */
export function leastGain(
  { policy, resale }: Pick<Config, 'policy' | 'resale'>,
  lane: Job['lane'],
  slice: 'kept' | 'sold',
): bigint {
  if (lane === 'reserved') return -policy.maxLossUsd
  return resale && slice === 'sold' ? resale.minProfitUsd : policy.minRewardUsd
}

export function expectedGas({ action, sizeGas = 0n }: Pick<Job, 'action' | 'sizeGas'>, money: GasMoney): bigint {
  return money.gasOf(action.kind) + sizeGas
}

export function costUsd({ fees, ethUsd }: Pick<GasMoney, 'fees' | 'ethUsd'>, gas: bigint): bigint {
  return (gas * fees.maxFeePerGas * ethUsd) / WAD
}

/** Wei per gas at which `gas` costs `usd`. */
export function feeThatCosts(usd: bigint, gas: bigint, ethUsd: bigint): bigint {
  return usd <= 0n || gas === 0n || ethUsd === 0n ? 0n : (usd * WAD) / (gas * ethUsd)
}

export function firstFees(
  { baseFee }: Head,
  { baseFeeMultiple, priorityFeeGwei }: Pick<GasPolicy, 'baseFeeMultiple' | 'priorityFeeGwei'>,
): Fees {
  const base = (baseFee * BigInt(Math.round(baseFeeMultiple * 100))) / 100n
  return { maxFeePerGas: base + priorityFeeGwei, maxPriorityFeePerGas: priorityFeeGwei }
}

/** `percent` more of both, and at least one wei. */
export function bumped({ maxFeePerGas, maxPriorityFeePerGas }: Fees, percent: bigint): Fees {
  const more = (fee: bigint) => (fee * (100n + percent)) / 100n + 1n
  return { maxFeePerGas: more(maxFeePerGas), maxPriorityFeePerGas: more(maxPriorityFeePerGas) }
}

/** The listed market named ETH prices gas; without one the configuration does. */
export function ethPrice(book: Book, snapshot: Snapshot, { gas }: Pick<Config, 'gas'>): bigint {
  const listed = [...book.symbols].find(([, symbol]) => symbol === 'ETH')?.[0]
  const market = snapshot.markets.find(({ underlying }) => underlying === listed)
  return market?.spot ?? gas.ethUsd ?? 0n
}
