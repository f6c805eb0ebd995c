/** What the batch engine gives for every account. */
import type { Mode } from '../methods/plimsoll/parameters.ts'
import { doubles, type Memory } from './matrix.ts'

/** Modes by the number that an account stores. */
export const MODES: readonly Mode[] = ['isolated', 'cross', 'portfolio', 'risk-neutral', 'quantitative']

/** One number per account, USD. `bound` is how far rounding may have moved the others and their differences. */
export type Results = {
  readonly equity: Float64Array
  readonly maintenance: Float64Array
  readonly initial: Float64Array
  readonly goodEnd: Float64Array
  readonly bound: Float64Array
}

/** Room for the results of `accounts` accounts. */
export function emptyResults(accounts: number, memory: Memory = 'own'): Results {
  return {
    equity: doubles(accounts, memory),
    maintenance: doubles(accounts, memory),
    initial: doubles(accounts, memory),
    goodEnd: doubles(accounts, memory),
    bound: doubles(accounts, memory),
  }
}
