/**
 * `npm run -s parity -- [--count N] [--seed S] [--workers W] [--json]`: random portfolios in random markets, measured by the
 * SDK's bigint twin and by the compiled engine, each worker on a chain of its own. Exit code 1 on any difference.
 * Progress goes to stderr; the result to stdout, with `--json` as described by `docs/schemas/parity.json`.
 */
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openSeparateEngine } from '../test/differential/compiledEngine.ts'
import { CHUNK, checkChunk, emptyResult, merge, type ParityResult } from '../test/differential/parity.ts'

type Job = { seed: number; chunk: number; count: number }
type Report = ParityResult & { seed: number; workers: number; seconds: number; portfoliosPerSecond: number }

/** Environment variable that tells a child of this script its part. */
const ROLE = 'PLIMSOLL_PARITY_ROLE'

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1349282157' },
    workers: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
})

/** @throws RangeError naming the option */
function wholeNumber(name: 'count' | 'seed' | 'workers', least: number, most: number): number {
  const value = Number(options[name])
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`--${name} is ${options[name]}. Use a whole number from ${least} to ${most}.`)
}

/** One engine per worker process; a job at a time until the parent closes the channel. */
async function serve(): Promise<void> {
  const engine = await openSeparateEngine()
  process.on('message', async ({ seed, chunk, count }: Job) => {
    process.send?.(await checkChunk(engine, seed, chunk, count))
  })
  process.once('disconnect', () => engine.close())
  process.send?.('ready')
}

function jobsOf(portfolios: number, seed: number): Job[] {
  const chunks = Math.ceil(portfolios / CHUNK)
  return Array.from({ length: chunks }, (_, chunk) => ({
    seed,
    chunk,
    count: Math.min(CHUNK, portfolios - chunk * CHUNK),
  }))
}

/** Hands the jobs out to `workers` processes; each result is passed on as it arrives. */
async function distribute(jobs: Job[], workers: number, onResult: (result: ParityResult) => void): Promise<void> {
  const queue = jobs.values()
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const worker = fork(fileURLToPath(import.meta.url), [], { env: { ...process.env, [ROLE]: 'worker' } })
      worker.on('message', (message: 'ready' | ParityResult) => {
        if (message !== 'ready') onResult(message)
        const { value, done } = queue.next()
        if (done) worker.disconnect()
        else worker.send(value)
      })
      worker.once('error', reject)
      worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`A worker ended with code ${code}.`))))
    })
  await Promise.all(Array.from({ length: workers }, run))
}

function describe(report: Report): string {
  const { portfolios, values, mismatches, maxDifferenceWei, examples, reached, seconds, portfoliosPerSecond, seed } =
    report
  return [
    `${portfolios} portfolios, ${reached.positions} positions, ${values} values compared, ${mismatches} mismatches`,
    `largest difference ${maxDifferenceWei} wei`,
    `seed ${seed}, ${seconds.toFixed(1)} s, ${portfoliosPerSecond.toFixed(0)} portfolios/s`,
    ...examples.map(
      ({ chunk, index, field, chain, twin }) =>
        `chunk ${chunk} portfolio ${index} ${field}: chain ${chain}, twin ${twin}`,
    ),
  ].join('\n')
}

async function main(): Promise<void> {
  const portfolios = wholeNumber('count', 1, 1e9)
  const seed = wholeNumber('seed', 0, 2 ** 32 - 1)
  const jobs = jobsOf(portfolios, seed)
  const workers = Math.min(wholeNumber('workers', 1, 256), jobs.length)
  const start = performance.now()
  const elapsed = () => (performance.now() - start) / 1000
  let result = emptyResult()
  let shown = 0
  await distribute(jobs, workers, (part) => {
    result = merge(result, part)
    if (elapsed() - shown < 5) return
    shown = elapsed()
    console.error(
      `${result.portfolios} of ${portfolios} portfolios, ${result.mismatches} mismatches, ${shown.toFixed(0)} s`,
    )
  })
  const seconds = elapsed()
  const report: Report = { ...result, seed, workers, seconds, portfoliosPerSecond: result.portfolios / seconds }
  console.log(options.json ? JSON.stringify(report, null, 2) : describe(report))
  process.exitCode = result.mismatches > 0 || result.portfolios !== portfolios ? 1 : 0
}

await (process.env[ROLE] === 'worker' ? serve() : main())
