#!/usr/bin/env node
/**
 * `plimsoll`: the risk engine on the command line. Exit code 2 for input or usage that is wrong, 3 where `preflight --strict`
 * finds accounts that a change would make liquidatable, 1 where `weights verify` finds a difference, and for anything else.
 */
import process from 'node:process'
import { Command, CommanderError } from 'commander'
import { RiskError } from '../errors.ts'
import { COMMANDS } from './commands/index.ts'

const program = new Command('plimsoll')
  .description('Prices, surfaces, risk measures and margin requirements of derivative portfolios')
  .exitOverride()
for (const register of COMMANDS) register(program)

/** Commander's own exits: help and version are successes, everything else is a usage error. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof RiskError)) throw error
  process.stderr.write(`error: ${error.message}\n`)
  return 2
}

/** A reader such as `head` that has seen enough closes the pipe: no error, but nothing more to write either. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}
