/** What a chart can show, and how each kind is drawn. */
import { type Attributes, element, px } from './svg.ts'

/** What the legend shows; without a color the next of the palette. */
export type NamedSeries = { name: string; color?: string }

/** A curve; gaps where a value is not finite. `dashed` for references and limits. */
export type LineSeries = NamedSeries & { kind: 'line'; x: ArrayLike<number>; y: ArrayLike<number>; dashed?: boolean }
/** Dots; `radius` in pixels. */
export type PointSeries = NamedSeries & { kind: 'points'; x: ArrayLike<number>; y: ArrayLike<number>; radius?: number }
/** A vertical stroke from `low` to `high` at every x, such as a bid and an ask. */
export type IntervalSeries = NamedSeries & {
  kind: 'intervals'
  x: ArrayLike<number>
  low: ArrayLike<number>
  high: ArrayLike<number>
}
/** The area between two curves. */
export type BandSeries = NamedSeries & {
  kind: 'band'
  x: ArrayLike<number>
  low: ArrayLike<number>
  high: ArrayLike<number>
}
/** Anything a chart can show. */
export type Series = LineSeries | PointSeries | IntervalSeries | BandSeries

/** Pixels of a value within the plot area. */
export type Projection = { x: (value: number) => number; y: (value: number) => number }

/** The values a series occupies on the y axis. */
export function heightsOf(series: Series): readonly ArrayLike<number>[] {
  return series.kind === 'line' || series.kind === 'points' ? [series.y] : [series.low, series.high]
}

function points(x: ArrayLike<number>, y: ArrayLike<number>, at: Projection): { x: number; y: number }[] {
  return Array.from(x, (value, i) => ({ x: at.x(value), y: at.y(y[i] ?? Number.NaN) }))
}

/** Path through the points, lifted over those that are not finite. */
function pathOf(all: readonly { x: number; y: number }[]): string {
  let drawing = false
  const steps = all.map((point) => {
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) {
      drawing = false
      return ''
    }
    const step = `${drawing ? 'L' : 'M'}${px(point.x)} ${px(point.y)}`
    drawing = true
    return step
  })
  return steps.join('')
}

function line({ x, y, dashed }: LineSeries, at: Projection, color: string): string {
  const look: Attributes = { fill: 'none', stroke: color, 'stroke-width': 1.6, 'stroke-linejoin': 'round' }
  return element('path', { d: pathOf(points(x, y, at)), ...look, 'stroke-dasharray': dashed ? '5 4' : undefined })
}

function dots({ x, y, radius = 1.8 }: PointSeries, at: Projection, color: string): string {
  const drawn = points(x, y, at)
    .filter((point) => Number.isFinite(point.x) && Number.isFinite(point.y))
    .map((point) => element('circle', { cx: point.x, cy: point.y, r: radius }))
  return element('g', { fill: color }, drawn.join(''))
}

function intervals({ x, low, high }: IntervalSeries, at: Projection, color: string): string {
  const bottoms = points(x, low, at)
  const strokes = points(x, high, at).map((top, i) => pathOf([top, bottoms[i] ?? top]))
  return element('path', { d: strokes.join(''), stroke: color, 'stroke-width': 2.2, fill: 'none', opacity: 0.55 })
}

function band({ x, low, high }: BandSeries, at: Projection, color: string): string {
  const d = pathOf([...points(x, high, at), ...points(x, low, at).reverse()])
  return element('path', { d: d === '' ? d : `${d}Z`, fill: color, opacity: 0.18 })
}

export function drawSeries(series: Series, at: Projection, color: string): string {
  switch (series.kind) {
    case 'line':
      return line(series, at, color)
    case 'points':
      return dots(series, at, color)
    case 'intervals':
      return intervals(series, at, color)
    case 'band':
      return band(series, at, color)
  }
}

/** The sample of a series in a legend, 18 pixels wide, centred on y = 0. */
export function legendSample(series: Series, color: string): string {
  switch (series.kind) {
    case 'line':
      return element('path', {
        d: 'M0 0H18',
        stroke: color,
        'stroke-width': 2,
        'stroke-dasharray': series.dashed ? '5 4' : undefined,
      })
    case 'points':
      return element('circle', { cx: 9, cy: 0, r: 3, fill: color })
    case 'intervals':
      return element('path', { d: 'M9 -5V5', stroke: color, 'stroke-width': 2.2, opacity: 0.55 })
    case 'band':
      return element('rect', { x: 0, y: -5, width: 18, height: 10, fill: color, opacity: 0.18 })
  }
}
