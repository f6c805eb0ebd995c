/** `npm run -s feeds -- sign|post|check|local [options]`: publishers of volatility surfaces and of history, see docs/publishers.md. */
import { runProgram } from '../keeper/src/commandLine.ts'
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

await runProgram(program)
