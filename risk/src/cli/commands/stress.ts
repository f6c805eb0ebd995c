import { type Command, Option } from 'commander'
import { barChart } from '../../plot/index.ts'
import { type ScenarioStress, stressTest } from '../../stress/stressTest.ts'
import { readAccounts } from '../accountsFile.ts'
import { readInput } from '../input.ts'
import { MARGIN_METHODS, METHOD_NAMES, type MethodName } from '../marginMethods.ts'
import { print, printJson, printTable } from '../output.ts'
import { numberWithin } from '../series.ts'
import { writeChart } from '../writeChart.ts'

type StressOptions = { input?: string; method: MethodName; fund?: number; plot?: string; json?: boolean }

/** Accounts that are listed under the table. */
const LISTED = 10

const dollars = (value: number) => Math.round(value)

function printReport(results: readonly ScenarioStress[], fund: number): void {
  print(`fund ${dollars(fund)} USD; all amounts in USD`)
  printTable(
    results.map(({ scenario, totals, cover }) => ({
      scenario: scenario.name,
      'profit and loss': dollars(totals.pnl),
      'below maintenance': totals.calls,
      shortfall: dollars(totals.shortfall),
      insolvent: totals.insolvent,
      deficit: dollars(totals.deficit),
      'cover 1': dollars(cover.lossOverMargin[0]?.loss ?? 0),
      'cover 2': dollars(cover.lossOverMargin[1]?.loss ?? 0),
      'fund covers': cover.lossOverMargin.map(({ isCovered }) => (isCovered ? 'yes' : 'no')).join('/'),
    })),
  )
  const worst = results.reduce((a, b) => (b.totals.shortfall > a.totals.shortfall ? b : a))
  const short = worst.accounts.filter(({ shortfall }) => shortfall > 0).sort((a, b) => b.shortfall - a.shortfall)
  if (short.length === 0) return
  print(`\nLargest shortfalls in "${worst.scenario.name}":`)
  printTable(
    short.slice(0, LISTED).map(({ name, before, after, shortfall, deficit, lossOverMargin }) => ({
      account: name,
      equity: dollars(before.equity),
      initial: dollars(before.initial),
      'equity after': dollars(after.equity),
      'maintenance after': dollars(after.maintenance),
      shortfall: dollars(shortfall),
      deficit: dollars(deficit),
      'loss over margin': dollars(lossOverMargin),
    })),
  )
}

function chartOf(results: readonly ScenarioStress[], fund: number): string {
  const thousands = (of: (result: ScenarioStress) => number) => results.map((result) => of(result) / 1e3)
  return barChart({
    title: 'What a book of accounts would lack under stress',
    subtitle: `${results[0]?.accounts.length ?? 0} accounts; fund ${dollars(fund).toLocaleString('en-US')} USD`,
    categories: results.map(({ scenario }) => scenario.name),
    series: [
      { name: 'shortfall to maintenance', values: thousands(({ totals }) => totals.shortfall) },
      { name: 'negative equity', values: thousands(({ totals }) => totals.deficit) },
      {
        name: 'cover 2: two largest losses over margin',
        values: thousands(({ cover }) => cover.lossOverMargin[1]?.loss ?? 0),
      },
    ],
    value: { label: 'thousand USD' },
  })
}

function run(options: StressOptions): void {
  const { accounts, market, scenarios, fund: stated } = readAccounts(readInput(options.input))
  const fund = options.fund ?? stated
  const results = stressTest(accounts, market, scenarios, MARGIN_METHODS[options.method].margin, fund)
  if (options.plot !== undefined) writeChart(options.plot, chartOf(results, fund))
  if (options.json) printJson({ method: options.method, fund, scenarios: results })
  else printReport(results, fund)
}

export function registerStress(program: Command): void {
  program
    .command('stress')
    .description(
      'Stress a book of accounts (docs/schemas/risk-accounts.json): equity, requirement and shortfall of every account ' +
        'in every scenario, and whether a fund covers the one or two largest losses over margin',
    )
    .option('--input <file>', 'JSON (default: stdin)')
    .addOption(new Option('--method <name>', 'margin method').choices(METHOD_NAMES).default('plimsoll'))
    .option('--fund <usd>', 'fund behind defaults, instead of that of the file', numberWithin(0, 1e15))
    .option('--plot <file>', 'write an SVG chart of the scenarios')
    .option('--json', 'print every account in every scenario as JSON')
    .action(run)
}
