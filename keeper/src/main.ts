/** The keeper's command line. */
import process from 'node:process'
import { Command } from 'commander'
import { loadConfig } from './config.ts'
import { diagnose } from './doctor.ts'
import { KeeperError } from './errors.ts'
import { Keeper } from './keeper.ts'
import { describeStatus } from './status.ts'

type Flags = { config: string; once?: boolean; dryRun?: boolean; json?: boolean; rpcUrl?: string }

const print = (line: string) => {
  process.stdout.write(`${line}\n`)
}

function configOf({ config, rpcUrl }: Flags) {
  return loadConfig(config, process.env, { rpcUrl })
}

async function run(flags: Flags): Promise<void> {
  const keeper = new Keeper({
    config: configOf(flags),
    dryRun: flags.dryRun,
    emit: flags.json ? print : undefined,
  })
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  try {
    await keeper.start()
    if (flags.once) await once(keeper, stop.signal)
    else await keeper.runner.run(stop.signal)
  } finally {
    await keeper.stop()
  }
}

/** One scan, then scans only until everything that it sent has a receipt. */
async function once(keeper: Keeper, signal: AbortSignal): Promise<void> {
  await keeper.runner.tick()
  while (keeper.runner.open.length > 0 && !signal.aborted) {
    await new Promise((resolve) => setTimeout(resolve, keeper.config.pollMs))
    await keeper.runner.tick()
  }
}

const program = new Command('plimsoll-keeper').description('Liquidation keeper of the Plimsoll protocol')
const options = (command: Command) =>
  command
    .requiredOption('--config <file>', 'JSON file, see docs/keeper.md')
    .option('--rpc-url <url>', 'node to use instead of the configured one')

options(program.command('run', { isDefault: true }).description('watch, plan and submit until stopped'))
  .option('--once', 'one scan, then exit when its transactions have receipts')
  .option('--dry-run', 'everything but submitting')
  .option('--json', 'one JSON line per confirmed action on stdout')
  .action(run)

options(program.command('doctor').description('check chain, contracts, key, accounts and balances')).action(
  async (flags: Flags) => {
    const findings = await diagnose(configOf(flags))
    for (const { ok, check, detail } of findings) print(`${ok ? 'ok  ' : 'FAIL'} ${check}: ${detail}`)
    if (findings.some(({ ok }) => !ok)) process.exitCode = 1
  },
)

options(program.command('status').description("the keeper's accounts and its transactions on their way")).action(
  async (flags: Flags) => print(await describeStatus(configOf(flags))),
)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof KeeperError)) throw error
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exitCode = 1
}
