/** `npm run -s feeds -- sign|post|check|local [options]`: publishers of volatility surfaces, see docs/publishers.md. */
import { KeeperError } from '../keeper/src/errors.ts'
import { publisherCommands } from '../keeper/src/publisher/commands.ts'

const program = publisherCommands()
program
  .command('local')
  .description('a chain, three signers and a poster as processes, fed with real quotes; prints what was posted')
  .option('--hardhat', "on Hardhat's node, also where anvil runs")
  .action(async ({ hardhat }: { hardhat?: boolean }) => {
    const { runLocal } = await import('./feeds/local.ts')
    await runLocal(hardhat ? 'hardhat' : undefined)
  })

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof KeeperError)) throw error
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exitCode = 1
}
