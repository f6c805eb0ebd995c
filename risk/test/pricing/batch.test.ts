import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { compileKernel } from '../../assembly/build.ts'
import { DomainError } from '../../src/errors.ts'
import { Random } from '../../src/math/random.ts'
import {
  type Black76Greeks,
  black76Batch,
  black76BatchSimd,
  black76Greeks,
  black76GreeksBatch,
  type GreeksColumns,
  type OptionColumns,
  type ValueColumns,
} from '../../src/pricing/index.ts'
import { ColumnNotSharedError, PricingPool, sharedColumns } from '../../src/pricing/parallel/pricingPool.ts'
import { KERNEL } from '../../src/pricing/simd/kernel.ts'

/** The bound that `black76Batch` states. */
const BOUND = 2e-15
const ROWS = 20_001 // odd, and no multiple of a block

function randomOptions(options: OptionColumns, seed: number): OptionColumns {
  const random = new Random(seed)
  const between = (low: number, high: number) => low + (high - low) * random.uniform()
  const rarely = (usual: number, rare: number) => (random.uniform() < 0.02 ? rare : usual)
  for (let i = 0; i < options.sign.length; i += 1) {
    const forward = 10 ** between(-3, 6)
    const width = i % 2 === 0 ? 0.2 : 8
    options.sign[i] = random.uniform() < 0.5 ? 1 : -1
    options.forward[i] = forward
    options.strike[i] = rarely(forward * Math.exp(between(-width, width)), forward)
    options.expiryYears[i] = rarely(10 ** between(-4, 1.5), 0)
    options.volatility[i] = rarely(10 ** between(-3, 1), 0)
    options.discount[i] = between(0.3, 1.1)
  }
  return options
}

function columns<K extends string>(length: number, ...names: readonly K[]): Record<K, Float64Array> {
  const entries = names.map((name) => [name, new Float64Array(length)] as const)
  return Object.fromEntries(entries) as Record<K, Float64Array>
}

const optionColumns = (length: number) =>
  columns(length, 'sign', 'forward', 'strike', 'expiryYears', 'volatility', 'discount')
const valueColumns = (length: number) => columns(length, 'value', 'delta', 'vega')

function scalar(options: OptionColumns, i: number): Black76Greeks {
  const at = (column: Float64Array) => column[i] ?? NaN
  const { sign, forward, strike, expiryYears, volatility, discount } = options
  const kind = at(sign) > 0 ? 'call' : 'put'
  return black76Greeks(kind, at(forward), at(strike), at(expiryYears), at(volatility), at(discount))
}

function checkBound(options: OptionColumns, out: ValueColumns): void {
  for (let i = 0; i < out.value.length; i += 1) {
    const exact = scalar(options, i)
    const [f = 0, k = 0, t = 0] = [options.forward[i], options.strike[i], options.expiryYears[i]]
    const d = options.discount[i] ?? 0
    const check = (found: number | undefined, expected: number, scale: number) =>
      assert.ok(Math.abs((found ?? NaN) - expected) <= BOUND * scale, `row ${i}: ${found} is not ${expected}`)
    check(out.value[i], exact.value, d * Math.max(f, k))
    check(out.delta[i], exact.delta, d)
    check(out.vega[i], exact.vega, d * f * Math.sqrt(t))
  }
}

/** One row outside the domain for every way to leave it, among valid ones. */
function withRefusedRows(): OptionColumns {
  const options = optionColumns(9)
  for (const [name, value] of Object.entries({
    sign: 1,
    forward: 100,
    strike: 90,
    expiryYears: 1,
    volatility: 0.2,
    discount: 1,
  }))
    options[name as keyof OptionColumns].fill(value)
  options.sign[0] = 0
  options.forward[1] = -100
  options.strike[2] = Infinity
  options.expiryYears[3] = -1
  options.volatility[4] = NaN
  options.discount[6] = 0
  return options
}

describe('prices of columns', () => {
  const options = randomOptions(optionColumns(ROWS), 17)
  const pool = new PricingPool(2)
  after(() => pool.close())

  it('by the fast form are within the stated bound of single prices, also at the edges', () => {
    const out = valueColumns(ROWS)
    assert.equal(black76Batch(options, out), 0)
    checkBound(options, out)
  })

  it('by the SIMD form are within the same bound', () => {
    const out = valueColumns(ROWS)
    assert.equal(black76BatchSimd(options, out), 0)
    checkBound(options, out)
  })

  it('with all Greeks equal single prices to the last bit', () => {
    const out = columns(ROWS, 'value', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga')
    assert.equal(black76GreeksBatch(options, out), 0)
    for (let i = 0; i < ROWS; i += 1)
      for (const [name, value] of Object.entries(scalar(options, i)))
        assert.equal(out[name as keyof GreeksColumns][i], value)
  })

  it('by worker threads equal those of one thread to the last bit', async () => {
    const shared = sharedColumns(ROWS)
    randomOptions(shared.options, 17)
    const out = valueColumns(ROWS)
    black76BatchSimd(options, out)
    assert.equal(await pool.price(shared.options, shared.out), 0)
    for (const name of ['value', 'delta', 'vega'] as const) assert.deepEqual([...shared.out[name]], [...out[name]])
    await assert.rejects(pool.price(options, out), ColumnNotSharedError)
    assert.throws(() => new PricingPool(0), DomainError)
  })

  it('are NaN in rows outside the domain, which are counted, and leave the others alone', () => {
    const refused = withRefusedRows()
    for (const price of [black76Batch, black76BatchSimd]) {
      const out = valueColumns(9)
      assert.equal(price(refused, out), 6)
      for (const column of [out.value, out.delta, out.vega])
        assert.deepEqual([...column].map(Number.isNaN), [true, true, true, true, true, false, true, false, false])
    }
    const all = columns(9, 'value', 'delta', 'gamma', 'vega', 'theta', 'rho', 'vanna', 'volga')
    assert.equal(black76GreeksBatch(refused, all), 6)
    assert.deepEqual([...all.rho].map(Number.isNaN), [true, true, true, true, true, false, true, false, false])
  })

  it('are refused when the columns differ in length', () => {
    for (const price of [black76Batch, black76BatchSimd])
      assert.throws(() => price(options, valueColumns(ROWS - 1)), DomainError)
  })

  it('come from a kernel that its source compiles to, byte for byte', async () => {
    assert.equal(Buffer.from(await compileKernel('pricing')).toString('base64'), KERNEL)
  })
})
