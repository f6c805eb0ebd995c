import type { Command } from 'commander'
import { DomainError } from '../../errors.ts'
import { black76Greeks, type OptionKind } from '../../pricing/index.ts'
import { type CsvRow, extendCsv } from '../csvStream.ts'

const COLUMNS = ['type', 'forward', 'strike', 'expiry', 'vol', 'rate'] as const
const ADDED = ['value', 'delta', 'gamma', 'vega', 'theta', 'rho']
/** Where an argument of the pricing functions stands in the table. */
const COLUMN_OF: Record<string, number> = { forward: 1, strike: 2, expiryYears: 3, volatility: 4, discount: 5 }
const KINDS: Record<string, OptionKind> = { C: 'call', CALL: 'call', P: 'put', PUT: 'put' }

/** The `type` cell of a row: C or P, or the whole word, in either case. */
export function optionKind(row: CsvRow, column: number): OptionKind {
  const kind = KINDS[row.text(column).toUpperCase()]
  if (kind === undefined) throw row.error(column, `is "${row.text(column)}"; C or P is needed`)
  return kind
}

function priced(row: CsvRow): number[] {
  const kind = optionKind(row, 0)
  const expiry = row.number(3)
  const discount = Math.exp(-row.number(5) * expiry)
  try {
    const greeks = black76Greeks(kind, row.number(1), row.number(2), expiry, row.number(4), discount)
    return [greeks.value, greeks.delta, greeks.gamma, greeks.vega, greeks.theta, greeks.rho]
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    throw row.error(COLUMN_OF[error.parameter] ?? 0, `is ${error.value}; it must be ${error.expected}`)
  }
}

export function registerPrice(program: Command): void {
  program
    .command('price')
    .description(
      'Black-76 values and Greeks. Reads CSV type,forward,strike,expiry,vol,rate (C or P, expiry in years, vol and ' +
        'continuous rate per year) and adds value,delta,gamma,vega,theta,rho: discounted, delta and gamma by the ' +
        'forward, vega per 1.00 of volatility, theta per year',
    )
    .option('--input <file>', 'CSV or a JSON array of rows, gzip or not (default: stdin)')
    .option('--json', 'print a JSON array instead of CSV')
    .action(async ({ input, json }: { input?: string; json?: boolean }) => {
      const numeric = COLUMNS.slice(1)
      await extendCsv({ file: input, columns: COLUMNS, added: ADDED, numeric, json: json === true, row: priced })
    })
}
