import { readFileSync } from 'node:fs'
import process from 'node:process'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { Mode } from '../../methods/plimsoll/index.ts'
import { canonicalHash } from '../../posting/canonicalHash.ts'
import { type PreflightResult, preflight, STAGE_LABELS, type StageName } from '../../preflight/index.ts'
import { readAccounts } from '../accountsFile.ts'
import { readChange } from '../changeFile.ts'
import { type Input, parseJson, readInput } from '../input.ts'
import { print, printJson, printTable } from '../output.ts'

type PreflightOptions = { input?: string; change: string; mode: Mode; strict?: boolean; json?: boolean }

const MODES = ['portfolio', 'risk-neutral', 'cross'] as const satisfies readonly Mode[]
/** From so many accounts on, stderr tells how far the work is. */
const BIG = 10_000
/** Exit code of `--strict` when the change makes somebody liquidatable. */
const MAKES_LIQUIDATABLE = 3

const dollars = (value: number) => Math.round(value)
const percent = (fraction: number) => `${(100 * fraction).toFixed(3)} %`

function packageVersion(): string {
  const source = new URL('../../../package.json', import.meta.url)
  const input = { source: source.pathname, text: readFileSync(source, 'utf8') }
  return parseJson(input, z.object({ version: z.string() })).version
}

/** SHA-256 over everything that the result depends on. */
function inputsHash(accounts: Input, change: Input, mode: Mode, version: string): string {
  const [accountsFile, changeFile] = [accounts, change].map((input) => parseJson(input, z.unknown()))
  return canonicalHash({ version, mode, accounts: accountsFile, change: changeFile })
}

function printRanges({ ranges }: PreflightResult): void {
  print('\nScan ranges, without epsilon:')
  printTable(
    ranges.map(({ underlying, volatility, before, atOnce, end, hours }) => ({
      underlying,
      volatility: percent(volatility),
      'target today': percent(before.target),
      'target at once': percent(atOnce.target),
      'PSR_M today': percent(before.maintenance),
      'PSR_M at the end': percent(end.maintenance),
      hours,
    })),
  )
}

function printStages({ stages, newly }: PreflightResult): void {
  const names: readonly StageName[] = ['before', 'atOnce', 'unchangedEnd', 'end']
  print('\nAccounts by moment; new: by the change alone:')
  printTable(
    names.map((name) => {
      const { belowInitial, liquidatable, undecided } = stages[name]
      const own = name === 'atOnce' || name === 'end' ? newly[name] : undefined
      return {
        moment: STAGE_LABELS[name],
        'below initial': belowInitial,
        'new below': own?.belowInitial ?? 0,
        liquidatable,
        'new liquidatable': own?.liquidatable ?? 0,
        'their notional, USD': dollars(own?.notional ?? 0),
        'within rounding': undecided,
      }
    }),
  )
}

function printWorst({ worst }: PreflightResult): void {
  if (worst.length === 0) {
    print('\nThe change makes nobody liquidatable.')
    return
  }
  print('\nNewly liquidatable accounts that need most cash, USD:')
  printTable(
    worst.map(({ name, equity, maintenanceBefore, maintenanceAtOnce, maintenanceEnd, cash }) => ({
      account: name,
      equity: dollars(equity),
      'maintenance today': dollars(maintenanceBefore),
      'at once': dollars(maintenanceAtOnce),
      'at the end': dollars(maintenanceEnd),
      cash: Math.ceil(cash),
    })),
  )
}

function printReport(result: PreflightResult, mode: Mode, inputs: string): void {
  print(`inputs sha256 ${inputs}`)
  print(`${result.accounts} accounts, mode ${mode}`)
  if (result.changes.length === 0) print('\nNo parameter changes.')
  else {
    print('\nChanges, millionths:')
    printTable(result.changes)
  }
  printRanges(result)
  printStages(result)
  printWorst(result)
}

function run({ input: file, change: changeFile, mode, strict, json }: PreflightOptions): void {
  const [input, change] = [readInput(file), readInput(changeFile)]
  const { accounts, market } = readAccounts(input)
  const isBig = accounts.length >= BIG
  const progress = (step: string) => {
    if (isBig) process.stderr.write(`${step}\n`)
  }
  progress(`${accounts.length} accounts read`)
  const underlyings = readChange(change, market)
  const result = preflight({ accounts, market, mode, underlyings, progress })
  const version = packageVersion()
  const inputs = inputsHash(input, change, mode, version)
  if (json) printJson({ inputs, version, mode, ...result })
  else printReport(result, mode, inputs)
  const { atOnce, end } = result.newly
  if (strict && atOnce.liquidatable + end.liquidatable > 0) process.exitCode = MAKES_LIQUIDATABLE
}

export function registerPreflight(program: Command): void {
  program
    .command('preflight')
    .description(
      'Check a change of governed parameters (docs/schemas/risk-change.json) as the contracts do, and tell how many of the ' +
        'accounts (docs/schemas/risk-accounts.json) and how much notional it would make liquidatable',
    )
    .option('--input <file>', 'accounts, JSON (default: stdin)')
    .requiredOption('--change <file>', 'change, JSON')
    .addOption(new Option('--mode <name>', 'margin mode of every account').choices(MODES).default('portfolio'))
    .option('--strict', `exit with ${MAKES_LIQUIDATABLE} when the change makes anybody liquidatable`)
    .option('--json', 'print JSON instead of tables')
    .action(run)
}
