/** Runs one command in this process, so that a test file need not start a new one for each of its cases. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { mock } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { Command, CommanderError } from 'commander'
import { RiskError } from '../../src/errors.ts'

export type Register = (program: Command) => void

export function temporaryFile(name: string, text?: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'plimsoll-')), name)
  if (text !== undefined) writeFileSync(file, text)
  return file
}

/** What the command prints. `args` start with its name; `text`, if given, is its input. Throws what the command throws. */
export function printed(register: Register, args: readonly string[], text?: string): string {
  const program = new Command('plimsoll').exitOverride()
  register(program)
  program.commands[0]?.exitOverride().configureOutput({ writeErr: () => undefined })
  const chunks: string[] = []
  const capture = mock.method(process.stdout, 'write', (chunk: string) => chunks.push(chunk) > 0)
  try {
    const input = text === undefined ? [] : ['--input', temporaryFile('input', text)]
    program.parse([...args, ...input], { from: 'user' })
  } finally {
    capture.mock.restore()
  }
  return chunks.join('')
}

/** Throws unless `value` has the shape of docs/schemas/`schema`.json. */
export function requireValid(schema: string, value: unknown): void {
  const text = readFileSync(new URL(`../../../docs/schemas/${schema}.json`, import.meta.url), 'utf8')
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(text))
  assert.ok(validate(value), JSON.stringify(validate.errors))
}

/** JSON that the command prints, checked against its schema. */
export function printedJson<T>(register: Register, schema: string, args: readonly string[], text?: string): T {
  const value: T = JSON.parse(printed(register, args, text))
  requireValid(schema, value)
  return value
}

/** The command refuses its input or its usage, for which the program exits with 2. */
export function refused(register: Register, args: readonly string[], text: string | undefined, message: RegExp): void {
  assert.throws(
    () => printed(register, args, text),
    (error) => (error instanceof RiskError || error instanceof CommanderError) && message.test(error.message),
  )
}

/** The whole program in a process of its own. */
export function runProgram(args: readonly string[], stdin: string) {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { input: stdin, encoding: 'utf8' })
  return { status, stdout, stderr }
}
