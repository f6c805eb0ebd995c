import { writeFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { equity, type Market, type Portfolio } from '../../methods/index.ts'
import { barChart } from '../../plot/index.ts'
import { type Comparison, compareMargin, describeResult } from '../compareMargin.ts'
import { isRecord } from '../derive/caseList.ts'
import { DERIVE_CASES } from '../derive/runCases.ts'
import { type Input, InputError, parseJson, readInput } from '../input.ts'
import { MARGIN_METHODS, METHOD_NAMES, type MethodName } from '../marginMethods.ts'
import { print, printJson, printTable } from '../output.ts'
import { portfolioFile, readPortfolioFile } from '../portfolioFile.ts'

type Read = { portfolio: Portfolio; market: Market }

const readPortfolio = (input: Input): Read => readPortfolioFile(parseJson(input, portfolioFile), input.source)

function requirement(method: MethodName, { portfolio, market }: Read): object {
  const result = MARGIN_METHODS[method].margin(portfolio, market)
  const { addOns, ...described } = describeResult(result)
  return { method, equity: equity(portfolio, market), ...described, addOns, scenarios: result.scenarios }
}

/** Derive's methods take files of its published cases too, told apart by their content. */
function margin({ method, input: file }: { method?: MethodName; input?: string }, command: Command): void {
  if (method === undefined) command.error(`error: name a method with --method: ${METHOD_NAMES.join(', ')}`)
  const input = readInput(file)
  if (method in DERIVE_CASES && !isPortfolioFile(input)) {
    printJson(DERIVE_CASES[method as keyof typeof DERIVE_CASES](input))
    return
  }
  printJson(requirement(method, readPortfolio(input)))
}

function isPortfolioFile(input: Input): boolean {
  const value = parseJson(input, z.unknown())
  return isRecord(value) && 'portfolio' in value && 'market' in value
}

const cents = (value: number) => Math.round(value * 100) / 100

function printComparison({ equity: total, methods, notOffered }: Comparison): void {
  print(`equity ${cents(total)} USD; requirements in USD on equity`)
  printTable(
    methods.map(({ label, initial, maintenance, worstScenario, largest }) => ({
      method: label,
      initial: cents(initial),
      maintenance: cents(maintenance),
      'worst scenario': worstScenario?.name ?? 'none',
      loss: cents(0 - (worstScenario?.pnl ?? 0)),
      'largest contribution': largest === null ? 'none' : `${largest.name} (${cents(largest.initial)})`,
    })),
  )
  for (const { label, reason } of notOffered) print(`${label}: not offered. ${reason}`)
}

function writeChart(file: string, { equity: total, methods }: Comparison): void {
  const svg = barChart({
    title: 'Margin of the same portfolio by method',
    subtitle: `Equity ${cents(total).toLocaleString('en-US')} USD`,
    categories: methods.map(({ label }) => label),
    series: [
      { name: 'initial', values: methods.map(({ initial }) => initial) },
      { name: 'maintenance', values: methods.map(({ maintenance }) => maintenance) },
      { name: 'loss of the worst scenario', values: methods.map(({ worstScenario }) => 0 - (worstScenario?.pnl ?? 0)) },
    ],
    value: { label: 'requirement on equity, USD' },
  })
  try {
    writeFileSync(file, svg)
  } catch (cause) {
    throw new InputError(file, {}, `cannot be written (${cause instanceof Error ? cause.message : cause})`)
  }
}

function compare({ input, json, plot }: { input?: string; json?: boolean; plot?: string }): void {
  const { portfolio, market } = readPortfolio(readInput(input))
  const comparison = compareMargin(portfolio, market)
  if (plot !== undefined) writeChart(plot, comparison)
  if (json) printJson(comparison)
  else printComparison(comparison)
}

/** `margin`: one method's requirement; `margin compare`: every method's, side by side. */
export function registerMargin(program: Command): void {
  const command = program
    .enablePositionalOptions() // so that options behind `compare` are its own
    .command('margin')
    .description('Margin requirement of a portfolio under one method (JSON)')
    .enablePositionalOptions()
    .addOption(new Option('--method <name>', 'margin method').choices(METHOD_NAMES))
    .option('--input <file>', "portfolio JSON, or Derive's published cases for its methods (default: stdin)")
    .option('--json', 'JSON, which is the only format')
    .action(margin)
  command
    .command('compare')
    .description('The same portfolio under every method, as a table')
    .option('--input <file>', 'portfolio JSON (default: stdin)')
    .option('--json', 'JSON instead of a table')
    .option('--plot <file>', 'also write a bar chart as SVG')
    .action(compare)
}
