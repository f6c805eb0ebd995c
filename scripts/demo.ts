/**
 * `npm run demo [-- --book linear|options --day DAY --accounts N --seed S --json FILE --html FILE --chain anvil|hardhat]`: a
 * crash day, replayed on a real chain process against open books, with two competing keepers. Ends by itself. Options: the
 * crash of 2026-02-05 with its real option market.
 */
import { parseArgs } from 'node:util'
import { readBars } from './market/bars.ts'
import { barFile, DAYS, DEFAULT_DAY, isDay } from './market/days.ts'
import { schedule } from './market/schedule.ts'
import { execute, executeOptions, main, OPTIONS, UsageError } from './simulation/command.ts'
import { OPTION_DAY, optionDay } from './simulation/options/optionDay.ts'

const SYMBOLS = ['BTC', 'ETH']
/** Between two surfaces. */
const SURFACE_SECONDS = 1_800

async function demo(): Promise<void> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ options: { ...OPTIONS, day: text, book: { ...text, default: 'linear' } } })
  const { book, day } = values
  if (book === 'options') {
    if (day !== undefined && day !== OPTION_DAY) {
      throw new UsageError(`--day ${day} has no option market here. Options: ${OPTION_DAY}.`)
    }
    await executeOptions(optionDay(SURFACE_SECONDS), values)
  } else if (book === 'linear') await linear(day ?? DEFAULT_DAY, values)
  else throw new UsageError(`--book ${book} is neither linear nor options.`)
}

async function linear(day: string, values: Parameters<typeof execute>[1]): Promise<void> {
  if (!isDay(day)) throw new UsageError(`--day ${day} is not shipped. Days: ${Object.keys(DAYS).join(', ')}.`)
  const series = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, readBars(barFile(day, symbol))]))
  await execute(schedule(series), values)
}

await main(demo, ['USAGE', 'BAR_FILE', 'CHAIN_FILE', 'SCHEDULE', 'CHAIN_START', 'KEEPER_START'])
