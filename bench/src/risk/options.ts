/** Options per second (value, delta and vega) of the engine beside other libraries, in one run on one machine. */
import { execFile } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { BlackCalculator, Option } from '@quantlib/ql'
import { z } from 'zod'
import { Random } from '../../../risk/src/math/random.ts'
import {
  black76Batch,
  black76BatchSimd,
  impliedVolatilityBatch,
  type OptionColumns,
} from '../../../risk/src/pricing/index.ts'
import { PricingPool, sharedColumns } from '../../../risk/src/pricing/parallel/pricingPool.ts'

const ROWS = 1 << 17
/** Rows for the worker threads: enough that handing out the work does not count. */
const SHARED_ROWS = 1 << 20
/** Rows for the libraries that price one option at a time. */
const LOOP_ROWS = 20_000
/** Rows for the implied volatilities, and for the peer on npm. */
const FEW_ROWS = 5_000
const REPETITIONS = 15
const SCRIPT = fileURLToPath(new URL('options.py', import.meta.url))

const rate = z.union([z.number().positive(), z.literal('absent')])
const pythonRates = z.object({ numpy: rate, quantlib: rate })
type Rate = z.infer<typeof rate>

export type OptionsTable = {
  /**
   * plimsoll: one thread of TypeScript. simd: one thread of WebAssembly. workers2: two threads of it. numpy: with scipy,
   * vectorised. quantlib: its Python binding. ql: @quantlib/ql. The last three as "absent" where not installed.
   */
  optionsPerSecond: { plimsoll: number; simd: number; workers2: number; numpy: Rate; quantlib: Rate; ql: number }
  impliedVolsPerSecond: number
}

function fillRandom(options: OptionColumns): void {
  const random = new Random(1)
  for (let i = 0; i < options.sign.length; i += 1) {
    const expiry = 0.02 + 2 * random.uniform()
    options.sign[i] = random.uniform() < 0.5 ? 1 : -1
    options.forward[i] = 80 + 40 * random.uniform()
    options.strike[i] = 60 + 80 * random.uniform()
    options.expiryYears[i] = expiry
    options.volatility[i] = 0.1 + 0.9 * random.uniform()
    options.discount[i] = Math.exp(-0.03 * expiry)
  }
}

/** Rows a second, by the median time: other load on the machine shows in the extremes. */
async function medianRate(rows: number, run: () => unknown): Promise<number> {
  const times: number[] = []
  for (let i = -3; i < REPETITIONS; i += 1) {
    const start = performance.now()
    await run()
    if (i >= 0) times.push(performance.now() - start) // the first three let the compiler finish
  }
  const middle = times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN
  return (1_000 * rows) / middle
}

/** The npm peer, one option at a time. */
function priceByQl(options: OptionColumns): number {
  let sum = 0
  for (let i = 0; i < FEW_ROWS; i += 1) {
    const expiry = options.expiryYears[i] ?? Number.NaN
    const calculator = new BlackCalculator().init2(
      options.sign[i] === 1 ? Option.Type.Call : Option.Type.Put,
      options.strike[i] ?? Number.NaN,
      options.forward[i] ?? Number.NaN,
      (options.volatility[i] ?? Number.NaN) * Math.sqrt(expiry),
      options.discount[i] ?? Number.NaN,
    )
    sum += calculator.value() + calculator.deltaForward() + calculator.vega(expiry)
  }
  return sum
}

/** The first on the path may be one of the user's own; the system's packages belong to the second. */
const PYTHONS = ['python3', '/usr/bin/python3']

/** What the first Python that has it measures; "absent" where none has. */
async function measurePython(): Promise<z.infer<typeof pythonRates>> {
  const rates = { numpy: 'absent', quantlib: 'absent' } as z.infer<typeof pythonRates>
  for (const python of PYTHONS) {
    const found = await ratesOf(python)
    if (rates.numpy === 'absent') rates.numpy = found.numpy
    if (rates.quantlib === 'absent') rates.quantlib = found.quantlib
    if (rates.numpy !== 'absent' && rates.quantlib !== 'absent') break
  }
  return rates
}

async function ratesOf(python: string): Promise<z.infer<typeof pythonRates>> {
  try {
    const { stdout } = await promisify(execFile)(python, [SCRIPT, `${ROWS}`, `${LOOP_ROWS}`, `${REPETITIONS}`])
    return pythonRates.parse(JSON.parse(stdout))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      return { numpy: 'absent', quantlib: 'absent' }
    throw error
  }
}

async function measureWorkers(): Promise<number> {
  const { options, out } = sharedColumns(SHARED_ROWS)
  fillRandom(options)
  const pool = new PricingPool(2)
  try {
    return await medianRate(SHARED_ROWS, () => pool.price(options, out))
  } finally {
    await pool.close()
  }
}

/** Implied volatilities of the options that were just priced into `value`, out of the money as quotes are. */
async function measureImpliedVolatility(options: OptionColumns): Promise<number> {
  const column = (name: keyof OptionColumns) => options[name].slice(0, FEW_ROWS)
  const quotes = { ...options, sign: column('sign'), forward: column('forward'), strike: column('strike') }
  for (const [i, forward] of quotes.forward.entries())
    quotes.sign[i] = forward < (quotes.strike[i] ?? Number.NaN) ? 1 : -1
  const few = {
    ...quotes,
    expiryYears: column('expiryYears'),
    volatility: column('volatility'),
    discount: column('discount'),
  }
  const value = new Float64Array(FEW_ROWS)
  black76Batch(few, { value, delta: new Float64Array(FEW_ROWS), vega: new Float64Array(FEW_ROWS) })
  const { volatility: _, ...contracts } = few
  const volatility = new Float64Array(FEW_ROWS)
  const status = new Uint8Array(FEW_ROWS)
  return medianRate(FEW_ROWS, () => {
    impliedVolatilityBatch({ ...contracts, price: value }, volatility, status)
  })
}

/** A few seconds; figures depend on the machine and on what else it does. */
export async function measureOptions(): Promise<OptionsTable> {
  const column = () => new Float64Array(ROWS)
  const options = {
    sign: column(),
    forward: column(),
    strike: column(),
    expiryYears: column(),
    volatility: column(),
    discount: column(),
  }
  const out = { value: column(), delta: column(), vega: column() }
  fillRandom(options)
  return {
    optionsPerSecond: {
      plimsoll: await medianRate(ROWS, () => black76Batch(options, out)),
      simd: await medianRate(ROWS, () => black76BatchSimd(options, out)),
      workers2: await measureWorkers(),
      ...(await measurePython()),
      ql: await medianRate(FEW_ROWS, () => priceByQl(options)),
    },
    impliedVolsPerSecond: await measureImpliedVolatility(options),
  }
}
