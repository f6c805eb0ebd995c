/**
 * `npm run demo [-- --book linear|options --mode portfolio|risk-neutral|quantitative --day DAY --accounts N --seed S --json FILE
 * --html FILE --chain anvil|hardhat --with-matcher]`: a crash day, replayed on a real chain process against open books, with competing
 * keepers. Ends by itself. Options: the crash of 2026-02-05 with its real option market; `--mode` is of their books, and in
 * Quantitative mode a quorum also posts histories of real prices.
 */
import { parseArgs } from 'node:util'
import { readBars } from './market/bars.ts'
import { barFile, DAYS, DEFAULT_DAY, isDay } from './market/days.ts'
import { schedule } from './market/schedule.ts'
import { execute, executeOptions, main, OPTION_LINES, OPTIONS, UsageError } from './simulation/command.ts'
import { OPTION_DAY, optionDay } from './simulation/options/optionDay.ts'
import type { SharedMode } from './simulation/options/optionWorld.ts'

const SYMBOLS = ['BTC', 'ETH']
/** Between two surfaces. */
const SURFACE_SECONDS = 1_800

/** Other books than Cross and Isolated ones are in this mode. */
const MODES: Readonly<Record<string, SharedMode>> = {
  portfolio: 'portfolio',
  'risk-neutral': 'riskNeutral',
  quantitative: 'quantitative',
}

const USAGE = `npm run demo [-- OPTIONS]: a crash day against open books, with competing keepers.

  --day DAY        of perpetuals: ${Object.keys(DAYS).join(', ')}; ${DEFAULT_DAY}
  --book BOOK      linear or options; options are of ${OPTION_DAY}
  --mode MODE      of option books: ${Object.keys(MODES).join(', ')}; portfolio
${OPTION_LINES}`

async function demo(): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { ...OPTIONS, day: text, book: text, mode: text } })
  const { day, mode } = values
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const book = values.book ?? (mode === undefined ? 'linear' : 'options')
  if (book === 'options') {
    const shared = modeOf(mode ?? 'portfolio')
    if (day !== undefined && day !== OPTION_DAY) {
      throw new UsageError(`--day ${day} has no option market here. Options: ${OPTION_DAY}.`)
    }
    await executeOptions(optionDay(SURFACE_SECONDS), values, shared)
  } else if (book === 'linear' && mode !== undefined) {
    throw new UsageError(`--mode ${mode} is of option books: leave --book out, or say --book options.`)
  } else if (book === 'linear') await linear(day ?? DEFAULT_DAY, values)
  else throw new UsageError(`--book ${book} is neither linear nor options.`)
}

function modeOf(name: string): SharedMode {
  const mode = MODES[name]
  if (mode === undefined) throw new UsageError(`--mode ${name} is none of ${Object.keys(MODES).join(', ')}.`)
  return mode
}

async function linear(day: string, values: Parameters<typeof execute>[1]): Promise<void> {
  if (!isDay(day)) throw new UsageError(`--day ${day} is not shipped. Days: ${Object.keys(DAYS).join(', ')}.`)
  const series = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, readBars(barFile(day, symbol))]))
  await execute(schedule(series), values)
}

await main(demo, [
  'USAGE',
  'OPENING_TRADE',
  'NO_PROGRESS',
  'BAR_FILE',
  'CHAIN_FILE',
  'SCHEDULE',
  'CHAIN_START',
  'KEEPER_START',
])
