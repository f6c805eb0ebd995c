/** The matcher's command line. The key comes from the environment or a file, never from the command line. */
import process from 'node:process'
import { print, printFindings, serve } from '@plimsoll/keeper/service'
import { Command } from 'commander'
import { checkMatcher } from './checkup.ts'
import { Matcher } from './matcher.ts'
import { loadSettings } from './settings.ts'

type Flags = { readonly config: string; readonly json?: boolean }

async function start({ config, json }: Flags): Promise<void> {
  await serve(new Matcher({ settings: loadSettings(config, process.env), emit: json ? print : undefined }))
}

async function check({ config }: Flags): Promise<void> {
  printFindings(await checkMatcher(loadSettings(config, process.env)))
}

/** `start` and `check`. */
export function matcherCommands(): Command {
  const program = new Command('matcher').description('Order books and requests for quotes for signed orders')
  const configured = (name: string) =>
    program.command(name).requiredOption('--config <file>', 'JSON file, see docs/matcher.md')
  configured('start')
    .description('serve, match and settle until stopped')
    .option('--json', 'one JSON line per change of a match on stdout')
    .action(start)
  configured('check').description('check configuration, chain and gas money; exit code 1 if one fails').action(check)
  return program
}
