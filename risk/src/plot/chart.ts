/** Line, scatter, interval and band charts, alone or as small multiples. Every function returns a whole SVG document. */
import { type Axis, type FittedAxis, fitAxis } from './axis.ts'
import { drawSeries, heightsOf, legendSample, type Series } from './series.ts'
import { element, FAINT, GRID, group, label, PALETTE, svgDocument } from './svg.ts'

/** A dashed vertical line at `x` with a word beside it, such as the forward. */
export type Marker = { x: number; text: string }

/** What a chart shows. */
export type ChartSpec = {
  title: string
  /** A second, smaller line under the title. */
  subtitle?: string
  x: Axis
  y: Axis
  series: readonly Series[]
  markers?: readonly Marker[]
}

/** Pixels. */
export type ChartSize = { width?: number; height?: number }

const LEGEND_ROW = 18
const CHARACTER = 6.1

/** Where the legend's entries stand, wrapped to `width`. */
function legendLayout(series: readonly Series[], width: number) {
  let [x, row] = [0, 0]
  const entries = series.map((each, i) => {
    const space = 26 + each.name.length * CHARACTER + 18
    if (x > 0 && x + space > width) {
      x = 0
      row += 1
    }
    const entry = { series: each, color: each.color ?? colorOf(i), x, y: row * LEGEND_ROW }
    x += space
    return entry
  })
  return { entries, height: entries.length === 0 ? 0 : (row + 1) * LEGEND_ROW }
}

function legend(layout: ReturnType<typeof legendLayout>): string {
  return layout.entries
    .map(({ series, color, x, y }) =>
      group(x, y, legendSample(series, color) + label(24, 0, series.name, { dy: '0.35em' })),
    )
    .join('')
}

export function colorOf(index: number): string {
  return PALETTE[index % PALETTE.length] ?? '#000000'
}

/** Grid lines, tick texts and axis labels of a plot area that starts at (0, 0). */
function frame(width: number, height: number, x: FittedAxis, y: FittedAxis): string {
  const horizontal = y.ticks.map(({ value, text }) => {
    const at = height * (1 - y.at(value))
    const stroke = element('line', { x1: 0, x2: width, y1: at, y2: at, stroke: GRID })
    return stroke + label(-8, at, text, { dy: '0.35em', 'text-anchor': 'end', fill: FAINT })
  })
  const vertical = x.ticks.map(({ value, text }) => {
    const at = width * x.at(value)
    const stroke = element('line', { x1: at, x2: at, y1: 0, y2: height, stroke: GRID })
    return stroke + label(at, height + 16, text, { 'text-anchor': 'middle', fill: FAINT })
  })
  const border = element('path', { d: `M0 0V${height}H${width}`, fill: 'none', stroke: FAINT })
  return [...horizontal, ...vertical, border, axisLabels(width, height, x.label, y.label)].join('')
}

function axisLabels(width: number, height: number, x: string, y: string): string {
  const below = x === '' ? '' : label(width / 2, height + 34, x, { 'text-anchor': 'middle' })
  const above = y === '' ? '' : label(-8, -9, y, { 'text-anchor': 'start' })
  return below + above
}

function markers(spec: ChartSpec, x: FittedAxis, width: number, height: number): string {
  return (spec.markers ?? [])
    .filter((each) => each.x >= x.low && each.x <= x.high)
    .map((each) => {
      const at = width * x.at(each.x)
      const stroke = element('line', {
        x1: at,
        x2: at,
        y1: 0,
        y2: height,
        stroke: FAINT,
        'stroke-dasharray': '3 3',
      })
      return stroke + label(at + 4, 10, each.text, { fill: FAINT, 'font-size': 10 })
    })
    .join('')
}

/** Axes, series and markers within a plot area of the given size at (0, 0). Series outside a fixed range are cut off. */
function plotArea(spec: ChartSpec, width: number, height: number, clip: string): string {
  const x = fitAxis(
    spec.x,
    spec.series.map((each) => each.x),
    Math.max(2, Math.floor(width / 75)),
    0.02,
  )
  const y = fitAxis(spec.y, spec.series.flatMap(heightsOf), Math.max(3, Math.floor(height / 30)), 0.05)
  const at = { x: (value: number) => width * x.at(value), y: (value: number) => height * (1 - y.at(value)) }
  const drawn = spec.series.map((each, i) => drawSeries(each, at, each.color ?? colorOf(i))).join('')
  const window = element('clipPath', { id: clip }, element('rect', { width, height }))
  return (
    window +
    frame(width, height, x, y) +
    markers(spec, x, width, height) +
    element('g', { 'clip-path': `url(#${clip})` }, drawn)
  )
}

/**
 * One chart with title, axes with units, and a legend.
 * @throws DomainError where a log axis meets a value that is not positive.
 */
export function chart(spec: ChartSpec, { width = 860, height = 420 }: ChartSize = {}): string {
  const layout = legendLayout(spec.series, width - 90)
  const top = 34 + (spec.subtitle === undefined ? 0 : 17)
  const area = { x: 70, y: top + layout.height + 24, width: width - 94 }
  const plot = plotArea(spec, area.width, height - area.y - 50, 'plot')
  return svgDocument(
    width,
    height,
    spec.title,
    heading(spec.title, spec.subtitle) + group(area.x, top + 12, legend(layout)) + group(area.x, area.y, plot),
  )
}

export function heading(title: string, subtitle: string | undefined): string {
  const second = subtitle === undefined ? '' : label(16, 43, subtitle, { fill: FAINT, 'font-size': 12 })
  return label(16, 25, title, { 'font-size': 15, 'font-weight': 600 }) + second
}

/** Small multiples under one title. */
export type ChartGridSpec = {
  title: string
  subtitle?: string
  /** Panels, row by row; all share the legend of the first, so their series must be alike. */
  charts: readonly ChartSpec[]
  /** @default 3 */
  columns?: number
}

/** Small multiples: many charts of one kind under one title and one legend. */
export function chartGrid(spec: ChartGridSpec, { width = 1080, height = 230 }: ChartSize = {}): string {
  const columns = Math.max(1, Math.min(spec.columns ?? 3, spec.charts.length))
  const layout = legendLayout(spec.charts[0]?.series ?? [], width - 40)
  const top = 34 + (spec.subtitle === undefined ? 0 : 17) + layout.height + 12
  const panel = { width: (width - 16) / columns, height }
  const panels = spec.charts.map((each, i) => {
    const title = label(-8, -38, each.title, { 'font-size': 12, 'font-weight': 600 })
    const note = each.subtitle === undefined ? '' : label(-8, -23, each.subtitle, { fill: FAINT, 'font-size': 10 })
    const plot = plotArea(each, panel.width - 72, panel.height - 100, `plot${i}`)
    return group(8 + (i % columns) * panel.width + 52, top + Math.floor(i / columns) * height + 50, title + note + plot)
  })
  const total = top + Math.ceil(spec.charts.length / columns) * height
  const legendAt = 34 + (spec.subtitle === undefined ? 0 : 17) + 10
  return svgDocument(
    width,
    total,
    spec.title,
    heading(spec.title, spec.subtitle) + group(16, legendAt, legend(layout)) + panels.join(''),
  )
}
