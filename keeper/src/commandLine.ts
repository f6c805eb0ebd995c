/** What the command lines of all services share. */
import process from 'node:process'
import type { Command } from 'commander'
import type { Finding } from './doctor.ts'
import { KeeperError } from './errors.ts'

type Service = { start(): Promise<void>; run(signal: AbortSignal): Promise<void>; stop(): Promise<void> }

/** A line on stdout. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Runs until SIGINT or SIGTERM comes, or `run` returns. */
export async function serve(service: Service): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  try {
    await service.start()
    await service.run(stop.signal)
  } finally {
    await service.stop()
  }
}

/** One line per finding; exit code 1 if one failed. */
export function printFindings(findings: readonly Finding[]): void {
  for (const { ok, check, detail } of findings) print(`${ok ? 'ok  ' : 'FAIL'} ${check}: ${detail}`)
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1
}

/** Parses the arguments and runs the command. What a person can mend is one line on stderr and exit code 1; all else is thrown. */
export async function runProgram(program: Command): Promise<void> {
  try {
    await program.parseAsync()
  } catch (error) {
    if (!(error instanceof KeeperError)) throw error
    process.stderr.write(`${error.code}: ${error.message}\n`)
    process.exitCode = 1
  }
}
