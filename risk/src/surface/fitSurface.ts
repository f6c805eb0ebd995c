/** From an option chain to a volatility surface, with everything that happened on the way. */
import { DomainError } from '../errors.ts'
import type { DroppedQuote, OptionChain } from './chain.ts'
import { diagnose, type FitDiagnostics } from './diagnostics.ts'
import { type EssviParameters, essviSmile } from './essvi.ts'
import type { ExpiryTerms } from './expiries.ts'
import { fitEssvi, type SliceQuotes } from './fitEssvi.ts'
import { fitRawSvi } from './fitSvi.ts'
import { type FilterOptions, type QuotedSmile, quotedSmiles, type SmileQuote } from './smileQuotes.ts'
import type { Surface } from './surface.ts'
import { type JumpWings, jumpWingsOf, type RawSvi, rawSmile } from './svi.ts'

/** 'spread': errors in units of half the bid-ask width of the volatility. 'vega': errors of price, by Black's vega. */
export type Weighting = 'spread' | 'vega'

/** How quotes are filtered, weighted and cleaned. */
export type FitSurfaceOptions = FilterOptions & {
  /** @default 'spread' */
  weighting?: Weighting
  /** Added to every half width, so that no tight quote decides alone; volatility per 1.00. @default 0.0025 */
  widthFloor?: number
  /** Quotes whose error exceeds this many half widths (plus floor) and four times the expiry's median error are left out. @default 6 */
  outlier?: number
  /** Fit raw SVI per slice as well. @default true */
  rawSvi?: boolean
}

/** One fitted expiry: terms, the quotes used, eSSVI and its diagnostics; raw SVI beside it. */
export type FittedExpiry = {
  terms: ExpiryTerms
  quotes: readonly SmileQuote[]
  essvi: EssviParameters
  fit: FitDiagnostics
  raw?: { svi: RawSvi; jumpWings: JumpWings; fit: FitDiagnostics } | undefined
}

/** The surface, how well each expiry fits, and every quote left out with the reason. */
export type SurfaceFit = { surface: Surface; expiries: FittedExpiry[]; dropped: DroppedQuote[] }

/** Vega of Black-76 per unit of forward and square root of time, up to a constant: exp(-d1^2 / 2). */
function relativeVega({ k, mid }: SmileQuote, years: number): number {
  const deviation = mid * Math.sqrt(years)
  return Math.exp(-0.5 * (-k / deviation + 0.5 * deviation) ** 2)
}

/** Weight of one unit of volatility error: its inverse is the half width, or for 'vega' the expiry's scaled by vega. */
function weightsOf({ terms, quotes }: QuotedSmile, weighting: Weighting, floor: number): Float64Array {
  const spread = Float64Array.from(quotes, ({ bid, ask }) => 1 / (0.5 * (ask - bid) + floor))
  if (weighting === 'spread') return spread
  const vega = Float64Array.from(quotes, (quote) => relativeVega(quote, terms.years))
  const squares = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0)
  const scale = Math.sqrt(squares(spread) / squares(vega))
  return vega.map((value) => value * scale)
}

function sliceQuotes(smile: QuotedSmile, weight: Float64Array): SliceQuotes {
  return {
    years: smile.terms.years,
    k: Float64Array.from(smile.quotes, ({ k }) => k),
    volatility: Float64Array.from(smile.quotes, ({ mid }) => mid),
    weight,
  }
}

/** Absolute errors of a slice in weights. */
function errorsOf({ k, volatility, weight, years }: SliceQuotes, parameters: EssviParameters): number[] {
  const smile = essviSmile(parameters)
  const out = new Float64Array(3)
  return Array.from(k, (point, i) => {
    smile(point, out)
    return (weight[i] ?? 0) * Math.abs(Math.sqrt((out[0] ?? 0) / years) - (volatility[i] ?? 0))
  })
}

/** The smile without quotes far off the fitted slice; at least `minimum` quotes stay, or all do. */
function withoutOutliers(
  smile: QuotedSmile,
  errors: readonly number[],
  limit: number,
  minimum: number,
  dropped: DroppedQuote[],
): QuotedSmile {
  const middle = [...errors].sort((a, b) => a - b)[Math.floor(errors.length / 2)] ?? 0
  const isOutlier = (i: number) => (errors[i] ?? 0) > Math.max(limit, 4 * middle)
  const quotes = smile.quotes.filter((_, i) => !isOutlier(i))
  if (quotes.length === smile.quotes.length || quotes.length < minimum) return smile
  dropped.push(
    ...smile.quotes.filter((_, i) => isOutlier(i)).map(({ quote }): DroppedQuote => ({ quote, reason: 'outlier' })),
  )
  return { ...smile, quotes }
}

function fittedExpiry(smile: QuotedSmile, slice: SliceQuotes, essvi: EssviParameters, rawSvi: boolean): FittedExpiry {
  const { terms, quotes } = smile
  const fitted = { terms, quotes, essvi, fit: diagnose(essviSmile(essvi), terms.years, quotes, slice.weight) }
  if (!rawSvi) return fitted
  const svi = fitRawSvi(slice, essvi)
  const fit = diagnose(rawSmile(svi), terms.years, quotes, slice.weight)
  return { ...fitted, raw: { svi, jumpWings: jumpWingsOf(svi, terms.years), fit } }
}

/**
 * Fits the surface of a chain: filters, forwards by parity, implied volatilities, eSSVI of all expiries together, one
 * more fit without outliers, raw SVI per expiry for comparison. Deterministic.
 *
 * @throws DomainError where no expiry keeps enough quotes, or an option is out of its range.
 */
export function fitSurface(chain: OptionChain, options: FitSurfaceOptions = {}): SurfaceFit {
  const { weighting = 'spread', widthFloor = 0.0025, outlier = 6, rawSvi = true, ...filter } = options
  if (!(widthFloor > 0)) throw new DomainError('widthFloor', widthFloor, 'positive')
  if (!(outlier > 0)) throw new DomainError('outlier', outlier, 'positive')
  const { smiles, dropped } = quotedSmiles(chain, filter)
  if (smiles.length === 0) throw new DomainError('number of expiries with enough quotes', 0, 'at least 1')
  const slicesOf = (all: readonly QuotedSmile[]) =>
    all.map((smile) => sliceQuotes(smile, weightsOf(smile, weighting, widthFloor)))
  const firstSlices = slicesOf(smiles)
  const first = fitEssvi(firstSlices)
  const minimum = filter.minimumQuotes ?? 5
  const clean = smiles.map((smile, i) => {
    const [slice, parameters] = [firstSlices[i], first[i]]
    return slice === undefined || parameters === undefined
      ? smile
      : withoutOutliers(smile, errorsOf(slice, parameters), outlier, minimum, dropped)
  })
  const slices = slicesOf(clean)
  const unchanged = clean.every((smile, i) => smile === smiles[i])
  const parameters = unchanged ? first : fitEssvi(slices)
  const expiries = clean.flatMap((smile, i) => {
    const [slice, essvi] = [slices[i], parameters[i]]
    return slice === undefined || essvi === undefined ? [] : [fittedExpiry(smile, slice, essvi, rawSvi)]
  })
  return { surface: surfaceOf(chain, expiries), expiries, dropped }
}

function surfaceOf({ underlying, time, spot }: OptionChain, expiries: readonly FittedExpiry[]): Surface {
  return {
    underlying,
    time,
    spot: spot > 0 ? spot : undefined,
    slices: expiries.map(({ terms: { expiry, forward, discount }, essvi }) => ({
      expiry,
      forward,
      discount,
      ...essvi,
    })),
  }
}
