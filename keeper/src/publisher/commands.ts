/** The publishers' command line. Keys come from the environment or a file, never from the command line. */
import process from 'node:process'
import { Argument, Command } from 'commander'
import { print, printFindings, serve } from '../commandLine.ts'
import { checkPoster, checkSigner } from './checkup.ts'
import { Poster } from './poster.ts'
import { loadPoster, loadSigner } from './settings.ts'
import { Signer } from './signer.ts'

const configured = (command: Command) => command.requiredOption('--config <file>', 'JSON file, see docs/publishers.md')

type Flags = { readonly config: string; readonly json?: boolean }

/** `sign`, `post` and `check`. */
export function publisherCommands(): Command {
  const program = new Command('feeds').description('Publishers of volatility surfaces and of history')
  configured(program.command('sign'))
    .description('sign what quotes and past prices say, co-sign what agrees with that')
    .action(({ config }: Flags) => serve(new Signer({ settings: loadSigner(config, process.env) })))
  configured(program.command('post'))
    .description('collect signatures of a quorum and post what is worth its gas')
    .option('--json', 'one JSON line per posted message on stdout')
    .action(({ config, json }: Flags) =>
      serve(new Poster({ settings: loadPoster(config, process.env), emit: json ? print : undefined })),
    )
  configured(program.command('check'))
    .description('check a configuration, its chain, its input and its signers; exit code 1 if something fails')
    .addArgument(new Argument('<role>').choices(['sign', 'post']))
    .action(check)
  return program
}

async function check(role: string, { config }: Flags): Promise<void> {
  printFindings(
    role === 'post'
      ? await checkPoster(loadPoster(config, process.env))
      : await checkSigner(loadSigner(config, process.env)),
  )
}
