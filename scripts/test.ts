/**
 * `npm test [-- STEP ...]`: every check, then all tests; steps of one stage side by side, each on a core. The last line is
 * `N passed, N failed` over all runners. A failed check counts as one failure, so a red run never ends in `0 failed`.
 */
import { fork, spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import type { Counts } from './runner.ts'

type Outcome = { ok: boolean; output: string; counts?: Counts | undefined }
type Step = { name: string; run: () => Promise<Outcome>; stopOnFailure?: boolean }

const SOLIDITY = '{contracts,test}/**/*.sol'

/** Collects both streams of a child in order of arrival. */
function collect(child: ReturnType<typeof fork>): Promise<Outcome> {
  return new Promise((resolve) => {
    let output = ''
    let counts: Counts | undefined
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('message', (message: Counts) => (counts = message))
    child.once('error', (error) => resolve({ ok: false, output: `${output}${error}\n` })) // it did not start
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

async function suite(name: string): Promise<Outcome> {
  const result = await collect(fork('scripts/runner.ts', [name], { silent: true }))
  const { counts } = result
  if (!counts) return { ok: false, output: `${result.output}\nThe runner ended without a result.` }
  if (counts.passed + counts.failed === 0) {
    return { ok: false, output: `${result.output}\n${counts.files} test files, but no test ran.`, counts }
  }
  return result
}

const hasSolidity = globSync(SOLIDITY).length > 0

const STAGES: Step[][] = [
  [
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
  ],
  // Before the type check: it also writes the types of the contracts. The compilers take all cores.
  [{ name: 'compile', run: () => commands(['hardhat', 'build', '--no-tests']), stopOnFailure: true }],
  [
    { name: 'typecheck', run: () => commands(['tsc', '--project', 'tsconfig.json']) },
    { name: 'docs', run: () => commands(['typedoc', '--emit', 'none', '--treatWarningsAsErrors']) },
  ],
  [{ name: 'solidity', run: () => suite('solidity') }],
  [{ name: 'gas', run: () => suite('gas') }],
  [
    { name: 'node', run: () => suite('node') },
    { name: 'e2e', run: () => suite('e2e') },
  ],
  [{ name: 'ethers', run: () => suite('ethers') }],
]
const STEPS = STAGES.flat()

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

let passed = 0
let failed = 0

/** Runs a step and says how it went. @returns Whether the rest may follow. */
async function perform({ name, run, stopOnFailure }: Step): Promise<boolean> {
  const start = performance.now()
  const outcome = await run()
  console.log(`${name.padEnd(10)}${describe(outcome, (performance.now() - start) / 1000)}`)
  if (!outcome.ok) console.log(`\n${outcome.output.trim()}\n`)
  passed += outcome.counts?.passed ?? 0
  failed += outcome.ok ? 0 : Math.max(1, outcome.counts?.failed ?? 0)
  return outcome.ok || !stopOnFailure
}

for (const stage of STAGES) {
  const steps = stage.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  const results = await Promise.all(steps.map(perform))
  if (results.includes(false)) break
}
if (wanted.length === 0 && passed + failed === 0) {
  console.log('No test ran.')
  failed = 1
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
