import { type Command, InvalidArgumentError } from 'commander'
import { z } from 'zod'
import { RiskError } from '../../errors.ts'
import { SECONDS_PER_YEAR } from '../../math/year.ts'
import {
  compareNodes,
  type DensityRow,
  densityChart,
  densityTable,
  linearShortfall,
  scaleSlice,
} from '../../riskneutral/index.ts'
import { essviSmile, parseSurface, type SliceAt, type Surface, sliceAt } from '../../surface/index.ts'
import { InputError, parseJson, readInput } from '../input.ts'
import { printCsv, printJson } from '../output.ts'
import { numberWithin, wholeNumberFrom } from '../series.ts'
import { isoMinute, rounded, unixTime, writeText } from '../surfaceFiles.ts'

type DensityOptions = {
  surface: string
  expiry: number
  horizon?: number
  points: number
  psr: number
  level: number
  plot?: string
  json?: boolean
}

const DURATION_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

/** Years of a duration such as 12h, 1d or 90m. */
function duration(text: string): number {
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text) ?? []
  const seconds = Number(amount) * (DURATION_SECONDS[unit] ?? Number.NaN)
  if (seconds > 0) return seconds / SECONDS_PER_YEAR
  throw new InvalidArgumentError('A duration is a number and s, m, h, d or w, such as 1d.')
}

function readSurface(file: string): Surface {
  const input = readInput(file)
  const value = parseJson(input, z.unknown())
  try {
    return parseSurface(value)
  } catch (error) {
    if (error instanceof RiskError) throw new InputError(input.source, {}, error.message)
    throw error
  }
}

function sliceOf(surface: Surface, { expiry, horizon }: DensityOptions): SliceAt {
  const slice = sliceAt(surface, expiry)
  return horizon === undefined ? slice : scaleSlice(slice, horizon)
}

/** Shortfalls of one long and one short unit, closed form and 17 nodes, in USD. */
function shortfalls(slice: SliceAt, level: number, scanRange: number) {
  const smile = essviSmile(slice)
  const exact = linearShortfall(smile, level)
  const nodes = (side: 1 | -1) =>
    compareNodes(smile, { profit: (x) => side * (x - 1), kinks: [] }, scanRange, level).nodes
  return {
    level,
    scanRange,
    long: slice.forward * exact.long,
    short: slice.forward * exact.short,
    longOnNodes: slice.forward * nodes(1),
    shortOnNodes: slice.forward * nodes(-1),
    longQuantile: slice.forward * exact.longQuantile,
    shortQuantile: slice.forward * exact.shortQuantile,
  }
}

function columns({ k, strike, pdf, cdf, pdfStrike }: DensityRow) {
  return { k, strike, pdf, cdf, pdf_strike: pdfStrike }
}

function runDensity(options: DensityOptions): void {
  const surface = readSurface(options.surface)
  const slice = sliceOf(surface, options)
  const rows = densityTable(slice, options.points)
  const days = 365 * slice.years
  const when =
    options.horizon === undefined ? isoMinute(slice.expiry) : `${rounded(days, 2)} d from ${isoMinute(surface.time)}`
  if (options.plot !== undefined) writeText(options.plot, densityChart(slice, rows, surface.underlying, when))
  if (options.json) printJson(report(surface, slice, rows, options))
  else printCsv(rows.map(columns))
}

/** JSON of a density; schema docs/schemas/risk-density.json. */
function report(surface: Surface, slice: SliceAt, rows: readonly DensityRow[], { level, psr }: DensityOptions) {
  return {
    underlying: surface.underlying,
    time: surface.time,
    expiry: slice.expiry,
    years: slice.years,
    forward: slice.forward,
    discount: slice.discount,
    essvi: { theta: slice.theta, rho: slice.rho, psi: slice.psi },
    expectedShortfall: shortfalls(slice, level, psr),
    rows: rows.map(columns),
  }
}

export function registerSurfaceDensity(surface: Command): void {
  surface
    .command('density')
    .description('Risk-neutral density, distribution and expected shortfall of an expiry')
    .requiredOption('--surface <file>', 'surface JSON, as written by surface fit')
    .requiredOption('--expiry <unix>', 'expiry in unix seconds; between fitted expiries it is interpolated', unixTime)
    .option('--horizon <duration>', 'scale the distribution to this horizon, such as 1d or 12h', duration)
    .option('--points <count>', 'rows of the table', wholeNumberFrom(2), 401)
    .option('--level <probability>', 'tail of the expected shortfall (--json)', numberWithin(1e-6, 0.5), 0.01)
    .option('--psr <range>', 'scan range of the 17 nodes, 0.12 = 12 % (--json)', numberWithin(0.001, 0.99), 0.12)
    .option('--plot <file>', 'write the density as SVG')
    .option('--json', 'print everything as JSON')
    .action(runDensity)
}
