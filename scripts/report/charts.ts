/** Line and bar charts as inline SVG; colours come from the page's custom properties. */
type Series = { name: string; color: string; values: readonly number[]; kind?: 'line' | 'bars' }

export type Chart = {
  title: string
  /** Unix seconds of every value. */
  times: readonly number[]
  series: readonly Series[]
  /** Shaded range. */
  window: { from: number; to: number }
  format: (value: number) => string
  /** The axis starts at zero. */
  fromZero?: boolean
}

const WIDTH = 960
const HEIGHT = 240
const MARGIN = { left: 64, right: 16, top: 12, bottom: 26 }
const HOURS = 3 * 3600

type Scale = { x: (t: number) => number; y: (value: number) => number; low: number; high: number }

export function chart(given: Chart): string {
  const scale = scaleOf(given)
  const { title, series, window } = given
  const [from, to] = [scale.x(window.from), scale.x(window.to)]
  const shade = `<rect class="window" x="${px(from)}" y="${MARGIN.top}" width="${px(to - from)}" height="${HEIGHT - MARGIN.top - MARGIN.bottom}"/>`
  const legend = series.map(
    ({ name, color }) => `<span><i style="background:var(--${color})"></i>${escapeHtml(name)}</span>`,
  )
  const marks = series.map((each) => (each.kind === 'bars' ? bars(each, given, scale) : line(each, given, scale)))
  const label = `aria-label="${escapeHtml(`${title}: ${series.map(({ name }) => name).join(', ')}`)}"`
  return `<figure><figcaption>${escapeHtml(title)}<span class="legend">${legend.join('')}</span></figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" ${label}>${shade}${grid(given, scale)}${marks.join('')}</svg></figure>`
}

function scaleOf({ times, series, fromZero }: Chart): Scale {
  const values = series.flatMap((each) => each.values).filter(Number.isFinite)
  const max = values.reduce((a, b) => Math.max(a, b), fromZero ? 0 : Number.NEGATIVE_INFINITY)
  const min = values.reduce((a, b) => Math.min(a, b), fromZero ? 0 : Number.POSITIVE_INFINITY)
  const pad = fromZero ? 0 : (max - min) * 0.06
  const [low, high] = [min - pad, max > min ? max + (max - min) * 0.06 : min + 1]
  const [first = 0, last = 1] = [times[0], times.at(-1)]
  const span = Math.max(1, last - first)
  return {
    low,
    high,
    x: (t) => MARGIN.left + ((t - first) / span) * (WIDTH - MARGIN.left - MARGIN.right),
    y: (value) => HEIGHT - MARGIN.bottom - ((value - low) / (high - low)) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  }
}

function grid({ times, format }: Chart, { x, y, low, high }: Scale): string {
  const horizontal = [0, 1, 2, 3, 4].map((i) => {
    const value = low + ((high - low) * i) / 4
    const at = px(y(value))
    return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}"/><text x="${MARGIN.left - 8}" y="${at}" dy="4" text-anchor="end">${escapeHtml(format(value))}</text>`
  })
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const hours: string[] = []
  for (let t = Math.ceil(first / HOURS) * HOURS; t <= last; t += HOURS) {
    const text = new Date(t * 1000).toISOString().slice(11, 16)
    hours.push(`<text x="${px(x(t))}" y="${HEIGHT - 8}" text-anchor="middle">${text}</text>`)
  }
  return `<g class="grid">${horizontal.join('')}${hours.join('')}</g>`
}

function line({ values, color }: Series, { times }: Chart, { x, y }: Scale): string {
  const points = values.map((value, i) => `${px(x(times[i] ?? 0))},${px(y(value))}`)
  return `<polyline fill="none" stroke="var(--${color})" stroke-width="1.6" stroke-linejoin="round" points="${points.join(' ')}"/>`
}

function bars({ values, color }: Series, { times }: Chart, { x, y, low }: Scale): string {
  const base = y(Math.max(0, low))
  const all = values.map((value, i) => {
    if (value === 0) return ''
    const top = y(value)
    return `<rect x="${px(x(times[i] ?? 0) - 1)}" y="${px(top)}" width="2" height="${px(base - top)}" fill="var(--${color})"/>`
  })
  return all.join('')
}

function px(value: number): string {
  return value.toFixed(1)
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
