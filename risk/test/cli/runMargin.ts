/** The margin command for tests: as a process, and in this one where only its answer matters. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Command, CommanderError } from 'commander'
import { registerMargin } from '../../src/cli/commands/margin.ts'
import { RiskError } from '../../src/errors.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
export const FOLDER = mkdtempSync(join(tmpdir(), 'margin-'))
export const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}.json`, import.meta.url))
export const STRANGLE = example('btc-short-strangle')

type Run = { status: number | null; out: string; err: string }

/** The command as a process, as a user starts it. */
export function spawn(args: readonly string[], stdin: string): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'margin', ...args], {
    input: stdin,
    encoding: 'utf8',
  })
  return { status, out: stdout, err: stderr }
}

/** What `main.ts` makes of an error: 2 for input and usage. */
function failure(error: unknown, err: string): { status: number; err: string } {
  if (error instanceof RiskError) return { status: 2, err: error.message }
  if (error instanceof CommanderError) return { status: error.exitCode === 0 ? 0 : 2, err }
  throw error
}

/** The same without the cost of a process: text that would stand on stdin goes through a file called "stdin". */
export async function run(args: readonly string[], stdin?: string): Promise<Run> {
  const written: string[] = []
  const complaints: string[] = []
  const program = new Command('plimsoll').exitOverride()
  program.configureOutput({ writeErr: (text) => complaints.push(text) })
  registerMargin(program)
  const file = join(FOLDER, 'stdin')
  if (stdin !== undefined) writeFileSync(file, stdin)
  const { write } = process.stdout
  process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0
  try {
    await program.parseAsync(['node', 'plimsoll', 'margin', ...args, ...(stdin === undefined ? [] : ['--input', file])])
    return { status: 0, out: written.join(''), err: complaints.join('') }
  } catch (error) {
    return { out: written.join(''), ...failure(error, complaints.join('')) }
  } finally {
    process.stdout.write = write
  }
}

export function requireValid(schema: string, value: unknown): void {
  const text = readFileSync(new URL(`../../../docs/schemas/${schema}.json`, import.meta.url), 'utf8')
  const validate = new Ajv2020({ allowUnionTypes: true, strictRequired: false }).compile(JSON.parse(text))
  assert.ok(validate(value), JSON.stringify(validate.errors))
}

export async function json<T>(args: readonly string[], stdin?: string): Promise<T> {
  const { status, out, err } = await run(args, stdin)
  assert.equal(status, 0, err)
  const value: T = JSON.parse(out)
  requireValid(args[0] === 'compare' ? 'risk-margin-compare' : 'risk-margin', value)
  return value
}
