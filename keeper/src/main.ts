/** The keeper's command line. */
import process from 'node:process'
import { Command } from 'commander'
import { print, printFindings, runProgram, serve } from './commandLine.ts'
import { loadConfig } from './config.ts'
import { diagnose } from './doctor.ts'
import { Keeper } from './keeper.ts'
import { describeStatus } from './status.ts'

type Flags = { config: string; once?: boolean; dryRun?: boolean; json?: boolean; rpcUrl?: string }

function configOf({ config, rpcUrl }: Flags) {
  return loadConfig(config, process.env, { rpcUrl })
}

async function run(flags: Flags): Promise<void> {
  const keeper = new Keeper({
    config: configOf(flags),
    dryRun: flags.dryRun,
    emit: flags.json ? print : undefined,
  })
  await serve({
    start: () => keeper.start(),
    run: (signal) => (flags.once ? once(keeper, signal) : keeper.runner.run(signal)),
    stop: () => keeper.stop(),
  })
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
  async (flags: Flags) => printFindings(await diagnose(configOf(flags))),
)

options(program.command('status').description("the keeper's accounts and its transactions on their way")).action(
  async (flags: Flags) => print(await describeStatus(configOf(flags))),
)

await runProgram(program)
