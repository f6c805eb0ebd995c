import { type Command, Option } from 'commander'
import { bufferedMargins, flooredMargins, stressWeightedMargins } from '../../backtest/antiProcyclicality.ts'
import { coverageOf, type MarginModel, modelledMargins } from '../../backtest/marginModel.ts'
import { procyclicalityMetrics } from '../../backtest/procyclicality.ts'
import { logReturns } from '../../estimation/series.ts'
import { QUANTILE_CONVENTIONS, type QuantileConvention } from '../../measures/quantile.ts'
import { chart } from '../../plot/index.ts'
import { type Input, InputError, readInput } from '../input.ts'
import { printJson, printTable } from '../output.ts'
import { level, numberWithin, readColumn, readSeries, wholeNumberFrom } from '../series.ts'
import { writeChart } from '../writeChart.ts'

type ProcyclicalityOptions = {
  input?: string
  column?: string
  stressed?: string
  floor?: string
  returns?: boolean
  prices?: boolean
  model: 'ewma' | 'historical'
  level: number
  window: number
  lookback: number
  lambda: number
  convention: QuantileConvention
  weight: number
  plot?: string
  json?: boolean
}

type Variant = { name: string; margins: Float64Array; coverage: number | null }

const TOOLS = {
  buffered: 'buffer (a)',
  stressWeighted: 'stress weight (b)',
  floored: 'long floor (c)',
}

/** Margins as given, the buffer on them, and the two tools whose other series is a column, too. */
function givenVariants(input: Input, options: ProcyclicalityOptions): Variant[] {
  const margins = readSeries(input, options.column, false)
  const bad = margins.findIndex((margin) => !(margin > 0))
  if (bad >= 0) {
    const line = options.column === undefined ? undefined : readColumn(input, options.column).lines[bad]
    throw new InputError(input.source, { line, column: options.column }, `is ${margins[bad]}; a margin is above 0`)
  }
  const variants = [
    { name: 'as given', margins },
    { name: TOOLS.buffered, margins: bufferedMargins(margins, options.weight) },
  ]
  if (options.stressed !== undefined) {
    const stressed = readColumn(input, options.stressed).values
    variants.push({ name: TOOLS.stressWeighted, margins: stressWeightedMargins(margins, stressed, options.weight) })
  }
  if (options.floor !== undefined) {
    const floors = readColumn(input, options.floor).values
    variants.push({ name: TOOLS.floored, margins: flooredMargins(margins, floors) })
  }
  return variants.map((variant) => ({ ...variant, coverage: null }))
}

function modelledVariants(input: Input, options: ProcyclicalityOptions): Variant[] {
  const series = readSeries(input, options.column, options.prices === true)
  const returns = options.prices ? logReturns(series) : series
  const { window, level, lookback, lambda, convention } = options
  const common = { window, level, lookback: Math.max(window, lookback) }
  const model: MarginModel =
    options.model === 'ewma' ? { ...common, kind: 'ewma', lambda } : { ...common, kind: 'historical', convention }
  const margins = modelledMargins(returns, model, options.weight)
  return [
    { name: `${options.model} model`, margins: margins.unmitigated },
    { name: TOOLS.buffered, margins: margins.buffered },
    { name: TOOLS.stressWeighted, margins: margins.stressWeighted },
    { name: TOOLS.floored, margins: margins.floored },
  ].map((variant) => ({ ...variant, coverage: coverageOf(returns, variant.margins) }))
}

function reportOf(variants: Variant[]) {
  const [unmitigated] = variants
  return variants.map(({ name, margins, coverage }) => {
    const { largestCalls, averageCost, ...rest } = procyclicalityMetrics(margins, unmitigated?.margins)
    return {
      name,
      days: margins.length,
      ...rest,
      largestCalls: largestCalls.map(({ days, call }) => ({ days, call: call ?? null })),
      averageCost: averageCost ?? null,
      coverage,
    }
  })
}

const percent = (value: number | null) => (value === null ? '' : `${(100 * value).toFixed(1)} %`)

function printReport(report: ReturnType<typeof reportOf>): void {
  printTable(
    report.map((row) => ({
      variant: row.name,
      days: row.days,
      'peak/trough': Number(row.peakToTrough.toFixed(2)),
      ...Object.fromEntries(row.largestCalls.map(({ days, call }) => [`${days}d call`, percent(call)])),
      mean: Number(row.mean.toPrecision(4)),
      cost: percent(row.averageCost),
      ...(row.coverage === null ? {} : { coverage: percent(row.coverage) }),
    })),
  )
}

function plotOf(variants: Variant[], unit: string): string {
  const series = variants.map(({ name, margins }, i) => ({
    kind: 'line' as const,
    name,
    x: margins.map((_, day) => day),
    y: margins,
    dashed: i === 0,
  }))
  return chart({
    title: 'Margin under the tools against procyclicality',
    subtitle: 'Regulation (EU) 153/2013, Article 28(1)(a), (b), (c)',
    x: { label: 'day' },
    y: { label: `margin (${unit})` },
    series,
  })
}

function run(options: ProcyclicalityOptions): void {
  const input = readInput(options.input)
  const modelled = options.returns === true || options.prices === true
  const variants = modelled ? modelledVariants(input, options) : givenVariants(input, options)
  if (options.plot !== undefined)
    writeChart(options.plot, plotOf(variants, modelled ? 'share of notional' : 'as given'))
  const report = reportOf(variants)
  if (options.json) printJson(report)
  else printReport(report)
}

export function registerProcyclicality(program: Command): void {
  program
    .command('procyclicality')
    .description(
      'How much margin follows the market: peak to trough, largest calls over 1, 5, 20 and 30 days and average cost, ' +
        'without and with the three tools of European law. Reads a CSV column of margins, or of returns with a model',
    )
    .option('--input <file>', 'CSV, gzip or not, or a JSON array of numbers (default: stdin)')
    .option('--column <name>', 'column to read; needed when the CSV has several')
    .option('--stressed <name>', 'column of stressed margins, for tool (b)')
    .option('--floor <name>', 'column of ten-year margins, for tool (c)')
    .option('--returns', 'the column holds daily returns: model the margins')
    .option('--prices', 'the column holds daily prices: model the margins on their log returns')
    .addOption(new Option('--model <name>', 'margin model').choices(['ewma', 'historical']).default('ewma'))
    .option('--level <level>', 'confidence of the model', level, 0.99)
    .option('--window <days>', 'days of the historical model, and before the first margin', wholeNumberFrom(2), 250)
    .option('--lookback <days>', 'days of the long floor', wholeNumberFrom(2), 2500)
    .option('--lambda <decay>', 'decay of the EWMA model', numberWithin(0.01, 0.9999), 0.97)
    .addOption(
      new Option('--convention <name>', 'quantile of the historical model')
        .choices([...QUANTILE_CONVENTIONS])
        .default('order-statistic'),
    )
    .option('--weight <share>', 'buffer of tool (a) and weight of tool (b)', numberWithin(0, 1), 0.25)
    .option('--plot <file>', 'write an SVG chart of the margins')
    .option('--json', 'print JSON instead of a table')
    .action(run)
}
