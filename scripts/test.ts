/**
 * `npm test [-- STEP ...]`: every check in order, then all tests. The last line is `N passed, N failed` over all
 * runners. A failed check counts as one failure, so a red run never ends in `0 failed`.
 */
import { fork, spawn } from 'node:child_process'
import { existsSync, globSync } from 'node:fs'
import type { Counts } from './runner.ts'

type Outcome = { ok: boolean; output: string; counts?: Counts | undefined }
type Step = { name: string; run: () => Promise<Outcome>; stopOnFailure?: boolean }

const SOLIDITY = '{contracts,test}/**/*.sol'

/** Collects both streams of a child in order of arrival. */
function collect(child: ReturnType<typeof fork>): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    let output = ''
    let counts: Counts | undefined
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('message', (message: Counts) => (counts = message))
    child.once('error', reject)
    child.once('close', (code) => resolve({ ok: code === 0, output, counts }))
  })
}

async function commands(...lines: string[][]): Promise<Outcome> {
  let output = ''
  for (const [command = '', ...args] of lines) {
    const result = await collect(spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] }))
    output += result.output
    if (!result.ok) return { ok: false, output }
  }
  return { ok: true, output }
}

async function suite(name: string, ...flags: string[]): Promise<Outcome> {
  const result = await collect(fork('scripts/runner.ts', [name, ...flags], { silent: true }))
  const { counts } = result
  if (!counts) return { ok: false, output: `${result.output}\nThe runner ended without a result.` }
  if (counts.files > 0 && counts.passed + counts.failed === 0) {
    return { ok: false, output: `${result.output}\n${counts.files} test files, but no test ran.`, counts }
  }
  return result
}

const hasSolidity = globSync(SOLIDITY).length > 0

const STEPS: Step[] = [
  {
    name: 'format',
    run: () =>
      commands(
        ['biome', 'format', '.'],
        ...(hasSolidity ? [['prettier', '--check', '--log-level', 'warn', SOLIDITY]] : []),
      ),
  },
  {
    name: 'lint',
    run: () =>
      commands(
        ['biome', 'lint', '--error-on-warnings', '.'],
        ...(hasSolidity ? [['solhint', '--max-warnings', '0', '--disc', SOLIDITY]] : []),
      ),
  },
  { name: 'claims', run: () => commands([process.execPath, 'scripts/check-invariants.ts']) },
  // Before the type check: it also writes the types of the contracts.
  { name: 'compile', run: () => commands(['hardhat', 'build', '--no-tests']), stopOnFailure: true },
  { name: 'typecheck', run: () => commands(['tsc', '--project', 'tsconfig.json']) },
  { name: 'docs', run: () => commands(['typedoc', '--emit', 'none', '--treatWarningsAsErrors']) },
  { name: 'solidity', run: () => suite('solidity') },
  { name: 'gas', run: () => suite('gas', ...(existsSync('.gas-snapshot') ? ['--snapshot-check'] : [])) },
  { name: 'node', run: () => suite('node') },
  { name: 'ethers', run: () => suite('ethers') },
]

function describe({ ok, counts }: Outcome, seconds: number): string {
  const tests = counts ? `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped` : ''
  return `${seconds.toFixed(1).padStart(6)} s  ${ok ? 'ok  ' : 'FAIL'}  ${tests}`.trimEnd()
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`Unknown step ${unknown.join(', ')}. Steps: ${STEPS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}

const steps = wanted.length > 0 ? STEPS.filter(({ name }) => wanted.includes(name)) : STEPS
let passed = 0
let failed = 0
for (const { name, run, stopOnFailure } of steps) {
  const start = performance.now()
  const outcome = await run()
  console.log(`${name.padEnd(10)}${describe(outcome, (performance.now() - start) / 1000)}`)
  if (!outcome.ok) console.log(`\n${outcome.output.trim()}\n`)
  passed += outcome.counts?.passed ?? 0
  failed += outcome.ok ? 0 : Math.max(1, outcome.counts?.failed ?? 0)
  if (!outcome.ok && stopOnFailure) break
}
if (wanted.length === 0 && passed + failed === 0) {
  console.log('No test ran.')
  failed = 1
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
