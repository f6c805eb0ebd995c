/** `npm run -s matcher -- start|check|local|openapi [options]`: order books for signed orders, see docs/matcher.md. */
import { writeFileSync } from 'node:fs'
import { runProgram } from '../keeper/src/commandLine.ts'
import { apiDocument, matcherCommands } from '../matcher/src/index.ts'

const OPENAPI_FILE = new URL('../docs/schemas/matcher-openapi.json', import.meta.url)

const program = matcherCommands()
program
  .command('local')
  .description('a chain, a matcher and some traders as processes; prints book, quotes and trades')
  .option('--hardhat', "on Hardhat's node, also where anvil runs")
  .action(async ({ hardhat }: { hardhat?: boolean }) => {
    const { runLocal } = await import('./matcher/local.ts')
    await runLocal(hardhat ? 'hardhat' : undefined)
  })
program
  .command('openapi')
  .description('print the description of the endpoints')
  .option('--write', 'keep it in docs/schemas/matcher-openapi.json')
  .action(({ write }: { write?: boolean }) => {
    const text = `${JSON.stringify(apiDocument(), null, 2)}\n`
    if (write) writeFileSync(OPENAPI_FILE, text)
    else process.stdout.write(text)
  })

await runProgram(program)
