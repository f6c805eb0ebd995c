/** What `demo` and `replay` share: options, the run, its files and its summary. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Schedule } from '../market/schedule.ts'
import { html } from '../report/html.ts'
import { areFillsComplete, type MatcherFigures } from '../report/matcherReport.ts'
import { optionExtra } from '../report/optionHtml.ts'
import { type OptionFigures, type OptionReport, optionFigures } from '../report/optionReport.ts'
import { type Report, report } from '../report/report.ts'
import type { Chain } from './chain.ts'
import { efficiencyTable } from './options/efficiency.ts'
import type { OptionDay } from './options/optionDay.ts'
import { runOptions } from './options/optionRun.ts'
import type { SharedMode } from './options/optionWorld.ts'
import { showProgress } from './progress.ts'
import { run } from './run.ts'

export class UsageError extends Error {
  readonly code = 'USAGE'
  constructor(problem: string) {
    super(problem)
    this.name = 'UsageError'
  }
}

/** Options of both commands for `parseArgs`. */
export const OPTIONS = {
  accounts: { type: 'string' },
  seed: { type: 'string', default: '1' },
  json: { type: 'string' },
  html: { type: 'string' },
  chain: { type: 'string' },
  'with-matcher': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** Lines of `--help` for them. */
export const OPTION_LINES = `  --accounts N     traders
  --seed S         of the traders and of all keys; 1
  --json FILE      the report, docs/schemas
  --html FILE      the report as a page
  --chain NAME     anvil or hardhat; anvil where it runs
  --with-matcher   opening trades and the keepers' sales go as signed orders to a matching service, which settles them;
                   one more keeper has no capital and sells to orders that rest there in the call in which it takes over
  --help           this text
`

export type Values = {
  accounts?: string | undefined
  seed: string
  json?: string | undefined
  html?: string | undefined
  chain?: string | undefined
  'with-matcher'?: boolean | undefined
}

const LINEAR_ACCOUNTS = { ordinary: 300, most: 2_000 }
/** More would not fit the deposit cap of the settlement token beside their insurance. */
const OPTION_ACCOUNTS = { ordinary: 200, most: 400 }

function whole(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
    throw new UsageError(`--${name} ${text} is not a whole number from ${minimum} to ${maximum}.`)
  }
  return value
}

function chainOf(name: string | undefined): Chain['kind'] | undefined {
  if (name === undefined || name === 'anvil' || name === 'hardhat') return name
  throw new UsageError(`--chain ${name} is neither anvil nor hardhat.`)
}

type Settings = { accounts: number; seed: number; prefer: Chain['kind'] | undefined; withMatcher: boolean }

function settingsOf(values: Values, accounts: { ordinary: number; most: number }): Settings {
  return {
    accounts: values.accounts === undefined ? accounts.ordinary : whole('accounts', values.accounts, 1, accounts.most),
    seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    prefer: chainOf(values.chain),
    withMatcher: values['with-matcher'] ?? false,
  }
}

/** Runs `schedule` and writes what was asked for; a broken invariant makes the exit code 1. */
export async function execute(schedule: Schedule, values: Values): Promise<Report> {
  const started = performance.now()
  const settings = settingsOf(values, LINEAR_ACCOUNTS)
  const outcome = await run({ ...settings, schedule, onProgress: showProgress() })
  const result = report({ outcome, schedule, ...timesOf(schedule, started), seed: settings.seed })
  deliver(values, result, () => html(result, outcome.timeline), summary(result))
  return result
}

/** The same for option books on `day`. */
export async function executeOptions(
  day: OptionDay,
  values: Values,
  mode: SharedMode = 'portfolio',
): Promise<OptionReport> {
  const started = performance.now()
  const settings = settingsOf(values, OPTION_ACCOUNTS)
  const outcome = await runOptions({ ...settings, day, mode, onProgress: showProgress() })
  const { schedule } = day
  const linear = report({ outcome, schedule, ...timesOf(schedule, started), seed: settings.seed })
  const result = { ...linear, options: optionFigures(outcome) }
  const page = () => html(result, outcome.timeline, optionExtra(result, outcome))
  deliver(values, result, page, `${summary(result)}${optionSummary(result.options)}`)
  return result
}

function timesOf({ steps }: Schedule, started: number): { day: string; seconds: number } {
  const day = new Date((steps[0]?.t ?? 0) * 1000).toISOString().slice(0, 10)
  return { day, seconds: (performance.now() - started) / 1000 }
}

