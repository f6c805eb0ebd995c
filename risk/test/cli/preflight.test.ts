import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { registerPreflight } from '../../src/cli/commands/preflight.ts'
import { canonicalHash } from '../../src/posting/canonicalHash.ts'
import type { PreflightResult } from '../../src/preflight/index.ts'
import { printed, printedJson, refused as refusedBy, requireValid, runProgram, temporaryFile } from './runCommand.ts'

const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url))
const [BOOK, CHANGE] = [example('accounts.json'), example('change.json')]
const book = JSON.parse(readFileSync(BOOK, 'utf8'))

type Result = PreflightResult & { inputs: string }

const fileOf = (value: unknown) => temporaryFile('change.json', JSON.stringify(value))
const args = (change: string, ...more: string[]) => ['preflight', '--change', change, ...more]
const json = (change: string, text?: string) =>
  printedJson<Result>(
    registerPreflight,
    'risk-preflight',
    args(change, '--json', ...(text ? [] : ['--input', BOOK])),
    text,
  )

function refused(change: unknown, message: RegExp): void {
  refusedBy(registerPreflight, args(fileOf(change), '--input', BOOK), undefined, message)
}

/** The same value with the keys of every object in reverse order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  )
}

/** One long of a bitcoin that a relief of 0.51 instead of 0.5 makes liquidatable. */
const longOf = (cash: number) => ({
  market: { time: 1_790_000_000, underlyings: { BTC: { spot: 100_000 } } },
  accounts: [{ name: 'long', cash, positions: [{ kind: 'perpetual', underlying: 'BTC', quantity: 1 }] }],
})
const RELIEF = { underlyings: { BTC: { change: { linearRelief: 510_000 } } } }

describe('the hash of inputs', () => {
  it('is SHA-256 of the canonical form, as the example of RFC 8785 has it', () => {
    const value = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    )
    const canonical =
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
      '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    assert.equal(canonicalHash(value), createHash('sha256').update(canonical, 'utf8').digest('hex'))
  })

  it('reads on over inputs that are longer than one chunk', () => {
    const long = Array.from({ length: 30_000 }, (_, i) => i)
    assert.equal(canonicalHash(long), createHash('sha256').update(JSON.stringify(long)).digest('hex'))
  })

  it('does not depend on the order of keys or on white space, but on every value', () => {
    const change = JSON.parse(readFileSync(CHANGE, 'utf8'))
    const { inputs } = json(CHANGE)
    assert.match(inputs, /^[0-9a-f]{64}$/)
    assert.equal(json(fileOf(reversed(change)), JSON.stringify(reversed(book), null, 4)).inputs, inputs)
    const richer = structuredClone(book)
    richer.accounts[7].cash += 1
    assert.notEqual(json(CHANGE, JSON.stringify(richer)).inputs, inputs)
    change.underlyings.BTC.change.kappa -= 1
    assert.notEqual(json(fileOf(change)).inputs, inputs)
  })

  it('depends on the mode', () => {
    const inputsOf = (mode: string) =>
      printed(registerPreflight, args(CHANGE, '--input', BOOK, '--mode', mode)).slice(0, 80)
    assert.notEqual(inputsOf('cross'), inputsOf('portfolio'))
  })
})

describe('plimsoll preflight', () => {
  it('has examples of the documented shape', () => {
    requireValid('risk-change', JSON.parse(readFileSync(CHANGE, 'utf8')))
  })

  it('tells of a change without effect that it has none', () => {
    const { newly, worst, accounts, changes } = json(fileOf({ underlyings: {} }))
    assert.equal(accounts, book.accounts.length)
    assert.deepEqual([changes, worst], [[], []])
    assert.deepEqual([newly.atOnce.belowInitial, newly.end.belowInitial], [0, 0])
  })

  it('reads what holds today where it is not the default', () => {
    const present = { kappa: 3_000_000, linearRelief: 600_000 }
    const state = { volatility: 1, scanRange: { target: 0.12, maintenance: 0.1 }, low: 99_000, high: 101_000 }
    const BTC = { present, change: { kappa: 3_300_000 }, ...state, average: 100_500, depth: 1e8 }
    requireValid('risk-change', { underlyings: { BTC } })
    const { changes, ranges } = json(fileOf({ underlyings: { BTC } }))
    assert.deepEqual(changes, [{ underlying: 'BTC', parameter: 'kappa', from: 3_000_000, to: 3_300_000 }])
    assert.deepEqual(ranges[0]?.before, { target: 0.12, maintenance: 0.1 })
    assert.equal(ranges[0]?.end.maintenance, ranges[0]?.atOnce.target)
    assert.ok((ranges[0]?.hours ?? 0) > 10)
  })

  it('prints whom a change makes liquidatable, with the cash they need', () => {
    const out = printed(registerPreflight, args(fileOf(RELIEF)), JSON.stringify(longOf(3_300.5)))
    assert.match(out, /^inputs sha256 [0-9a-f]{64}\n1 accounts, mode portfolio\n/)
    assert.match(out, /BTC +linearRelief +500000 +510000/)
    assert.match(out, /at once +1 +0 +1 +1 +100000 +0/)
    assert.match(out, /\nlong +3301 +3250 +3315 +3315 +15\n/)
    assert.match(printed(registerPreflight, args(CHANGE, '--input', BOOK)), /The change makes nobody liquidatable\./)
  })

  it('exits with 3 under --strict when it does, with 2 for a change that the contracts refuse, else with 0', () => {
    const exit = (change: unknown, cash: number, ...more: string[]) =>
      runProgram(args(fileOf(change), ...more), JSON.stringify(longOf(cash)))
    assert.equal(exit(RELIEF, 3_300, '--strict').status, 3)
    assert.equal(exit(RELIEF, 3_300).status, 0)
    assert.equal(exit(RELIEF, 3_320, '--strict').status, 0)
    const far = { underlyings: { BTC: { change: { linearRelief: 600_000 } } } }
    const { status, stderr, stdout } = exit(far, 3_300)
    assert.deepEqual([status, stdout], [2, ''])
    assert.match(
      stderr,
      /^error: BTC: the contracts refuse linearRelief 600000: .* 490000 to 510000; nearest allowed 510000/,
    )
  })

  it('refuses files that make no change, saying where', () => {
    refused({}, /underlyings: /)
    refused({ underlyings: { DOGE: {} } }, /no underlying DOGE/)
    refused({ underlyings: { BTC: { change: { speed: 1 } } } }, /underlyings\.BTC\.change/)
    refused({ underlyings: { BTC: { change: { kappa: 2.6 } } } }, /underlyings\.BTC\.change\.kappa/)
    refused({ underlyings: { BTC: { low: 100_001 } } }, /spot of 100000 is not between low and high/)
    refused({ underlyings: { BTC: { scanRange: { target: 0.05, maintenance: 0.06 } } } }, /maintenance at most target/)
    refused(
      { underlyings: { ETH: { change: { group: 2 } } } },
      /group 2: while the offset is not 0 .* nearest allowed 1/,
    )
    refusedBy(registerPreflight, ['preflight', '--input', BOOK], undefined, /--change/)
  })
})
