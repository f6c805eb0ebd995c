/** Axes: the range that shows the data, round ticks, and the map from values to pixels. */
import { DomainError } from '../errors.ts'

/** How values become lengths; 'time' reads unix seconds. */
export type AxisScale = 'linear' | 'log' | 'time'

/** `label` names the quantity and its unit. On a `time` axis values are unix seconds, shown in UTC. */
export type Axis = {
  label: string
  /** @default 'linear' */
  scale?: AxisScale
  /** Text of a tick. @default the shortest text that tells the ticks apart */
  format?: (value: number) => string
  /** First value shown. @default from the data */
  from?: number
  /** Last value shown. @default from the data */
  to?: number
}

/** An axis with its range fixed: ticks with their texts, and `at(value)` in [0, 1]. */
export type FittedAxis = {
  label: string
  low: number
  high: number
  ticks: readonly { value: number; text: string }[]
  at: (value: number) => number
}

const TIME_STEPS = [
  60, 300, 900, 1800, 3600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000, 7_776_000,
  15_552_000, 31_536_000,
]

/** The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `raw`. */
function roundStep(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw))
  const factor = [1, 2, 2.5, 5].find((each) => each * power >= raw * (1 - 1e-9)) ?? 10
  return factor * power
}

function linearTicks(low: number, high: number, count: number): number[] {
  const step = roundStep((high - low) / count)
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
}

function timeTicks(low: number, high: number, count: number): number[] {
  const raw = (high - low) / count
  const year = 31_536_000
  const step = TIME_STEPS.find((each) => each >= raw) ?? Math.ceil(raw / year) * year
  const first = Math.ceil(low / step)
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, i) => (first + i) * step)
}

function logTicks(low: number, high: number, count: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))]
  const decades = last - first
  const factors = decades > count ? [1] : decades * 3 > count ? [1, 3] : [1, 2, 5]
  const every = Math.max(1, Math.ceil(decades / count))
  const all = Array.from({ length: decades + 1 }, (_, i) => first + i).filter((power) => (power - first) % every === 0)
  return all
    .flatMap((power) => factors.map((factor) => factor * 10 ** power))
    .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9))
}

/** Digits after the point that tell apart ticks `step` apart. */
function decimalsOf(step: number): number {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  return Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) > 1e-6 ? digits + 1 : digits
}

/** Numbers with thousands separators and the decimals the tick distance asks for; powers of ten past 1e-6 and 1e12. */
function numberText(step: number): (value: number) => string {
  return (value) => {
    const size = Math.max(Math.abs(value), step)
    if (size >= 1e12 || (size > 0 && size < 1e-6)) return value.toExponential(1)
    const decimals = decimalsOf(step)
    return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
  }
}

function timeText(span: number): (value: number) => string {
  return (value) => {
    const iso = new Date(value * 1000).toISOString()
    if (span <= 2 * 86_400) return iso.slice(11, 16)
    return span <= 400 * 86_400 ? iso.slice(5, 10) : iso.slice(0, 7)
  }
}

/** Lowest and highest finite number of all arrays. */
function extent(values: readonly ArrayLike<number>[]): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity]
  for (const each of values) {
    for (const value of Array.from(each)) {
      if (!Number.isFinite(value)) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  return low <= high ? { low, high } : { low: 0, high: 1 }
}

function textsOf(axis: Axis, ticks: readonly number[], low: number, high: number): (value: number) => string {
  if (axis.format !== undefined) return axis.format
  if (axis.scale === 'time') return timeText(high - low)
  if (axis.scale === 'log') return (value) => numberText(10 ** Math.floor(Math.log10(value) + 1e-9))(value)
  const [first = 0, second = first + 1] = ticks
  return numberText(second - first)
}

/**
 * Fixes the range of an axis to its data (with `padding` as a share of the range) and chooses about `count` ticks.
 * @throws DomainError where a log axis would have to show a value that is not positive.
 */
export function fitAxis(axis: Axis, values: readonly ArrayLike<number>[], count: number, padding: number): FittedAxis {
  const data = extent(values)
  const log = axis.scale === 'log'
  const forward = log ? Math.log : (value: number) => value
  const backward = log ? Math.exp : (value: number) => value
  const lowest = axis.from ?? data.low
  const highest = axis.to ?? data.high
  if (log && !(lowest > 0)) throw new DomainError(`lowest value of "${axis.label}"`, lowest, 'positive on a log axis')
  const span = forward(highest) - forward(lowest) || Math.abs(forward(highest)) * 0.1 || 1
  const low = axis.from ?? backward(forward(lowest) - padding * span)
  const high = axis.to ?? backward(forward(highest) + Math.max(padding, highest === lowest ? 0.05 : 0) * span)
  const chosen = axis.scale === 'time' ? timeTicks : log ? logTicks : linearTicks
  const ticks = chosen(low, high, count)
  const text = textsOf(axis, ticks, low, high)
  const [from, to] = [forward(low), forward(high)]
  return {
    label: axis.label,
    low,
    high,
    ticks: ticks.map((value) => ({ value, text: text(value) })),
    at: (value) => (forward(value) - from) / (to - from),
  }
}
