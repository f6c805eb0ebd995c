import { type Command, Option } from 'commander'
import { z } from 'zod'
import type { NullShape } from '../../backtest/acerbiSzekely.ts'
import { backtestReport, type ForecastSeries } from '../../backtest/report.ts'
import { cellNumber, type Input, InputError, parseCsv, readInput } from '../input.ts'
import { printJson } from '../output.ts'
import { columnsOf, level, numberWithin, wholeNumberFrom } from '../series.ts'

type BacktestCommandOptions = {
  input?: string
  level: number
  overlapping?: boolean
  paths: number
  seed: number
  null: 'normal' | 't'
  dof: number
}

const withoutShortfall = z.object({ pnl: cellNumber, var: cellNumber })
const withShortfall = withoutShortfall.extend({ es: cellNumber })

function readForecasts(input: Input): ForecastSeries {
  const column = (rows: { row: Record<string, number> }[], name: string) =>
    Float64Array.from(rows, ({ row }) => row[name] ?? Number.NaN)
  if (!columnsOf(input).includes('es')) {
    const rows = parseCsv(input, withoutShortfall)
    return { pnl: column(rows, 'pnl'), valueAtRisk: column(rows, 'var') }
  }
  const rows = parseCsv(input, withShortfall)
  for (const { line, row } of rows) {
    if (row.es > 0 && row.es >= row.var) continue
    const problem = `is ${row.es}; an expected shortfall is above 0 and at least the value-at-risk, ${row.var}`
    throw new InputError(input.source, { line, column: 'es' }, problem)
  }
  return { pnl: column(rows, 'pnl'), valueAtRisk: column(rows, 'var'), expectedShortfall: column(rows, 'es') }
}

function run(options: BacktestCommandOptions): void {
  const shape: NullShape = options.null === 'normal' ? 'normal' : { degreesOfFreedom: options.dof }
  const { paths, seed, overlapping = false } = options
  const series = readForecasts(readInput(options.input))
  printJson(backtestReport(series, options.level, { shape, paths, seed, overlappingTenDays: overlapping }))
}

export function registerBacktest(program: Command): void {
  program
    .command('backtest')
    .description(
      'Test forecasts of value-at-risk and expected shortfall (JSON). Reads CSV pnl,var[,es]: profit or loss of a day, ' +
        'and what was forecast for it (losses positive). Coverage (Kupiec), independence (Christoffersen), Basel ' +
        'traffic light, Acerbi-Szekely Z1 and Z2, quantile and Fissler-Ziegel scores',
    )
    .option('--input <file>', 'CSV or a JSON array of rows, gzip or not (default: stdin)')
    .option('--level <level>', 'confidence of both forecasts', level, 0.99)
    .option('--overlapping', 'the rows are returns over ten days that overlap: report the bounds for those, too')
    .option('--paths <count>', 'simulated samples for the p-values of Z1 and Z2', wholeNumberFrom(1), 10_000)
    .option('--seed <seed>', 'seed of the simulation', wholeNumberFrom(0), 1)
    .addOption(
      new Option('--null <shape>', 'losses under the null hypothesis').choices(['normal', 't']).default('normal'),
    )
    .option('--dof <number>', "degrees of freedom of Student's t", numberWithin(1.01, 1e7), 5)
    .option('--json', 'JSON, which is the only format')
    .action(run)
}
