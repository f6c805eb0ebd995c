/** The errors that the contracts' option mathematics states, against fifty digits (scripts/option_reference.py). */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { callValue, normalCdf, totalVariance } from '../../sdk/src/index.ts'

const file = new URL('../fixtures/data/option_reference.csv', import.meta.url)
const lines = readFileSync(file, 'utf8').trim().split('\n')

function rows(name: 'cdf' | 'call' | 'variance'): bigint[][] {
  const found = lines.filter((line) => line.startsWith(`${name},`))
  assert.equal(found.length, 400)
  return found.map((line) => line.split(',').slice(1).map(BigInt))
}

/** Results of the reference have twelve decimals more. */
const FINE = 10n ** 12n

/** |value - reference| in units of 1e-30. */
function distance(value: bigint, reference: bigint): bigint {
  const difference = value * FINE - reference
  return difference < 0n ? -difference : difference
}

describe('option mathematics against fifty digits', () => {
  it('has a normal distribution within 1e-16', () => {
    for (const [x = 0n, expected = 0n] of rows('cdf')) {
      const value = normalCdf(x)
      assert.ok(distance(value, expected) <= 100n * FINE, `Phi(${x}) is ${value}`)
    }
  })

  it('has calls within 1e-16 of forward and strike, and two units', () => {
    for (const [forward = 0n, strike = 0n, logMoneyness = 0n, deviation = 0n, expected = 0n] of rows('call')) {
      const value = callValue({ forward, strike, logMoneyness, deviation })
      const bound = ((forward + strike) * FINE) / 10n ** 16n + 2n * FINE
      assert.ok(distance(value, expected) <= bound, `call(${[forward, strike, logMoneyness, deviation]}) is ${value}`)
    }
  })

  it('has total variances within one unit and 1e-18 of one', () => {
    for (const [theta = 0n, rho = 0n, psi = 0n, k = 0n, expected = 0n] of rows('variance')) {
      const value = totalVariance({ theta, rho, psi }, k)
      const bound = FINE + expected / 10n ** 18n
      assert.ok(distance(value, expected) <= bound, `w(${[theta, rho, psi, k]}) is ${value}`)
    }
  })
})
