/**
 * Charts as self-contained SVG text: lines, points, intervals, bands, bars, small multiples.
 *
 * @example
 * ```ts
 * import { chart } from '@plimsoll/risk/plot'
 *
 * const loss = { kind: 'line', name: 'loss', x: [0, 1, 2], y: [1, 3, 2] } as const
 * const svg = chart({ title: 'Loss', x: { label: 'day' }, y: { label: 'USD' }, series: [loss] })
 * console.log(svg.slice(0, 4)) // <svg
 * ```
 * @packageDocumentation
 */
export type { Axis, AxisScale } from './axis.ts'
export { type BarChartSpec, barChart } from './barChart.ts'
export { type ChartGridSpec, type ChartSize, type ChartSpec, chart, chartGrid, type Marker } from './chart.ts'
export type { BandSeries, IntervalSeries, LineSeries, NamedSeries, PointSeries, Series } from './series.ts'
