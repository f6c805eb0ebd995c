/** A market of 1,000 option strikes and any number of accounts with eight positions each, the same for a seed. */
import { type Accounts, type Layout, layoutOf, MODES } from '../../../risk/src/batch/index.ts'
import { Random } from '../../../risk/src/math/random.ts'
import { defaultParameters, type PlimsollParameters } from '../../../risk/src/methods/plimsoll/index.ts'
import type { ExpiryMarket, Instrument, Market } from '../../../risk/src/methods/portfolio.ts'

export const POSITIONS = 8
/** Share of positions that are options. */
const OPTION_SHARE = 0.35
/** Of all accounts hold this underlying, which the incremental measurement ticks. */
export const RARE = 'ZEC'
const RARE_SHARE = 0.01

const TIME = 1_780_000_000
const DAY = 86_400
const DAYS = [1, 3, 7, 14, 30, 60, 120, 240, 365, 545]
/** Spot in USD, strikes per expiry and weight in the choice of an account's underlyings. */
const LISTED: readonly { name: string; spot: number; strikes: number; weight: number }[] = [
  { name: 'BTC', spot: 100_000, strikes: 30, weight: 0.4 },
  { name: 'ETH', spot: 3_500, strikes: 30, weight: 0.3 },
  ...['AAVE', 'AVAX', 'DOGE', 'LINK', 'SOL', 'SUI', 'XRP', RARE].map((name, i) => ({
    name,
    spot: 10 * (i + 1),
    strikes: 5,
    weight: name === RARE ? 0 : 0.3 / 7,
  })),
]

export type Universe = { layout: Layout; parameters: PlimsollParameters; names: readonly string[] }

/** Ten underlyings: spot, perpetual, three futures, calls and puts of 1,000 strikes in all. */
export function createUniverse(): Universe {
  const instruments = LISTED.flatMap(({ name, spot, strikes }): Instrument[] => [
    { kind: 'spot', underlying: name },
    { kind: 'perpetual', underlying: name },
    ...[30, 120, 365].map((days): Instrument => ({ kind: 'future', underlying: name, expiry: TIME + days * DAY })),
    ...DAYS.flatMap((days) =>
      Array.from({ length: strikes }, (_, i) => {
        const strike = spot * Math.exp((1.2 * (i - (strikes - 1) / 2)) / strikes)
        return (['call', 'put'] as const).map(
          (kind): Instrument => ({ kind, underlying: name, expiry: TIME + days * DAY, strike }),
        )
      }).flat(),
    ),
  ])
  const names = LISTED.map(({ name }) => name)
  const defaults = defaultParameters('portfolio', names)
  const states = Object.fromEntries(
    LISTED.map(({ name, spot }) => {
      const scanRange = defaults.states[name]?.scanRange ?? 0.1
      const weights = Float64Array.from({ length: 17 }, (_, node) => Math.exp(-0.5 * ((node - 8) / 2) ** 2))
      const total = weights.reduce((sum, weight) => sum + weight, 0)
      const interval = { low: 0.999 * spot, high: 1.001 * spot, average: 0.998 * spot }
      const posted = weights.map((weight) => weight / total)
      return [name, { scanRange, targetScanRange: scanRange, depth: 50_000_000, ...interval, weights: posted }]
    }),
  )
  return { layout: layoutOf(instruments), parameters: { ...defaults, states }, names }
}

/** Prices moved by `move` from the start, with a smile. */
export function createMarket(move: number): Market {
  const underlyings = Object.fromEntries(
    LISTED.map(({ name, spot: start }) => {
      const spot = start * (1 + move)
      return [name, { spot, perpetual: 1.0005 * spot, expiries: new Map(DAYS.map((days) => expiryOf(days, spot))) }]
    }),
  )
  return { time: TIME, underlyings }
}

function expiryOf(days: number, spot: number): [number, ExpiryMarket] {
  const forward = spot * Math.exp((0.05 * days) / 365)
  const volatility = (strike: number) => 0.55 * Math.sqrt(1 + 0.4 * Math.log(strike / forward) ** 2)
  return [
    TIME + days * DAY,
    { expiry: TIME + days * DAY, forward, discount: Math.exp((-0.03 * days) / 365), volatility },
  ]
}

/** Instrument numbers of an underlying, linear and options apart. */
type Choice = { linear: number[]; options: number[] }

function choicesOf(layout: Layout): Map<string, Choice> {
  const choices = new Map<string, Choice>(LISTED.map(({ name }) => [name, { linear: [], options: [] }]))
  for (const [number, { kind, underlying }] of layout.instruments.entries()) {
    const choice = choices.get(underlying)
    if (kind === 'call' || kind === 'put') choice?.options.push(number)
    else choice?.linear.push(number)
  }
  return choices
}

function pickUnderlying(random: Random): string {
  let left = random.uniform()
  for (const { name, weight } of LISTED) {
    left -= weight
    if (left < 0) return name
  }
  return 'BTC'
}

/** Two draws by popularity (so one or two underlyings), and the rare one where it is held. */
function pickUnderlyings(random: Random): string[] {
  const names = new Set([pickUnderlying(random), pickUnderlying(random), pickUnderlying(random)])
  if (random.uniform() < RARE_SHARE) names.add(RARE)
  return [...names]
}

/** `count` accounts of all modes: eight positions each in one to four underlyings, about a third of them options. */
export function createAccounts({ layout }: Universe, count: number, seed = 1): Accounts & { optionRows: number } {
  const random = new Random(seed)
  const choices = choicesOf(layout)
  const starts = Uint32Array.from({ length: count + 1 }, (_, account) => account * POSITIONS)
  const instruments = new Uint32Array(count * POSITIONS)
  const quantities = new Float64Array(count * POSITIONS)
  const cash = new Float64Array(count)
  let optionRows = 0
  for (let account = 0; account < count; account++) {
    const names = pickUnderlyings(random)
    const from = account * POSITIONS
    for (let slot = from; slot < from + POSITIONS; ) {
      const name = names[(slot - from) % names.length] ?? 'BTC'
      const choice = choices.get(name)
      const numbers = (random.uniform() < OPTION_SHARE ? choice?.options : choice?.linear) ?? []
      const number = numbers[random.integer(numbers.length)] ?? 0
      if (instruments.subarray(from, slot).includes(number)) continue
      const instrument = layout.instruments[number]
      const spot = LISTED.find((listed) => listed.name === name)?.spot ?? 1
      const isShort = instrument?.kind !== 'spot' && random.uniform() < 0.5
      if (instrument && 'strike' in instrument) optionRows++
      instruments[slot] = number
      quantities[slot] = ((isShort ? -1 : 1) * Math.ceil(10_000 * random.uniform())) / spot
      cash[account] = (cash[account] ?? 0) + 4_000 * random.uniform() - (quantities[slot] ?? 0) * spot * 0.5
      slot++
    }
  }
  const modes = Uint8Array.from({ length: count }, (_, account) => account % MODES.length)
  return { starts, instruments, quantities, cash, modes, optionRows }
}
