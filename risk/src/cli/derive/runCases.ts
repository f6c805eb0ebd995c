/** Derive's methods over files of published cases. */
import type { z } from 'zod'
import { RiskError } from '../../errors.ts'
import type { DeriveMarginResult } from '../../methods/derive/index.ts'
import { DERIVE_PMRM1_TEST, derivePmrm1 } from '../../methods/derivePmrm1/index.ts'
import { derivePmrm2 } from '../../methods/derivePmrm2/index.ts'
import { DERIVE_STANDARD_TEST, deriveStandard } from '../../methods/deriveStandard/index.ts'
import { type Input, InputError, jsonPlace } from '../input.ts'
import { parseCases } from './caseList.ts'
import { pmrm1Case, readPmrm1Case } from './pmrm1Case.ts'
import { pmrm2Case, readPmrm2Case } from './pmrm2Case.ts'
import { readStandardCase, standardCase } from './standardCase.ts'

/**
 * `im`, `mm`: net margin in USD, 0 or more meaning healthy. `worst_scenario`: index into the file's scenarios (for PMRM
 * the 21 of its tests), -1 when a contingency decides.
 */
export type CaseMargin = { name: string; im: number; mm: number; worst_scenario: number }

/** Runs one method over every case; a case that cannot be judged is named. */
function runAll<T>(
  input: Input,
  schema: z.ZodType<T>,
  groups: readonly string[],
  margin: (body: T) => DeriveMarginResult,
): CaseMargin[] {
  return parseCases(input, schema, groups).map(({ name, body, path }) => {
    try {
      const { netInitial, netMaintenance, worst } = margin(body)
      return { name, im: netInitial, mm: netMaintenance, worst_scenario: worst }
    } catch (error) {
      if (!(error instanceof RiskError)) throw error
      throw new InputError(input.source, jsonPlace(input.text, path), `case ${name}: ${error.message}`)
    }
  })
}

/** The two older kinds of file carry no parameters: those of Derive's test suite apply. */
export const DERIVE_CASES = {
  'derive-pmrm2': (input: Input) =>
    runAll(input, pmrm2Case, [], (body) => {
      const { portfolio, market, parameters } = readPmrm2Case(body)
      return derivePmrm2(portfolio, market, parameters)
    }),
  'derive-pmrm1': (input: Input) =>
    runAll(input, pmrm1Case, ['pmrm1_verify', 'pmrm1_scenarios'], (body) => {
      const { portfolio, market } = readPmrm1Case(body)
      return derivePmrm1(portfolio, market, DERIVE_PMRM1_TEST)
    }),
  'derive-standard': (input: Input) =>
    runAll(input, standardCase, ['standard_manager'], (body) => {
      const { portfolio, market } = readStandardCase(body)
      return deriveStandard(portfolio, market, DERIVE_STANDARD_TEST)
    }),
} as const
