/** What a run says, as plain numbers: the JSON report, whose schema is in `docs/schemas/`. */
import type { AccountId } from '@plimsoll/sdk'
import type { Schedule } from '../market/schedule.ts'
import type { InvariantResults } from '../simulation/audit.ts'
import { SPREAD_BP } from '../simulation/desk.ts'
import { callbackFills } from '../simulation/matching/comparison.ts'
import { DISTRIBUTION } from '../simulation/population.ts'
import type { Outcome } from '../simulation/simulation.ts'
import type { Episode } from '../simulation/standings.ts'
import type { KeeperTally } from '../simulation/tally.ts'
import { type MatcherFigures, matcherFigures } from './matcherReport.ts'

const WAD = 10n ** 18n

export type Report = {
  seed: number
  /** UTC day of the prices. */
  day: string
  /** Wall-clock seconds of the run. */
  seconds: number
  blocks: number
  accounts: { total: number; liquidated: number; marginCalled: number; untouched: number }
  /** Gross value taken over in liquidations, and the least that would have brought every account back to b * MM. */
  taken: { usd: number; leastNeededUsd: number }
  badDebt: { compartmentUsd: number; holeUsd: number; r: number }
  keepers: {
    name: string
    /** Deposited before the day. */
    capitalUsd: number
    liquidations: number
    /** Orders of others that it filled in the calls in which it took over. */
    callbackFills: number
    profitUsd: number
    conversions: number
    rewardUsd: number
    gasUsd: number
    reverted: number
    /** At the end, at mark. */
    left: { positions: number; usd: number }
  }[]
  /** Blocks from the first with E + goodEnd < MM to the first with E >= MM, of liquidated episodes. */
  latencyBlocks: Spread
  /** Median gas of a successful transaction. */
  gas: Record<string, number>
  invariants: InvariantResults
  episodes: { total: number; liquidated: number; recovered: number; open: number }
  /** `modes`: requirements of tail modes held against those of Portfolio. */
  checks: {
    blocks: number
    ownerActions: number
    modes: number
    violations: { invariant: string; block: number; detail: string }[]
  }
  market: {
    symbols: string[]
    steps: number
    /** Steps left out because the run was behind its time. */
    skippedSteps: number
    barSeconds: number
    quietSeconds: number
    window: { from: number; to: number }
  }
  chain: 'anvil' | 'hardhat'
  /** Steps after which a keeper had not finished its scan in time. */
  lateScans: number
  /** Of runs through a matcher. */
  matcher?: MatcherFigures
}

/** The smallest values that half, 99 of 100, and all do not exceed; 0 of none. */
export type Spread = { p50: number; p99: number; max: number }

export type ReportInput = { outcome: Outcome; schedule: Schedule; seed: number; day: string; seconds: number }

export function report({ outcome, schedule, seed, day, seconds }: ReportInput): Report {
  const { audit, tally, standings, world, firstBlock, lastBlock } = outcome
  const liquidated = standings.episodes.filter(({ slices }) => slices > 0)
  const matcher = matcherFigures(outcome)
  return {
    seed,
    day,
    seconds: round(seconds, 1),
    blocks: lastBlock - firstBlock + 1,
    accounts: accountsOf(outcome),
    taken: {
      usd: usd(sum(liquidated, ({ taken }) => taken)),
      leastNeededUsd: usd(sum(liquidated, ({ leastNeeded }) => leastNeeded)),
    },
    badDebt: { compartmentUsd: usd(tally.compartmentUsd), holeUsd: usd(-tally.hole), r: wad(audit.leastRatio) },
    keepers: tally.keepers.map((keeper) => keeperOf(keeper, outcome)),
    latencyBlocks: latency(liquidated),
    gas: gasOf(tally.gas),
    invariants: audit.results(),
    episodes: {
      total: standings.episodes.length,
      liquidated: liquidated.length,
      recovered: standings.episodes.filter(({ slices, closeBlock }) => slices === 0 && closeBlock !== undefined).length,
      open: standings.episodes.filter(({ closeBlock }) => closeBlock === undefined).length,
    },
    checks: {
      blocks: audit.checkedBlocks,
      ownerActions: audit.checkedActions,
      modes: audit.checkedModes,
      violations: audit.violations,
    },
    market: {
      symbols: schedule.symbols,
      steps: outcome.timeline.length,
      skippedSteps: outcome.skippedSteps,
      barSeconds: schedule.barSeconds,
      quietSeconds: schedule.quietSeconds,
      window: schedule.window,
    },
    chain: world.chain.kind,
    lateScans: outcome.lateScans,
    ...(matcher ? { matcher } : {}),
  }
}

