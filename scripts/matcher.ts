/** `npm run -s matcher -- start|check|openapi [options]`: order books for signed orders, see docs/matcher.md. */
import { KeeperError } from '../keeper/src/errors.ts'
import { matcherCommands } from '../matcher/src/commands.ts'

try {
  await matcherCommands().parseAsync()
} catch (error) {
  if (!(error instanceof KeeperError)) throw error
  process.stderr.write(`${error.code}: ${error.message}\n`)
  process.exitCode = 1
}
