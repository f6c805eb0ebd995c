/** Charts as self-contained SVG text: lines, points, intervals, bands, bars, small multiples. */
export type { Axis, AxisScale } from './axis.ts'
export { type BarChartSpec, barChart } from './barChart.ts'
export { type ChartGridSpec, type ChartSize, type ChartSpec, chart, chartGrid, type Marker } from './chart.ts'
export type { BandSeries, IntervalSeries, LineSeries, PointSeries, Series } from './series.ts'
