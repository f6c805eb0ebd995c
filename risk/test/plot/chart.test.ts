import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DomainError } from '../../src/errors.ts'
import { barChart, type ChartSpec, chart, chartGrid } from '../../src/plot/index.ts'

/** Checks that tags nest and close; returns the names of all elements. */
function elementsOf(svg: string): string[] {
  const open: string[] = []
  const seen: string[] = []
  for (const [, close, name = '', , self] of svg.matchAll(/<(\/?)([a-zA-Z]+)((?:\s[^<>]*?)?)(\/?)>/g)) {
    if (close === '/') assert.equal(open.pop(), name, 'tags nest')
    else {
      seen.push(name)
      if (self !== '/') open.push(name)
    }
  }
  assert.deepEqual(open, [], 'every tag is closed')
  return seen
}

const spec: ChartSpec = {
  title: 'Smile of 26 June & <friends>',
  x: { label: 'log-moneyness' },
  y: { label: 'volatility (%)' },
  series: [
    { kind: 'line', name: 'fit', x: [-1, 0, 1], y: [50, 40, 45] },
    { kind: 'points', name: 'mid', x: [-1, 0, 1], y: [51, 40, 44] },
    { kind: 'intervals', name: 'bid to ask', x: [-1, 0, 1], low: [49, 39, 43], high: [53, 41, 45] },
    { kind: 'band', name: 'stress', x: [-1, 0, 1], low: [45, 35, 40], high: [55, 45, 50] },
  ],
  markers: [
    { x: 0, text: 'forward' },
    { x: 9, text: 'outside' },
  ],
}

describe('charts', () => {
  it('are well-formed documents without scripts, images or links to elsewhere', () => {
    const svg = chart(spec)
    const names = elementsOf(svg)
    assert.equal(names[0], 'svg')
    for (const forbidden of ['script', 'image', 'foreignObject', 'style'])
      assert.ok(!names.includes(forbidden), forbidden)
    assert.ok(!/NaN|Infinity|undefined/.test(svg))
    assert.ok(!svg.replace('http://www.w3.org/2000/svg', '').includes('http'))
  })

  it('say what they show: title escaped, axes, legend, markers inside the range only', () => {
    const svg = chart(spec)
    for (const text of [
      'Smile of 26 June &amp; &lt;friends&gt;',
      'log-moneyness',
      'volatility (%)',
      'bid to ask',
      'forward',
    ])
      assert.ok(svg.includes(text), text)
    assert.ok(!svg.includes('outside'))
  })

  it('place values linearly between the ends of a fixed axis', () => {
    const svg = chart({
      ...spec,
      x: { label: 'x', from: 0, to: 4 },
      y: { label: 'y', from: 0, to: 4 },
      series: [{ kind: 'points', name: 'p', x: [1, 2, 3], y: [1, 2, 3] }],
    })
    const circles = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)" r="1.8"/g)].map((m) => [Number(m[1]), Number(m[2])])
    assert.equal(circles.length, 3)
    const [[x1 = 0, y1 = 0] = [], [x2 = 0, y2 = 0] = [], [x3 = 0, y3 = 0] = []] = circles
    assert.ok(Math.abs(x3 - x2 - (x2 - x1)) < 0.02 && x2 > x1)
    assert.ok(Math.abs(y3 - y2 - (y2 - y1)) < 0.02 && y2 < y1, 'higher values are drawn higher')
  })

  it('lift a line over values that are not finite instead of drawing them', () => {
    const svg = chart({
      ...spec,
      markers: [],
      series: [{ kind: 'line', name: 'gap', x: [0, 1, 2, 3, 4], y: [1, 2, Number.NaN, 2, 1] }],
    })
    const path = /d="(M[^"]*)" fill="none" stroke="#0072b2"/.exec(svg)?.[1] ?? ''
    assert.equal(path.match(/M/g)?.length, 2)
    assert.equal(path.match(/L/g)?.length, 2)
  })

  it('show round ticks on linear, logarithmic and time axes', () => {
    const svg = chart({
      title: 't',
      x: { label: 'time', scale: 'time' },
      y: { label: 'USD', scale: 'log' },
      series: [{ kind: 'line', name: 'a', x: [1_700_000_000, 1_700_432_000], y: [0.5, 2000] }],
    })
    for (const tick of ['>11-16<', '>11-18<', '>1<', '>100<', '>1,000<']) assert.ok(svg.includes(tick), tick)
    assert.throws(
      () => chart({ ...spec, y: { label: 'y', scale: 'log', from: 0 } }),
      (error: unknown) => error instanceof DomainError && error.value === 0,
    )
  })

  it('stand beside each other in a grid of the asked number of columns', () => {
    const svg = chartGrid({ title: 'All', charts: [spec, spec, spec, spec, spec], columns: 2 })
    elementsOf(svg)
    assert.equal(svg.match(/<clipPath/g)?.length, 5)
    assert.match(svg, /viewBox="0 0 1080 7\d\d"/, 'three rows of 230 pixels and the head')
    assert.equal(new Set([...svg.matchAll(/clipPath id="(\w+)"/g)].map((m) => m[1])).size, 5, 'ids are unique')
  })
})

describe('bar charts', () => {
  const venues = {
    title: 'Margin',
    categories: ['cross', 'SPAN'],
    series: [
      { name: 'initial', values: [100, 250] },
      { name: 'maintenance', values: [80, -40] },
    ],
    value: { label: 'USD' },
  }

  it('draw one bar per value, its length proportional to the value, from zero', () => {
    const svg = barChart(venues)
    elementsOf(svg)
    const widths = [...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="([\d.]+)" height="13"/g)].map((m) =>
      Number(m[1]),
    )
    const [w100 = 0, w80 = 0, w250 = 0, w40 = 0] = widths
    assert.equal(widths.length, 4)
    assert.ok(
      Math.abs(w80 / w100 - 0.8) < 1e-3 && Math.abs(w250 / w100 - 2.5) < 1e-3 && Math.abs(w40 / w100 - 0.4) < 1e-3,
    )
  })

  it('leave out values that are not finite and refuse an empty chart', () => {
    const svg = barChart({ ...venues, series: [{ name: 'a', values: [1, Number.NaN] }] })
    assert.equal([...svg.matchAll(/height="13"/g)].length, 1)
    assert.throws(() => barChart({ ...venues, categories: [] }), DomainError)
    assert.throws(() => barChart({ ...venues, series: [] }), DomainError)
  })
})
