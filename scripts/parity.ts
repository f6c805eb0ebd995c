/**
 * `npm run -s parity -- [--count N] [--storage M] [--seed S] [--workers W] [--json]`: N random portfolios in random markets,
 * measured by the SDK's bigint twin and by the compiled engine, and M more through the storage of the whole protocol: surfaces,
 * epochs, risk arrays, settlement and ledger. Each worker has chains of its own. Exit code 1 on any difference.
 * Progress goes to stderr; the result to stdout, with `--json` as described by `docs/schemas/parity.json`.
 */
import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { openSeparateEngine } from '../test/differential/compiledEngine.ts'
import { CHUNK, checkChunk, chunkSeed, emptyResult, merge, type ParityResult } from '../test/differential/parity.ts'
import {
  checkStorage,
  emptyStorageResult,
  mergeStorage,
  type StorageResult,
} from '../test/differential/throughStorage.ts'

type Job = { seed: number; chunk: number; count: number; part: 'engine' | 'storage' }
type Result = { part: 'engine'; result: ParityResult } | { part: 'storage'; result: StorageResult }
type Report = ParityResult & {
  throughStorage: StorageResult
  seed: number
  workers: number
  seconds: number
  portfoliosPerSecond: number
}

/** Environment variable that tells a child of this script its part. */
const ROLE = 'PLIMSOLL_PARITY_ROLE'
/** Unless said otherwise, one portfolio in fifty also goes through storage, up to this many. */
const [STORAGE_SHARE, MOST_STORAGE] = [50, 2_000]

const { values: options } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    storage: { type: 'string' },
    seed: { type: 'string', default: '1349282157' },
    workers: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
  },
})

/** @throws RangeError naming the option */
function wholeNumber(name: 'count' | 'storage' | 'seed' | 'workers', least: number, most: number): number {
  const value = Number(options[name])
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new RangeError(`--${name} is ${options[name]}. Use a whole number from ${least} to ${most}.`)
}

/** One engine per worker process; a job at a time until the parent closes the channel. */
async function serve(): Promise<void> {
  const engine = await openSeparateEngine()
  process.on('message', async ({ part, seed, chunk, count }: Job) => {
    const answer: Result =
      part === 'engine'
        ? { part, result: await checkChunk(engine, seed, chunk, count) }
        : { part, result: await checkStorage(chunkSeed(seed, chunk), count) }
    process.send?.(answer)
  })
  process.once('disconnect', () => engine.close())
  process.send?.('ready')
}

function jobsOf(part: Job['part'], portfolios: number, seed: number): Job[] {
  const chunks = Math.ceil(portfolios / CHUNK)
  return Array.from({ length: chunks }, (_, chunk) => ({
    part,
    seed,
    chunk,
    count: Math.min(CHUNK, portfolios - chunk * CHUNK),
  }))
}

/** Hands the jobs out to `workers` processes; each result is passed on as it arrives. */
async function distribute(jobs: Job[], workers: number, onResult: (result: Result) => void): Promise<void> {
  const queue = jobs.values()
  const run = () =>
    new Promise<void>((resolve, reject) => {
      const worker = fork(fileURLToPath(import.meta.url), [], { env: { ...process.env, [ROLE]: 'worker' } })
      worker.on('message', (message: 'ready' | Result) => {
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
  const { portfolios, values, mismatches, maxDifferenceWei, examples, reached, throughStorage: stored } = report
  return [
    `${portfolios} portfolios, ${reached.positions} positions, ${values} values compared, ${mismatches} mismatches`,
    `largest difference ${maxDifferenceWei} wei`,
    `through storage: ${stored.portfolios} portfolios, ${stored.matrices} matrices, ${stored.surfaces} surfaces, ${stored.mismatches} mismatches`,
    `seed ${report.seed}, ${report.seconds.toFixed(1)} s, ${report.portfoliosPerSecond.toFixed(0)} portfolios/s`,
    ...examples.map(
      ({ chunk, index, field, chain, twin }) =>
        `chunk ${chunk} portfolio ${index} ${field}: chain ${chain}, twin ${twin}`,
    ),
    ...stored.examples.map(
      ({ world, portfolio, field, chain, twin }) =>
        `world ${world} portfolio ${portfolio} ${field}: chain ${chain}, twin ${twin}`,
    ),
  ].join('\n')
}

async function main(): Promise<void> {
  const portfolios = wholeNumber('count', 1, 1e9)
  const seed = wholeNumber('seed', 0, 2 ** 32 - 1)
  const storage =
    options.storage === undefined
      ? Math.min(MOST_STORAGE, Math.floor(portfolios / STORAGE_SHARE))
      : wholeNumber('storage', 0, 1e6)
  // The long ones first, so that the last job to end is a short one.
  const jobs = [...jobsOf('storage', storage, seed), ...jobsOf('engine', portfolios, seed)]
  const workers = Math.min(wholeNumber('workers', 1, 256), jobs.length)
  const start = performance.now()
  const elapsed = () => (performance.now() - start) / 1000
  let result = emptyResult()
  let throughStorage = emptyStorageResult()
  let shown = 0
  await distribute(jobs, workers, (answer) => {
    if (answer.part === 'engine') result = merge(result, answer.result)
    else throughStorage = mergeStorage(throughStorage, answer.result)
    if (elapsed() - shown < 5) return
    shown = elapsed()
    console.error(
      `${result.portfolios} of ${portfolios} portfolios, ${result.mismatches} mismatches, ${shown.toFixed(0)} s`,
    )
  })
  const seconds = elapsed()
  const portfoliosPerSecond = (result.portfolios + throughStorage.portfolios) / seconds
  const mismatches = result.mismatches + throughStorage.mismatches
  const report: Report = { ...result, mismatches, throughStorage, seed, workers, seconds, portfoliosPerSecond }
  console.log(options.json ? JSON.stringify(report, null, 2) : describe(report))
  const isComplete = result.portfolios === portfolios && throughStorage.portfolios === storage
  process.exitCode = mismatches > 0 || !isComplete ? 1 : 0
}

await (process.env[ROLE] === 'worker' ? serve() : main())
