/**
 * `npm run demo [-- --day DAY --accounts N --seed S --json FILE --html FILE --chain anvil|hardhat]`: a crash day, replayed
 * on a real chain process against open books, with two competing keepers. Ends by itself.
 */
import { parseArgs } from 'node:util'
import { readBars } from './market/bars.ts'
import { barFile, DAYS, DEFAULT_DAY, isDay } from './market/days.ts'
import { schedule } from './market/schedule.ts'
import { execute, main, OPTIONS, UsageError } from './simulation/command.ts'

const SYMBOLS = ['BTC', 'ETH']

async function demo(): Promise<void> {
  const { values } = parseArgs({ options: { ...OPTIONS, day: { type: 'string', default: DEFAULT_DAY } } })
  const { day } = values
  if (!isDay(day)) throw new UsageError(`--day ${day} is not shipped. Days: ${Object.keys(DAYS).join(', ')}.`)
  const series = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, readBars(barFile(day, symbol))]))
  await execute(schedule(series), values)
}

await main(demo, ['USAGE', 'BAR_FILE', 'SCHEDULE', 'CHAIN_START', 'KEEPER_START'])
