import { type Command, InvalidArgumentError, Option } from 'commander'
import { type GarchParameters, garchForecast, longRunVariance, type Presample } from '../../estimation/garchFilter.ts'
import { fitGarch } from '../../estimation/garchFit.ts'
import { logReturns } from '../../estimation/series.ts'
import { readInput } from '../input.ts'
import { printJson } from '../output.ts'
import { readSeries } from '../series.ts'

type GarchOptions = {
  input?: string
  column?: string
  prices?: boolean
  mean: 'constant' | 'zero'
  presample: Presample
  horizon: number
}

const named = ({ mean, omega, alpha, beta }: GarchParameters) => ({ mu: mean, omega, alpha, beta })

function report(options: GarchOptions): object {
  const prices = options.prices === true
  const series = readSeries(readInput(options.input), options.column, prices)
  const returns = prices ? logReturns(series) : series
  const { mean, presample } = options
  const { parameters, standardErrors, logLikelihood, variances, converged } = fitGarch(returns, { mean, presample })
  const persistence = parameters.alpha + parameters.beta
  const nextVariance = variances.at(-1) ?? Number.NaN
  let cumulative = 0
  const forecast = Array.from(garchForecast(parameters, nextVariance, options.horizon), (variance, k) => {
    cumulative += variance
    return { step: k + 1, variance, volatility: Math.sqrt(variance), cumulativeVolatility: Math.sqrt(cumulative) }
  })
  return {
    observations: returns.length,
    mean,
    presample,
    parameters: named(parameters),
    standardErrors: standardErrors
      ? { hessian: named(standardErrors.hessian), robust: named(standardErrors.robust) }
      : null,
    logLikelihood,
    persistence,
    longRunVariance: longRunVariance(parameters),
    halfLife: persistence > 0 ? Math.log(0.5) / Math.log(persistence) : 0,
    converged,
    forecast,
  }
}

function wholeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number of 1 or more.')
  return value
}

/** `garch`: parameters, standard errors and the term structure of volatility of one series. */
export function registerGarch(program: Command): void {
  program
    .command('garch')
    .description('Fit a GARCH(1,1) to returns by maximum likelihood and forecast volatility (JSON)')
    .option('--input <file>', 'CSV with a header, or a JSON array of numbers (default: stdin)')
    .option('--column <name>', 'column to read; needed when the CSV has several')
    .option('--prices', 'the column holds prices: take their log returns')
    .addOption(new Option('--mean <kind>', 'mean of the returns').choices(['constant', 'zero']).default('constant'))
    .addOption(
      new Option('--presample <kind>', 'variance before the first return')
        .choices(['mean-square', 'first-variance'])
        .default('mean-square'),
    )
    .option('--horizon <periods>', 'periods to forecast', wholeNumber, 10)
    .option('--json', 'JSON, which is the only format')
    .action((options: GarchOptions) => printJson(report(options)))
}
