/** What `demo` and `replay` share: options, the run, its files and its summary. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Schedule } from '../market/schedule.ts'
import { html } from '../report/html.ts'
import { type Report, report } from '../report/report.ts'
import type { Chain } from './chain.ts'
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
  accounts: { type: 'string', default: '300' },
  seed: { type: 'string', default: '1' },
  json: { type: 'string' },
  html: { type: 'string' },
  chain: { type: 'string' },
} as const

export type Values = {
  accounts: string
  seed: string
  json?: string | undefined
  html?: string | undefined
  chain?: string | undefined
}

const MOST_ACCOUNTS = 2_000

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

/** Runs `schedule` and writes what was asked for; a broken invariant makes the exit code 1. */
export async function execute(schedule: Schedule, values: Values): Promise<Report> {
  const started = performance.now()
  const seed = whole('seed', values.seed, 0, 2 ** 32 - 1)
  const accounts = whole('accounts', values.accounts, 1, MOST_ACCOUNTS)
  const prefer = chainOf(values.chain)
  const outcome = await run({ schedule, accounts, seed, prefer, onProgress: showProgress() })
  const day = new Date((schedule.steps[0]?.t ?? 0) * 1000).toISOString().slice(0, 10)
  const result = report({ outcome, schedule, seed, day, seconds: (performance.now() - started) / 1000 })
  if (values.json !== undefined) write(values.json, `${JSON.stringify(result, null, 2)}\n`)
  if (values.html !== undefined) write(values.html, html(result, outcome.timeline))
  process.stdout.write(summary(result))
  if (Object.values(result.invariants).includes(false)) process.exitCode = 1
  return result
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

function summary(result: Report): string {
  const { accounts, taken, badDebt, keepers, latencyBlocks, invariants, checks } = result
  const money = (amount: number) => `${amount.toLocaleString('en', { maximumFractionDigits: 0 })} USD`
  const states = Object.entries(invariants).map(([name, ok]) => `INV-${name.slice(3)} ${ok ? 'held' : 'BROKEN'}`)
  return [
    `${result.day}: ${result.market.steps} price steps, ${result.blocks} blocks, ${result.seconds} s on ${result.chain}, seed ${result.seed}`,
    `accounts    ${accounts.total}: ${accounts.liquidated} liquidated, ${accounts.marginCalled} margin-called, ${accounts.untouched} untouched`,
    `taken       ${money(taken.usd)}, least needed ${money(taken.leastNeededUsd)}`,
    `bad debt    compartments ${money(badDebt.compartmentUsd)}, HOLE ${money(badDebt.holeUsd)}, least r ${badDebt.r}`,
    ...keepers.map(
      ({ name, liquidations, conversions, profitUsd, gasUsd }) =>
        `keeper      ${name}: ${liquidations} liquidations, ${conversions} conversions, profit ${money(profitUsd)} after ${money(gasUsd)} of gas`,
    ),
    `latency     ${latencyBlocks.p50} blocks median, ${latencyBlocks.p99} p99, ${latencyBlocks.max} at most, breach to close`,
    `invariants  ${states.join(', ')} (${checks.blocks} blocks, ${checks.ownerActions} owner actions)`,
    '',
  ].join('\n')
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
