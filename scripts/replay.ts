/**
 * `npm run replay -- --spot BTC=FILE --spot ETH=FILE [--accounts N --seed S --json FILE --html FILE
 * --with-matcher]`: the demo on any
 * price files with columns t,open,high,low,close,volume, gzipped or not.
 */
import { parseArgs } from 'node:util'
import { UNDERLYINGS } from '../deploy/parameters.ts'
import { type Bar, readBars } from './market/bars.ts'
import { schedule } from './market/schedule.ts'
import { execute, main, OPTION_LINES, OPTIONS, UsageError } from './simulation/command.ts'

const KNOWN = UNDERLYINGS.map(({ symbol }) => symbol)

/** In the order in which underlyings are listed, whatever the order of the flags. */
function seriesOf(flags: readonly string[]): Record<string, Bar[]> {
  const files = new Map<string, string>()
  for (const flag of flags) {
    const [, symbol = '', file = ''] = /^([^=]+)=(.+)$/.exec(flag) ?? []
    if (!KNOWN.includes(symbol)) {
      throw new UsageError(`--spot ${flag} is not SYMBOL=FILE with a symbol out of ${KNOWN.join(', ')}.`)
    }
    if (files.has(symbol)) throw new UsageError(`--spot ${symbol} is given twice.`)
    files.set(symbol, file)
  }
  if (files.size === 0) throw new UsageError('Name at least one price file: --spot ETH=FILE.csv.gz')
  const given = KNOWN.filter((symbol) => files.has(symbol))
  return Object.fromEntries(given.map((symbol) => [symbol, readBars(files.get(symbol) ?? '')]))
}

const USAGE = `npm run replay -- --spot SYMBOL=FILE [..] [OPTIONS]: the demo on any price files.

  --spot SYMBOL=FILE  columns t,open,high,low,close,volume; ${KNOWN.join(', ')}
${OPTION_LINES}`

async function replay(): Promise<void> {
  const { values } = parseArgs({ options: { ...OPTIONS, spot: { type: 'string', multiple: true, default: [] } } })
  if (values.help) process.stdout.write(USAGE)
  else await execute(schedule(seriesOf(values.spot)), values)
}

await main(replay, ['USAGE', 'OPENING_TRADE', 'NO_PROGRESS', 'BAR_FILE', 'SCHEDULE', 'CHAIN_START', 'KEEPER_START'])
