import process from 'node:process'
import { type Command, Option } from 'commander'
import {
  DROP_REASONS,
  type DroppedQuote,
  type FittedExpiry,
  fitSurface,
  type PriceUnit,
  type SurfaceFit,
  surfaceChart,
  surfaceDocument,
  type Weighting,
} from '../../surface/index.ts'
import { chainFrom } from '../chainInput.ts'
import { readInput } from '../input.ts'
import { print, printJson, printTable } from '../output.ts'
import { numberWithin } from '../series.ts'
import { isoMinute, rounded, unixTime, writeText } from '../surfaceFiles.ts'

type FitOptions = {
  input?: string
  at?: number
  underlying?: string
  priceUnit?: PriceUnit
  weighting: Weighting
  deviations: number
  out?: string
  plot?: string
  json?: boolean
}

function fitRow({ terms, essvi, fit, raw }: FittedExpiry) {
  return {
    expiry: isoMinute(terms.expiry),
    days: rounded(terms.years * 365, 2),
    forward: rounded(terms.forward, 2),
    from: terms.forwardSource,
    discount: rounded(terms.discount, 5),
    'atm %': rounded(100 * Math.sqrt(essvi.theta / terms.years), 2),
    rho: rounded(essvi.rho, 3),
    quotes: fit.quotes,
    rmse: rounded(fit.rmse, 2),
    weighted: rounded(fit.weightedRmse, 2),
    largest: rounded(fit.largest, 2),
    width: rounded(fit.width, 2),
    'inside %': rounded(100 * fit.inside, 0),
    'svi rmse': rounded(raw?.fit.rmse ?? Number.NaN, 2),
  }
}

function droppedCounts(dropped: readonly DroppedQuote[]): { reason: string; quotes: number; meaning: string }[] {
  return Object.entries(DROP_REASONS)
    .map(([reason, meaning]) => ({ reason, quotes: dropped.filter((each) => each.reason === reason).length, meaning }))
    .filter(({ quotes }) => quotes > 0)
}

/** JSON of a fit; schema docs/schemas/risk-surface-fit.json. */
function report({ surface, expiries }: SurfaceFit, dropped: readonly DroppedQuote[]) {
  return {
    surface: surfaceDocument(surface),
    expiries: expiries.map(({ terms, essvi, fit, raw }) => ({
      ...terms,
      forwardError: Number.isFinite(terms.forwardError) ? terms.forwardError : null,
      essvi: { theta: essvi.theta, rho: essvi.rho, psi: essvi.psi },
      fit,
      svi: raw ?? null,
    })),
    dropped: droppedCounts(dropped),
  }
}

function runFit(options: FitOptions): void {
  const { chain, dropped, underlyings } = chainFrom(readInput(options.input), {
    at: options.at,
    underlying: options.underlying,
    unit: options.priceUnit,
  })
  if (options.underlying === undefined && underlyings.length > 1)
    process.stderr.write(`note: fits ${chain.underlying}; choose with --underlying ${underlyings.join('|')}\n`)
  const fit = fitSurface(chain, { weighting: options.weighting, maximumDeviations: options.deviations })
  const all = [...dropped, ...fit.dropped]
  if (options.out !== undefined) writeText(options.out, `${JSON.stringify(surfaceDocument(fit.surface), null, 2)}\n`)
  if (options.plot !== undefined) writeText(options.plot, surfaceChart(fit))
  if (options.json) printJson(report(fit, all))
  else printFit(fit, all)
}

function printFit({ expiries }: SurfaceFit, all: readonly DroppedQuote[]): void {
  printTable(expiries.map(fitRow))
  print('\nrmse, weighted, largest and width (median bid-ask) in vol points; quotes left out:')
  printTable(droppedCounts(all))
}

export function registerSurfaceFit(surface: Command): void {
  surface
    .command('fit')
    .description('Fit an eSSVI surface without arbitrage to an option chain')
    .option('--input <file>', 'chain as CSV or JSON (default: stdin)')
    .option('--at <unix>', 'use the latest quotes at or before this time', unixTime)
    .option('--underlying <name>', 'which one, where the chain holds several (default: the first)')
    .addOption(
      new Option('--price-unit <unit>', 'unit of bid and ask (default: by the columns)').choices(['coin', 'usd']),
    )
    .addOption(
      new Option('--weighting <weighting>', 'weigh errors by bid-ask width or by vega')
        .choices(['spread', 'vega'])
        .default('spread'),
    )
    .option('--deviations <count>', 'fit strikes within so many standard deviations', numberWithin(0.1, 100), 4)
    .option('--out <file>', 'write the surface as JSON')
    .option('--plot <file>', 'write quotes and smiles as SVG')
    .option('--json', 'print surface, diagnostics and dropped quotes as JSON')
    .action(runFit)
}
