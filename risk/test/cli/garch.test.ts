import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { registerGarch } from '../../src/cli/commands/garch.ts'
import { printedJson, refused as refusedBy } from './runCommand.ts'

const RETURNS = fileURLToPath(new URL('../vectors/dem2gbp_returns.csv', import.meta.url))
const CLOSES = fileURLToPath(new URL('../vectors/dax_close_2000_2021.csv', import.meta.url))

type Estimates = { mu: number; omega: number; alpha: number; beta: number }
type Report = {
  observations: number
  parameters: Estimates
  standardErrors: { hessian: Estimates; robust: Estimates } | null
  persistence: number
  longRunVariance: number
  forecast: { step: number; variance: number; volatility: number; cumulativeVolatility: number }[]
}

const report = (args: string[], text?: string): Report =>
  printedJson<Report>(registerGarch, 'risk-garch', ['garch', ...args], text)
const refused = (args: string[], text: string, message: RegExp) =>
  refusedBy(registerGarch, ['garch', ...args], text, message)

describe('plimsoll garch', () => {
  it('prints the benchmark estimates to five digits, with both kinds of standard errors', () => {
    const { observations, parameters, standardErrors } = report(['--input', RETURNS])
    assert.equal(observations, 1974)
    const expected = { mu: -0.00619041, omega: 0.0107613, alpha: 0.153134, beta: 0.805974 }
    for (const name of ['mu', 'omega', 'alpha', 'beta'] as const)
      assert.ok(Math.abs(parameters[name] / expected[name] - 1) < 1.1e-5, `${name} ${parameters[name]}`)
    assert.ok(Math.abs((standardErrors?.hessian.alpha ?? 0) - 0.0265228) < 1e-6)
    assert.ok(Math.abs((standardErrors?.robust.alpha ?? 0) - 0.0535317) < 1e-6)
  })

  it('forecasts as many periods as asked, whose variances add up and move towards the long run', () => {
    const { forecast, longRunVariance } = report(['--input', RETURNS, '--horizon', '250'])
    assert.equal(forecast.length, 250)
    let sum = 0
    for (const { variance, cumulativeVolatility } of forecast) {
      sum += variance
      assert.ok(Math.abs(cumulativeVolatility ** 2 - sum) < 1e-9 * sum)
    }
    const distance = (k: number) => Math.abs((forecast[k]?.variance ?? 0) - longRunVariance)
    assert.ok(distance(249) < 1e-3 * distance(0))
  })

  it('takes a JSON array, a CSV of numbers as NumPy prints them, and prices, alike', () => {
    const values = readFileSync(RETURNS, 'utf8').trim().split('\n').slice(1, 400)
    const plain = report([], `[${values.join(',')}]`)
    const numpy = report(['--column', 'r'], `t,r\n${values.map((value, t) => `${t},np.float64(${value})`).join('\n')}`)
    assert.deepEqual(numpy, plain)
    let price = 100
    const prices = [100, ...values.map((value) => (price *= Math.exp(Number(value) / 100)))]
    const fromPrices = report(['--prices'], `close\n${prices.join('\n')}`)
    assert.ok(Math.abs(fromPrices.parameters.alpha - plain.parameters.alpha) < 1e-6)
  })

  it('reads a named column of prices', () => {
    assert.equal(report(['--prices', '--column', 'close', '--input', CLOSES]).observations, 500)
  })

  it('names line and column of what it cannot use', () => {
    refused([], 'r\n0.1\nx\n', /input:3:r: is "x"/)
    refused(['--prices'], 'p\n1\n0\n', /input:3:p: is not positive/)
    refused([], 'a,b\n1,2\n', /input:1: name one of the columns with --column: a, b/)
    refused(['--column', 'c'], 'a,b\n1,2\n', /there is no column "c"/)
    refused([], 'r\n0.1\n0.2\n', /length of returns is 2/)
  })
})
