/** Charts of the report, weekly where a history is drawn, so that files stay small. */

import { DAY, HOUR, movesOver } from '../../estimation/priceHistory.ts'
import { barChart, chart, chartGrid } from '../../plot/index.ts'
import { HORIZON_HOURS } from '../coverage.ts'
import type { Figures, Prepared } from '../evaluate.ts'
import { rangeVersions } from '../procyclicality.ts'
import { STRUCTURE_METHODS } from '../structureWindows.ts'
import { METHOD_LABELS } from './coverageSection.ts'

const WEEK = 7 * DAY

/** Per week the last range and the largest 12 h move, percent. */
function weekly({ history, path }: Prepared) {
  const moves = movesOver(history, HORIZON_HOURS.maintenance * HOUR)
  const weeks = Map.groupBy(history.times.keys(), (i) => Math.floor((history.times[i] ?? 0) / WEEK))
  const rows = [...weeks].map(([week, indices]) => ({
    time: week * WEEK,
    target: 100 * (path.target[indices.at(-1) ?? -1] ?? Number.NaN),
    move: 100 * Math.max(...indices.map((i) => Math.abs(moves[i] ?? 0) || 0)),
  }))
  return {
    x: rows.map(({ time }) => time),
    target: rows.map(({ target }) => target),
    move: rows.map(({ move }) => move),
  }
}

export function rangeChart(prepared: readonly Prepared[]): string {
  return chartGrid(
    {
      title: 'Scan range and the largest 12 h move of each week',
      charts: prepared.map((each) => {
        const { x, target, move } = weekly(each)
        return {
          title: each.history.symbol,
          x: { label: '', scale: 'time' as const },
          y: { label: '%', from: 0, to: 60 },
          series: [
            { kind: 'points' as const, name: 'largest move', x, y: move, radius: 1 },
            { kind: 'line' as const, name: 'target range', x, y: target },
          ],
        }
      }),
    },
    { height: 320 },
  )
}

export function coverageChart({ rows }: NonNullable<Figures['coverage']>): string {
  const level = 'maintenance'
  const all = rows.filter(
    (row) => row.level === level && row.horizonHours === HORIZON_HOURS[level] && row.period === 'all',
  )
  const categories = [...new Set(all.map(({ underlying }) => underlying))]
  return barChart(
    {
      title: 'Share of 12 h windows with a breach of maintenance',
      subtitle: 'Perpetual, long or short; the target is 1 %',
      categories,
      series: Object.entries(METHOD_LABELS).map(([method, name]) => ({
        name,
        values: categories.map((underlying) => {
          const row = all.find((each) => each.method === method && each.underlying === underlying)
          return 100 * (row?.rate ?? Number.NaN)
        }),
      })),
      value: { label: 'windows with a breach, %' },
    },
    { width: 1000 },
  )
}

export function worstDaysChart(costs: NonNullable<Figures['worstDays']>): string {
  const long = costs.filter(({ side, level }) => side === 'long' && level === 'initial')
  return barChart({
    title: 'What a long account at initial margin would have cost the fund',
    subtitle: 'Worst entry hour of each event, percent of notional beyond the margin',
    categories: long.map(({ event, underlying }) => `${event} ${underlying}`),
    series: [
      { name: 'held for 12 h', values: long.map(({ worst }) => 100 * worst.held) },
      { name: 'liquidated an hour late', values: long.map(({ worstLiquidated }) => 100 * worstLiquidated) },
    ],
    value: { label: '% of notional' },
  })
}

export function procyclicalityChart(prepared: readonly Prepared[]): string {
  const [first] = prepared
  const versions = first === undefined ? [] : rangeVersions(first.history, first.path, first.parameters, first.implied)
  const times = first?.history.times ?? new Float64Array(0)
  const chosen = Array.from(times.keys()).filter((i) => (times[i] ?? 0) % WEEK === 0)
  return chart({
    title: `Scan range of ${first?.history.symbol ?? ''} in four versions`,
    subtitle: 'Weekly; target and maintenance differ only while the range rises',
    x: { label: '', scale: 'time' },
    y: { label: '% of spot', from: 0 },
    series: versions.map(({ name, ranges }) => ({
      kind: 'line' as const,
      name,
      x: chosen.map((i) => times[i] ?? 0),
      y: chosen.map((i) => 100 * (ranges[i] ?? Number.NaN)),
      dashed: name === 'unmitigated',
    })),
  })
}

/** Mean over the structures of a group, percent of notional. */
export function efficiencyChart({ structures }: NonNullable<Figures['efficiency']>): string {
  const groups = [...Map.groupBy(structures, ({ group, book }) => (book === 'linear' ? 'perpetuals' : group))]
  return barChart(
    {
      title: 'Mean initial requirement at equal coverage, by kind of structure',
      subtitle: 'Weekly chains of BTC and ETH, percent of notional; every method scaled to the same share of breaches',
      categories: groups.map(([group]) => group),
      series: Object.entries(STRUCTURE_METHODS).map(([method, name]) => ({
        name,
        values: groups.map(([, rows]) => {
          return (100 * rows.reduce((sum, { scaled }) => sum + (scaled[method] ?? Number.NaN), 0)) / rows.length
        }),
      })),
      value: { label: '% of notional' },
    },
    { width: 1180 },
  )
}