function keeperOf(keeper: KeeperTally, { trading, world }: Outcome): Report['keepers'][number] {
  const { exchange } = world.deployment
  return {
    name: keeper.name,
    capitalUsd: keeper.capitalUsd,
    liquidations: keeper.liquidations,
    callbackFills: callbackFills(trading?.fills ?? [], keeper.address, exchange),
    profitUsd: usd(keeper.endEquity - keeper.startEquity - keeper.gasPaid),
    conversions: keeper.conversions,
    rewardUsd: usd(keeper.rewards),
    gasUsd: usd(keeper.gasPaid),
    reverted: keeper.reverted,
    left: { positions: keeper.positions, usd: usd(keeper.positionsUsd) },
  }
}

/** Every trader is in exactly one class: taken from; else once below initial margin; else never. */
function accountsOf({ standings, world }: Outcome): Report['accounts'] {
  const isLiquidated = (account: AccountId) => standings.liquidated.has(account)
  const called = [...standings.marginCalled].filter((account) => !isLiquidated(account)).length
  const total = world.traders.length
  const liquidated = standings.liquidated.size
  return { total, liquidated, marginCalled: called, untouched: total - liquidated - called }
}

function latency(episodes: readonly Episode[]): Report['latencyBlocks'] {
  const closed = episodes.flatMap(({ breachBlock, closeBlock }) =>
    closeBlock === undefined ? [] : [closeBlock - breachBlock],
  )
  return spreadOf(closed)
}

export function spreadOf(values: readonly number[]): Spread {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99), max: quantile(values, 1) }
}

/** The smallest value that at least `share` of all do not exceed; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}

function gasOf(gas: ReadonlyMap<string, readonly bigint[]>): Record<string, number> {
  const named = [...gas].filter(([action]) => !action.startsWith('0x')).sort(([a], [b]) => a.localeCompare(b))
  return Object.fromEntries(named.map(([action, all]) => [action, median(all)]))
}

function median(values: readonly bigint[]): number {
  const sorted = values.map(Number).sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function sum<T>(list: readonly T[], of: (item: T) => bigint): bigint {
  return list.reduce((total, each) => total + of(each), 0n)
}

/** US dollars with cents, for display. */
export function usd(amount: bigint): number {
  return round(Number(amount) / Number(WAD), 2)
}

function wad(fraction: bigint): number {
  return Number(fraction) / Number(WAD)
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}

/** How the run was made, in sentences. */
export function method({ keepers }: Pick<Report, 'keepers'>): string[] {
  const { equityUsd, leverage, leverageOnTokens, isolatedShare, longShare, tokenShare, attentiveShare } = DISTRIBUTION
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return [
    `Traders: equity ${equityUsd[0]} to ${equityUsd[1]} USD and leverage ${leverage[0]}x to ${leverage[1]}x (on WBTC or WETH collateral, ${percent(tokenShare)} of them, to ${leverageOnTokens[1]}x), both uniform in the logarithm; ${percent(isolatedShare)} isolated, the others cross; each perpetual long with ${percent(longShare)}. ${percent(attentiveShare)} add a quarter of their equity at their first margin call. All positions were opened by signed orders against one market maker, settled in batches.`,
    `Prices: every bar is fed as open, low, high, close, or open, high, low, close when it fell. In the two hours with the widest range every bar of the file is fed, in the rest merged, longer ones. When the run is behind its time it leaves steps out, quiet ones first and never a new extreme of the day within the two hours; the report says how many.`,
    `Keepers: ${keeperNames(keepers)}, processes of their own that compete for the same accounts. What they take over is sold to the market maker by signed orders, ${SPREAD_BP} basis points worse than spot. Profit is the change of the equity of all their accounts less gas at the price paid in ETH.`,
    `Taken: sizes at mark of all collateral and perpetuals that left accounts in liquidations. Least needed: over all liquidated episodes the fraction (b MM - E) / (b MM) at the first block of the breach times the account's size, at par and without the rule that takes accounts below 1,000 USD of maintenance whole.`,
    `Latency: blocks from the first with E + goodEnd < MM to the first with E >= MM or no position. Blocks follow a price every two seconds while anybody has a transaction waiting, at most six.`,
    `INV-1 to 3: after every block with a change, cash and lots of all accounts, custody included, are summed by a call and held against the tokens in the vault; at the end every account rebuilt from events equals the contract's. INV-6: equity before and after every owner action, at the same prices.`,
  ]
}

/** Each with its capital. */
export function keeperNames(keepers: Report['keepers']): string {
  return keepers.map(({ name, capitalUsd }) => `${name} (${capitalUsd.toLocaleString('en')} USD)`).join(', ')
}
