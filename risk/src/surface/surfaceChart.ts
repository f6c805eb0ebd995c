/** Pictures of a fitted surface. */
import { type ChartSpec, chartGrid, type LineSeries } from '../plot/index.ts'
import { essviVariance } from './essvi.ts'
import type { FittedExpiry, SurfaceFit } from './fitSurface.ts'
import { rawVariance } from './svi.ts'

const SAMPLES = 121
const COLORS = { quotes: '#8794a1', essvi: '#0072b2', raw: '#d55e00' }

function date(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')
}

/** Volatilities in percent at each k. */
function curve(k: readonly number[], years: number, variance: (k: number) => number): number[] {
  return k.map((point) => 100 * Math.sqrt(variance(point) / years))
}

/** The fitted curves over the quoted strikes and a little beyond. */
function curves({ terms, quotes, essvi, raw }: FittedExpiry): LineSeries[] {
  const [low = 0, high = 0] = [quotes[0]?.k, quotes.at(-1)?.k]
  const margin = 0.04 * (high - low)
  const x = Array.from({ length: SAMPLES }, (_, i) => low - margin + ((high - low + 2 * margin) * i) / (SAMPLES - 1))
  const smile = curve(x, terms.years, (k) => essviVariance(essvi, k))
  const fitted: LineSeries = {
    kind: 'line',
    name: 'eSSVI, all expiries free of arbitrage',
    color: COLORS.essvi,
    x,
    y: smile,
  }
  if (raw === undefined) return [fitted]
  const y = curve(x, terms.years, (k) => rawVariance(raw.svi, k))
  return [{ kind: 'line', name: 'raw SVI, expiry by expiry', color: COLORS.raw, x, y, dashed: true }, fitted]
}

function panel(expiry: FittedExpiry): ChartSpec {
  const { terms, quotes, fit } = expiry
  const days = terms.years * 365
  return {
    title: `${date(terms.expiry).slice(0, 10)} · ${days < 10 ? days.toFixed(1) : days.toFixed(0)} d`,
    subtitle: `${fit.quotes} quotes, rmse ${fit.rmse.toFixed(2)}, width ${fit.width.toFixed(2)} pts`,
    x: { label: '' },
    y: { label: '', format: (value) => `${Number(value.toPrecision(12))}%` },
    series: [
      {
        kind: 'intervals',
        name: 'market, bid to ask',
        color: COLORS.quotes,
        x: quotes.map((quote) => quote.k),
        low: quotes.map(({ bid }) => 100 * bid),
        high: quotes.map(({ ask }) => 100 * ask),
      },
      ...curves(expiry),
    ],
    markers: [{ x: 0, text: 'forward' }],
  }
}

/** The quoted bid-ask ranges and the fitted smiles, one panel per expiry, as an SVG document. */
export function surfaceChart({ surface, expiries }: SurfaceFit): string {
  return chartGrid(
    {
      title: `${surface.underlying || 'Underlying'}: implied volatility by log-moneyness ln(strike/forward)`,
      subtitle: `at ${date(surface.time)} UTC; rmse of eSSVI against mid and median bid-ask width in vol points`,
      charts: expiries.map(panel),
      columns: 3,
    },
    { width: 1140, height: 240 },
  )
}
