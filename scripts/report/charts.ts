/** Line and bar charts as inline SVG; colours come from the page's custom properties. */
type Series = { name: string; color: string; values: readonly number[]; kind?: 'line' | 'dashes' | 'bars' }

export type Chart = {
  title: string
  /** Unix seconds of every value, or other positions along the axis if there are `ticks`. */
  times: readonly number[]
  series: readonly Series[]
  /** Shaded range. */
  window?: { from: number; to: number }
  /** Labels of the axis. @default every third hour */
  ticks?: readonly { at: number; text: string }[]
  format: (value: number) => string
  /** The axis starts at zero. */
  fromZero?: boolean
}

const WIDTH = 960
const HEIGHT = 240
const MARGIN = { left: 80, right: 16, top: 12, bottom: 26 }
const HOURS = 3 * 3600

type Scale = { x: (t: number) => number; y: (value: number) => number; low: number; high: number }

export function chart(given: Chart): string {
  const scale = scaleOf(given)
  const { title, series, window } = given
  const [from, to] = window ? [scale.x(window.from), scale.x(window.to)] : [0, 0]
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

function grid({ times, format, ticks }: Chart, { x, y, low, high }: Scale): string {
  const horizontal = [0, 1, 2, 3, 4].map((i) => {
    const value = low + ((high - low) * i) / 4
    const at = px(y(value))
    return `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${at}" y2="${at}"/><text x="${MARGIN.left - 8}" y="${at}" dy="4" text-anchor="end">${escapeHtml(format(value))}</text>`
  })
  const labels = (ticks ?? hours(times)).map(
    ({ at, text }) => `<text x="${px(x(at))}" y="${HEIGHT - 8}" text-anchor="middle">${escapeHtml(text)}</text>`,
  )
  return `<g class="grid">${horizontal.join('')}${labels.join('')}</g>`
}

function hours(times: readonly number[]): { at: number; text: string }[] {
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const all: { at: number; text: string }[] = []
  for (let at = Math.ceil(first / HOURS) * HOURS; at <= last; at += HOURS) {
    all.push({ at, text: new Date(at * 1000).toISOString().slice(11, 16) })
  }
  return all
}

function line({ values, color, kind }: Series, { times }: Chart, { x, y }: Scale): string {
  const points = values.map((value, i) => `${px(x(times[i] ?? 0))},${px(y(value))}`)
  const dashes = kind === 'dashes' ? ' stroke-dasharray="4 4"' : ''
  return `<polyline fill="none"${dashes} stroke="var(--${color})" stroke-width="1.6" stroke-linejoin="round" points="${points.join(' ')}"/>`
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