function deliver({ json, html: page }: Values, result: Report, pageOf: () => string, text: string): void {
  if (json !== undefined) write(json, `${JSON.stringify(result, null, 2)}\n`)
  if (page !== undefined) write(page, pageOf())
  process.stdout.write(text)
  const areTradesComplete = result.matcher === undefined || areFillsComplete(result.matcher)
  if (Object.values(result.invariants).includes(false) || !areTradesComplete) process.exitCode = 1
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function summary(result: Report): string {
  const { accounts, taken, badDebt, keepers, latencyBlocks, invariants, checks } = result
  const states = Object.entries(invariants).map(([name, ok]) => `INV-${name.slice(3)} ${ok ? 'held' : 'BROKEN'}`)
  return [
    `${result.day}: ${result.market.steps} price steps, ${result.blocks} blocks, ${result.seconds} s on ${result.chain}, seed ${result.seed}`,
    `accounts    ${accounts.total}: ${accounts.liquidated} liquidated, ${accounts.marginCalled} margin-called, ${accounts.untouched} untouched`,
    `taken       ${money(taken.usd)}, least needed ${money(taken.leastNeededUsd)}`,
    `bad debt    compartments ${money(badDebt.compartmentUsd)}, HOLE ${money(badDebt.holeUsd)}, least r ${badDebt.r}`,
    ...keepers.map(keeperSummary),
    `latency     ${latencyBlocks.p50} blocks median, ${latencyBlocks.p99} p99, ${latencyBlocks.max} at most, breach to close`,
    `invariants  ${states.join(', ')} (${checks.blocks} blocks, ${checks.ownerActions} owner actions)`,
    ...(result.matcher ? [matcherSummary(result.matcher)] : []),
    '',
  ].join('\n')
}

function keeperSummary(keeper: Report['keepers'][number]): string {
  const { name, capitalUsd, liquidations, callbackFills, conversions, profitUsd, gasUsd, left } = keeper
  const held = left.positions === 0 ? 'flat at the end' : `${left.positions} positions of ${money(left.usd)} left`
  return `keeper      ${name}, ${money(capitalUsd)} of capital: ${liquidations} liquidations with ${callbackFills} fills in them, ${conversions} conversions, profit ${money(profitUsd)} after ${money(gasUsd)} of gas, ${held}`
}

function money(amount: number): string {
  return `${amount.toLocaleString('en', { maximumFractionDigits: 0 })} USD`
}

function matcherSummary({
  accepted,
  refused,
  matches,
  settled,
  fillsPerBatch,
  answerMs,
  fills,
}: MatcherFigures): string {
  const codes = Object.entries(refused).map(([code, count]) => `${count} ${code}`)
  return [
    `matcher     ${accepted.orders} orders, ${accepted.quotes} quotes, ${accepted.picks} picks accepted, ${codes.join(', ') || 'none'} refused; answered in ${answerMs.p50} ms median, ${answerMs.p99} p99`,
    `            ${matches} matches, ${settled} settled, ${fillsPerBatch.mean} fills per batch; on chain ${fills.onChain}: ${fills.byMatcher} by the matcher, ${fills.inCallback} in liquidations, ${fills.elsewhere} from elsewhere, ${fills.lost} lost, ${fills.doubled} doubled`,
  ].join('\n')
}

function optionSummary({
  mode,
  books,
  surfaces,
  histories,
  onChain,
  settlements,
  calibration,
  liquidationGas,
  clearing,
  efficiency,
}: OptionFigures): string {
  const { warm, cold } = liquidationGas
  const worst = settlements.reduce((most, { differenceWei }) => Math.max(most, Math.abs(Number(differenceWei))), 0)
  const settled = settlements.reduce((sum, { accounts }) => sum + accounts, 0)
  const byMode = Object.entries(onChain.modes).map(([name, { initialUsd }]) => `${name} ${money(initialUsd)}`)
  return [
    `modes       ${books.modes[mode]} ${mode}, ${books.modes.cross} cross, ${books.modes.isolated} isolated`,
    `margin      initial at the open by the chain, all books in one mode: ${byMode.join(', ')}`,
    ...(histories.length > 0 ? [historySummary(histories)] : []),
    `surfaces    ${surfaces.posted} posted, ${surfaces.clamped} clamped, ${surfaces.kept} not taken; ${surfaces.times - surfaces.measured} of ${surfaces.times} times interpolated between market snapshots (isMeasured: false)`,
    `calibration ${calibration.rmsMedian} volatility points median, ${calibration.rms90} in nine of ten slices; ${(100 * calibration.insideShare).toFixed(1)} % of quotes have the surface between bid and ask`,
    `settlement  ${settlements.length} series, ${settled} accounts; at most ${worst} wei from the true averages; ${clearing.instruments} instruments left in clearing`,
    `gas         liquidation warm ${warm.median.toLocaleString('en')} (${warm.count}), cold ${cold.median.toLocaleString('en')} (${cold.count}), most ${Math.max(warm.max, cold.max).toLocaleString('en')}`,
    '',
    efficiencyTable(efficiency.open),
    efficiencyTable(efficiency.worst),
  ].join('\n')
}

function historySummary(histories: OptionFigures['histories']): string {
  const cut = histories.filter(({ isWhole }) => !isWhole).length
  const last = histories.at(-1)
  const percent = (millionths = 0) => `${(millionths / 10_000).toFixed(1)} %`
  return `history     ${histories.length} posted, ${cut} with a cap cut to a day's bounds; offset signed ${percent(last?.quotedOffset)}, supported ${percent(last?.offset)} at the end`
}

/** Errors that a person can act on are one sentence; all others keep their trace. */
export async function main(command: () => Promise<unknown>, known: readonly string[]): Promise<void> {
  try {
    await command()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!known.includes(code) && !code.startsWith('ERR_PARSE_ARGS')) throw error
    process.stderr.write(`${(error as Error).message}\n`)
    process.exitCode = 2
  }
}
