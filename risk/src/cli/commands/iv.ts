import type { Command } from 'commander'
import { RiskError } from '../../errors.ts'
import { impliedVolatility } from '../../pricing/index.ts'
import { type CsvRow, extendCsv } from '../csvStream.ts'
import type { Cell } from '../output.ts'
import { optionKind } from './price.ts'

const COLUMNS = ['type', 'forward', 'strike', 'expiry', 'price', 'rate'] as const

/** The two added cells: a volatility, or the code of the reason why there is none. */
function implied(row: CsvRow): readonly Cell[] {
  const kind = optionKind(row, 0)
  const expiry = row.number(3)
  const discount = Math.exp(-row.number(5) * expiry)
  const [forward, strike, price] = [row.number(1), row.number(2), row.number(4)]
  try {
    return [impliedVolatility(kind, price, forward, strike, expiry, discount), null]
  } catch (error) {
    if (!(error instanceof RiskError)) throw error
    return [null, error.code]
  }
}

export function registerIv(program: Command): void {
  program
    .command('iv')
    .description(
      'Black-76 implied volatilities. Reads CSV type,forward,strike,expiry,price,rate (C or P, expiry in years, ' +
        'discounted price, continuous rate per year) and adds vol and error: where no volatility gives the price, vol ' +
        'is empty and error says PRICE_BELOW_INTRINSIC, PRICE_ABOVE_MAXIMUM or DOMAIN',
    )
    .option('--input <file>', 'CSV or a JSON array of rows, gzip or not (default: stdin)')
    .option('--json', 'print a JSON array instead of CSV')
    .action(async ({ input, json }: { input?: string; json?: boolean }) => {
      const numeric = COLUMNS.slice(1)
      await extendCsv({
        file: input,
        columns: COLUMNS,
        added: ['vol', 'error'],
        numeric,
        json: json === true,
        row: implied,
      })
    })
}
