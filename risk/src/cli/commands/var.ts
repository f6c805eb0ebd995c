import { type Command, InvalidArgumentError, Option } from 'commander'
import { logReturns } from '../../estimation/series.ts'
import type { ShortfallConvention } from '../../measures/expectedShortfall.ts'
import { QUANTILE_CONVENTIONS, type QuantileConvention } from '../../measures/quantile.ts'
import { type RiskMethod, riskOfSeries, type VolatilityModel } from '../../measures/seriesRisk.ts'
import { InputError, readInput } from '../input.ts'
import { printJson, printTable } from '../output.ts'
import { level, numberWithin, readSeries, wholeNumberFrom } from '../series.ts'

const METHODS = ['historical', 'age', 'vol', 'fhs', 'normal', 'student-t', 'cornish-fisher', 'evt'] as const

type VarOptions = {
  input?: string
  column?: string
  prices?: boolean
  side: 'long' | 'short'
  method: (typeof METHODS)[number]
  level: number
  convention: QuantileConvention
  esConvention?: ShortfallConvention
  lambda?: number
  volatility?: 'ewma' | 'garch'
  scaleTo: 'next' | 'last'
  horizon: number
  paths: number
  seed: number
  dof: number
  tail: number
  matchMoments?: boolean
  json?: boolean
}

/** Decay when none is given: one step of age, or RiskMetrics' daily volatility. */
const DECAY = { age: 0.99, volatility: 0.94 }

function volatilityModel(options: VarOptions, preferred: 'ewma' | 'garch'): VolatilityModel {
  const kind = options.volatility ?? preferred
  return kind === 'garch' ? { kind } : { kind, lambda: options.lambda ?? DECAY.volatility }
}

function methodOf(options: VarOptions): RiskMethod {
  const { method, convention, horizon, paths, seed } = options
  const read = (natural: ShortfallConvention) => ({
    convention,
    shortfallConvention: options.esConvention ?? natural,
  })
  switch (method) {
    case 'historical':
      return { kind: 'historical', ...read(convention) }
    case 'age':
      return { kind: 'age', lambda: options.lambda ?? DECAY.age, ...read('fractional') }
    case 'vol': {
      const volatility = volatilityModel(options, 'ewma')
      return { kind: 'volatility', volatility, scaleTo: options.scaleTo, ...read(convention) }
    }
    case 'fhs': {
      const volatility = volatilityModel(options, 'garch')
      return { kind: 'filtered', volatility, steps: horizon, paths, seed, ...read(convention) }
    }
    case 'student-t':
      return { kind: 'student-t', degreesOfFreedom: options.dof }
    case 'evt':
      return { kind: 'extreme-value', tailShare: options.tail }
    case 'cornish-fisher':
      return { kind: 'cornish-fisher', matchMoments: options.matchMoments === true }
    default:
      return { kind: method }
  }
}

function run(options: VarOptions): void {
  const input = readInput(options.input)
  if (options.horizon > 1 && options.method !== 'fhs')
    throw new InputError('--horizon', {}, `only fhs knows several periods; ${options.method} knows the next one`)
  const series = readSeries(input, options.column, options.prices === true)
  const history = options.prices ? logReturns(series) : series
  const pnl = options.side === 'short' ? history.map((value) => -value) : history
  const method = methodOf(options)
  const { valueAtRisk, expectedShortfall, estimates } = riskOfSeries(pnl, options.level, method)
  const conventions = 'convention' in method ? method : undefined
  const result = {
    method: options.method,
    level: options.level,
    side: options.side,
    observations: pnl.length,
    horizon: options.horizon,
    convention: conventions?.convention ?? null,
    expectedShortfallConvention: conventions?.shortfallConvention ?? null,
    valueAtRisk,
    expectedShortfall,
  }
  if (options.json) printJson({ ...result, estimates })
  else printTable(Object.entries({ ...result, ...estimates }).map(([quantity, value]) => ({ quantity, value })))
}

/** Conventions of the expected shortfall. */
function shortfallConvention(text: string): ShortfallConvention {
  const found = (['fractional', ...QUANTILE_CONVENTIONS] as const).find((name) => name === text)
  if (found === undefined)
    throw new InvalidArgumentError(`It must be fractional or one of ${QUANTILE_CONVENTIONS.join(', ')}.`)
  return found
}

/** An option with a closed list of values. */
function choice(flags: string, description: string, values: readonly string[], preferred?: string): Option {
  const option = new Option(flags, description).choices(values)
  return preferred === undefined ? option : option.default(preferred)
}

export function registerVar(program: Command): void {
  program
    .command('var')
    .description(
      'Value-at-risk and expected shortfall of the next period from a history of profits and losses, or of returns: a ' +
        'CSV column, oldest first. Both results are positive losses in the unit of the column',
    )
    .option('--input <file>', 'CSV, gzip or not, or a JSON array of numbers (default: stdin)')
    .option('--column <name>', 'column to read; needed when the CSV has several')
    .option('--prices', 'the column holds prices: take their log returns')
    .addOption(choice('--side <side>', 'position in what the column shows', ['long', 'short'], 'long'))
    .addOption(choice('--method <name>', 'method', METHODS, 'historical'))
    .option('--level <level>', 'confidence', level, 0.99)
    .addOption(choice('--convention <name>', 'which quantile a sample has', QUANTILE_CONVENTIONS, 'order-statistic'))
    .option(
      '--es-convention <name>',
      'of a sample (default: that of --convention; age: fractional)',
      shortfallConvention,
    )
    .option('--lambda <decay>', 'decay per period of age (0.99) or EWMA volatility (0.94)', numberWithin(0.01, 1))
    .addOption(choice('--volatility <model>', 'volatility of vol (ewma) and fhs (garch)', ['ewma', 'garch']))
    .addOption(choice('--scale-to <period>', 'whose volatility vol scales to', ['next', 'last'], 'next'))
    .option('--horizon <periods>', 'periods that fhs simulates', wholeNumberFrom(1), 1)
    .option('--paths <count>', 'paths of fhs', wholeNumberFrom(1), 20_000)
    .option('--seed <seed>', 'seed of fhs', wholeNumberFrom(0), 1)
    .option('--dof <number>', 'degrees of freedom of student-t', numberWithin(2.01, 1e7), 4)
    .option('--tail <share>', 'share of the losses that evt fits', numberWithin(0.001, 0.5), 0.1)
    .option('--match-moments', 'cornish-fisher with the skewness and kurtosis of the sample as those of the result')
    .option('--json', 'print JSON instead of a table')
    .action(run)
}
