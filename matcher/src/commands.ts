/** The matcher's command line. The key comes from the environment or a file, never from the command line. */
import process from 'node:process'
import { Command } from 'commander'
import { checkMatcher } from './checkup.ts'
import { Matcher } from './matcher.ts'
import { loadSettings } from './settings.ts'

type Flags = { readonly config: string; readonly json?: boolean }

const print = (line: string) => {
  process.stdout.write(`${line}\n`)
}

async function start({ config, json }: Flags): Promise<void> {
  const matcher = new Matcher({ settings: loadSettings(config, process.env), emit: json ? print : undefined })
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  try {
    await matcher.start()
    await matcher.run(stop.signal)
  } finally {
    await matcher.stop()
  }
}

async function check({ config }: Flags): Promise<void> {
  const findings = await checkMatcher(loadSettings(config, process.env))
  for (const { ok, check: name, detail } of findings) print(`${ok ? 'ok  ' : 'FAIL'} ${name}: ${detail}`)
  if (findings.some(({ ok }) => !ok)) process.exitCode = 1
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
