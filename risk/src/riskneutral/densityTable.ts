/** A slice's distribution as a table and as a picture. */
import { DomainError } from '../errors.ts'
import { chart } from '../plot/index.ts'
import { essviSmile } from '../surface/essvi.ts'
import type { SliceAt } from '../surface/surface.ts'
import { cumulative, logDensity, logQuantile } from './density.ts'

/**
 * `k` = ln(strike/forward); `pdf` density of k; `pdfStrike` density by strike, pdf / strike; `cdf` = P(S <= strike).
 */
export type DensityRow = { k: number; strike: number; pdf: number; cdf: number; pdfStrike: number }

/** Probability left out on each side of the table. */
const EDGE = 1e-6

/**
 * `points` rows, evenly spaced in k, between the quantiles of one in a million on both sides.
 * @throws DomainError for fewer than 2 points.
 */
export function densityTable(slice: SliceAt, points = 401): DensityRow[] {
  if (!(Number.isInteger(points) && points >= 2))
    throw new DomainError('points', points, 'a whole number of at least 2')
  const smile = essviSmile(slice)
  const [low, high] = [logQuantile(smile, EDGE), logQuantile(smile, EDGE, 'upper')]
  return Array.from({ length: points }, (_, i) => {
    const k = low + ((high - low) * i) / (points - 1)
    const strike = slice.forward * Math.exp(k)
    const pdf = logDensity(smile, k)
    return { k, strike, pdf, cdf: cumulative(smile, k), pdfStrike: pdf / strike }
  })
}

/**
 * The density by strike as an SVG document, beside the lognormal one of the volatility at the money; the 1 % tails shaded.
 * @param name of the underlying. @param when what the density is of, such as a date.
 */
export function densityChart(slice: SliceAt, rows: readonly DensityRow[], name: string, when: string): string {
  const shown = rows.filter(({ cdf }) => cdf > 1e-4 && cdf < 1 - 1e-4)
  const strikes = shown.map(({ strike }) => strike)
  const perPercent = (density: number) => 0.01 * slice.forward * density
  const lognormal = shown.map(({ k, strike }) => {
    const d2 = -k / Math.sqrt(slice.theta) - 0.5 * Math.sqrt(slice.theta)
    return perPercent(Math.exp(-0.5 * d2 * d2) / (Math.sqrt(2 * Math.PI * slice.theta) * strike))
  })
  const tail = (name: string, color: string, isIn: (cdf: number) => boolean) => {
    const part = shown.filter(({ cdf }) => isIn(cdf))
    const high = part.map(({ pdfStrike }) => perPercent(pdfStrike))
    return { kind: 'band' as const, name, color, x: part.map(({ strike }) => strike), low: high.map(() => 0), high }
  }
  return chart({
    title: `${name || 'Underlying'}: risk-neutral density, ${when}`,
    subtitle: `volatility at the money ${(100 * Math.sqrt(slice.theta / slice.years)).toFixed(1)} % a year, ${(365 * slice.years).toFixed(2)} days`,
    x: { label: 'price (USD)' },
    y: { label: 'probability per 1 % of the forward', from: 0 },
    series: [
      tail('worst 1 % for a long', '#d55e00', (cdf) => cdf <= 0.01),
      tail('worst 1 % for a short', '#009e73', (cdf) => cdf >= 0.99),
      {
        kind: 'line',
        name: 'lognormal, volatility at the money',
        color: '#8794a1',
        dashed: true,
        x: strikes,
        y: lognormal,
      },
      {
        kind: 'line',
        name: 'implied by the surface',
        color: '#0072b2',
        x: strikes,
        y: shown.map(({ pdfStrike }) => perPercent(pdfStrike)),
      },
    ],
    markers: [{ x: slice.forward, text: 'forward' }],
  })
}
