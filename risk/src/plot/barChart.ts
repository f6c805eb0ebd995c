/** Bars of several series side by side, one group per category. */
import { DomainError } from '../errors.ts'
import { type Axis, fitAxis } from './axis.ts'
import { type ChartSize, colorOf, heading } from './chart.ts'
import { element, FAINT, GRID, group, label, svgDocument } from './svg.ts'

/** What a bar chart shows. */
export type BarChartSpec = {
  title: string
  subtitle?: string
  /** Text under (or beside) each group of bars. */
  categories: readonly string[]
  /** One value per category; not finite = no bar. */
  series: readonly { name: string; values: ArrayLike<number>; color?: string }[]
  /** The axis of the values, with its unit. It always shows zero. */
  value: Axis
}

const ROW = { bar: 15, gap: 10 }

/** Text of a value at the end of its bar: three digits, with thousands separators. */
function short(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) >= 100 ? 5 : 3 })
}

function bars(spec: BarChartSpec, at: (value: number) => number, text: (value: number) => string): string {
  const size = spec.series.length * ROW.bar + ROW.gap
  return spec.categories
    .map((category, row) => {
      const name = label(-10, row * size + size / 2, category, { 'text-anchor': 'end', dy: '0.35em' })
      const drawn = spec.series.map(({ values, color }, i) => {
        const value = values[row] ?? Number.NaN
        if (!Number.isFinite(value)) return ''
        const [from, to] = [Math.min(at(0), at(value)), Math.max(at(0), at(value))]
        const y = row * size + ROW.gap / 2 + i * ROW.bar
        const shape = { x: from, y: y + 1, width: Math.max(to - from, 0.5), height: ROW.bar - 2 }
        const right = value >= 0
        const end = { 'text-anchor': right ? 'start' : 'end', dy: '0.35em', 'font-size': 10, fill: FAINT }
        return (
          element('rect', { ...shape, fill: color ?? colorOf(i) }) +
          label(right ? to + 4 : from - 4, y + ROW.bar / 2, text(value), end)
        )
      })
      return name + drawn.join('')
    })
    .join('')
}

/**
 * Horizontal bars, so that long names stay readable; the height follows from the number of bars.
 * @throws DomainError without a category or a series.
 */
export function barChart(spec: BarChartSpec, { width = 860 }: ChartSize = {}): string {
  if (spec.categories.length === 0) throw new DomainError('categories', 0, 'at least one')
  if (spec.series.length === 0) throw new DomainError('series', 0, 'at least one')
  const text = spec.value.format ?? short
  const left = Math.max(60, ...spec.categories.map((name) => name.length * 6.4 + 20))
  const top = 34 + (spec.subtitle === undefined ? 0 : 17)
  const legendHeight = spec.series.length > 1 ? 20 : 0
  const plot = {
    width: width - left - 70,
    height: spec.categories.length * (spec.series.length * ROW.bar + ROW.gap),
  }
  const negative = spec.series.some(({ values }) => Array.from(values).some((value) => value < 0))
  const padding = negative ? 0.08 : 0 // room for texts left of the bars
  const axis = fitAxis(
    spec.value,
    [[0], ...spec.series.map(({ values }) => values)],
    Math.floor(plot.width / 90),
    padding,
  )
  const at = (value: number) => plot.width * axis.at(value)
  const ticks = axis.ticks.map((tick) => {
    const stroke = { x1: at(tick.value), x2: at(tick.value), y1: 0, y2: plot.height, stroke: GRID }
    const below = { 'text-anchor': 'middle', fill: FAINT }
    return element('line', stroke) + label(at(tick.value), plot.height + 16, tick.text, below)
  })
  const zero = element('line', { x1: at(0), x2: at(0), y1: 0, y2: plot.height, stroke: FAINT })
  const caption = label(plot.width / 2, plot.height + 36, axis.label, { 'text-anchor': 'middle' })
  const content = ticks.join('') + bars(spec, at, text) + zero + caption
  const offset = top + legendHeight + 10
  return svgDocument(
    width,
    offset + plot.height + 50,
    spec.title,
    heading(spec.title, spec.subtitle) + group(left, top + 8, legend(spec)) + group(left, offset, content),
  )
}

function legend({ series }: BarChartSpec): string {
  if (series.length < 2) return ''
  let x = 0
  return series
    .map(({ name, color }, i) => {
      const sample = element('rect', { x: 0, y: -5, width: 12, height: 10, fill: color ?? colorOf(i) })
      const entry = group(x, 0, sample + label(18, 0, name, { dy: '0.35em' }))
      x += 40 + name.length * 6.1
      return entry
    })
    .join('')
}
