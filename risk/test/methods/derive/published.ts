/** Derive's published portfolios: read where they are, never copied into this repository. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const FOLDER = process.env.PLIMSOLL_VECTORS ?? fileURLToPath(new URL('../../../../../shared/vectors', import.meta.url))

export const PMRM2_FILE = 'derive_pmrm2_portfolio_cases.json'
export const V1_FILE = 'derive_pmrm1_and_standard_cases.json'

export function publishedPath(name: string): string | undefined {
  const path = join(FOLDER, name)
  return existsSync(path) ? path : undefined
}

/** What a test says when the file is not there. */
export const ABSENT = `Derive's published cases are not in ${FOLDER}; set PLIMSOLL_VECTORS to test against them`

export function readPublished(name: string): { source: string; text: string } | undefined {
  const path = publishedPath(name)
  return path === undefined ? undefined : { source: name, text: readFileSync(path, 'utf8') }
}

/** |a - b| relative to b, absolute below a millionth of a dollar. */
export function relativeError(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-6)
}
