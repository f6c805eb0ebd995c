/**
 * Runs the tests of one runner in this process: `node scripts/runner.ts SUITE`.
 * A parent that forked it receives the counts as a message, so nobody has to read them out of printed text.
 */
import { globSync } from 'node:fs'
import hre from 'hardhat'

/** Counts of one run; `files` is how many test files were selected. */
export type Counts = { files: number; passed: number; failed: number; skipped: number }

/** Hardhat's Solidity and node:test runners report their counts only when told where to start numbering failures. */
const COUNTED = { testSummaryIndex: 1 }

const SUITES = {
  solidity: { task: 'solidity', files: 'test/{unit,fuzz,invariant}/**/*.t.sol', options: COUNTED },
  gas: { task: 'solidity', files: 'test/gas/**/*.t.sol', options: COUNTED },
  node: {
    task: 'nodejs',
    files: '{test/{integration,differential},{sdk,risk,keeper,matcher,bench}/test}/**/*.test.ts',
    options: COUNTED,
  },
  e2e: { task: 'nodejs', files: 'test/e2e/**/*.test.ts', options: COUNTED },
  ethers: { task: 'mocha', files: 'test/ethers/**/*.test.ts', options: {} },
} as const

function isSuite(name: string | undefined): name is keyof typeof SUITES {
  return name !== undefined && Object.hasOwn(SUITES, name)
}

type Summary = { passed: number; failed: number; skipped: number; failureOutput?: string }
type TaskResult = { success: boolean; summary: Summary }

/** Hardhat types task results as `any`: this is the boundary where the shape is checked. */
function parseTaskResult(result: { success?: unknown; value?: unknown; error?: unknown }): TaskResult {
  const { summary } = (result.success ? result.value : result.error) as Partial<TaskResult>
  if (typeof result.success !== 'boolean' || !summary || !Number.isInteger(summary.passed + summary.failed)) {
    throw new TypeError('Hardhat returned no test summary. Was its version changed?')
  }
  return { success: result.success, summary }
}

async function runSuite(name: keyof typeof SUITES): Promise<Counts> {
  const { task, files: pattern, options } = SUITES[name]
  const testFiles = globSync(pattern).sort()
  const noCompile = task !== 'solidity' // the Solidity task builds contracts and tests itself
  if (noCompile) await hre.tasks.getTask('build').run({ quiet: true, noTests: true })
  const result = await hre.tasks.getTask(['test', task]).run({ testFiles, noCompile, ...options })
  const { success, summary } = parseTaskResult(result)
  console.log(summary.failureOutput ?? '')
  const unnamed = !success && summary.failed === 0 ? 1 : 0 // a failure without a failed test
  const { passed, skipped } = summary
  return { files: testFiles.length, passed, skipped, failed: summary.failed + unnamed }
}

const suite = process.argv[2]
if (!isSuite(suite)) throw new Error(`Unknown suite ${suite}. Suites: ${Object.keys(SUITES).join(', ')}`)
const counts = await runSuite(suite)
process.send?.(counts)
process.exitCode = counts.failed > 0 ? 1 : 0
if (process.connected) process.disconnect()
