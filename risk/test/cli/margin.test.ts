import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { METHOD_NAMES } from '../../src/cli/marginMethods.ts'
import { example, FOLDER, json, requireValid, run, STRANGLE, spawn } from './runMargin.ts'

type Requirement = { method: string; equity: number; initial: number; maintenance: number; scenarios: unknown[] }
type Comparison = {
  equity: number
  methods: { method: string; initial: number; maintenance: number }[]
  notOffered: { method: string; reason: string }[]
}

describe('the margin command on a portfolio', () => {
  it('has examples that fit the documented form', () => {
    for (const name of ['btc-short-strangle', 'btc-calendar', 'eth-covered-call']) {
      requireValid('risk-portfolio', JSON.parse(readFileSync(example(name), 'utf8')))
    }
  })

  it('states equity, requirements and scenarios under one method', async () => {
    const { method, equity, initial, maintenance, scenarios }: Requirement = await json([
      '--method',
      'deribit',
      '--input',
      STRANGLE,
    ])
    assert.equal(method, 'deribit')
    assert.ok(equity > 0 && initial > maintenance && maintenance > 0)
    assert.equal(scenarios.length, 35)
  })

  it('compares all methods, each equal to the method alone', async () => {
    const comparison: Comparison = await json(['compare', '--json', '--input', STRANGLE])
    assert.deepEqual(
      comparison.methods.map(({ method }) => method),
      METHOD_NAMES,
    )
    for (const method of ['plimsoll', 'derive-pmrm2'] as const) {
      const alone: Requirement = await json(['--method', method, '--input', STRANGLE])
      const compared = comparison.methods.find((each) => each.method === method)
      assert.equal(compared?.initial, alone.initial)
      assert.equal(alone.equity, comparison.equity)
    }
  })

  it('prints a table and writes a chart that names every method', async () => {
    const chart = join(FOLDER, 'margin.svg')
    const { status, out } = await run(['compare', '--input', example('btc-calendar'), '--plot', chart])
    assert.equal(status, 0)
    const lines = out.trimEnd().split('\n')
    assert.equal(lines.length, METHOD_NAMES.length + 2)
    assert.match(lines[1] ?? '', /method +initial +maintenance +worst scenario +loss +largest contribution/)
    const svg = readFileSync(chart, 'utf8')
    assert.match(svg, /^<svg .*<\/svg>\s*$/s)
    for (const label of ['Derive PMRM 2', 'Deribit standard', 'Paradex portfolio']) {
      assert.ok(svg.includes(label) && out.includes(label))
    }
  })

  it('says which venue does not offer an instrument instead of failing', async () => {
    const file = JSON.parse(readFileSync(example('btc-calendar'), 'utf8'))
    const future = { kind: 'future', underlying: 'BTC', expiry: 1_768_464_000, quantity: 1, entry: 90_000 }
    file.portfolio.positions.push(future)
    const { methods, notOffered }: Comparison = await json(['compare', '--json'], JSON.stringify(file))
    assert.deepEqual(
      notOffered.map(({ method }) => method),
      ['derive-pmrm2', 'derive-pmrm1', 'derive-standard'],
    )
    assert.match(notOffered[0]?.reason ?? '', /dated futures/)
    assert.ok(methods.length >= 6)
    const alone = await run(['--method', 'derive-pmrm2'], JSON.stringify(file))
    assert.equal(alone.status, 2)
    assert.match(alone.err, /dated futures/)
  })
})

describe('the margin command refuses with exit code 2', () => {
  const file = JSON.parse(readFileSync(STRANGLE, 'utf8'))
  const refuse = async (args: readonly string[], stdin: string | undefined, message: RegExp) => {
    const { status, out, err } = await run(args, stdin)
    assert.equal(status, 2, err)
    assert.equal(out, '')
    assert.match(err, message)
  }

  it('a call without a method or with an unknown one', async () => {
    await refuse([], undefined, /--method/)
    await refuse(['--method', 'guess'], undefined, /derive-pmrm2/)
  })

  it('anything wrong when run as a process, with nothing on stdout', () => {
    const { status, out, err } = spawn(['--method', 'deribit'], '{\n "portfolio": }')
    assert.equal(status, 2)
    assert.equal(out, '')
    assert.match(err, /^error: stdin:2:\d+: is not JSON/)
    assert.equal(spawn(['compare', '--json'], readFileSync(STRANGLE, 'utf8')).status, 0)
  })

  it('text that is not JSON, with line and column', async () => {
    await refuse(['--method', 'deribit'], '{\n "portfolio": }', /stdin:2:/)
    await refuse(['compare', '--input', '/nowhere.json'], undefined, /nowhere\.json/)
  })

  it('positions that the market does not price, and fields that do not belong', async () => {
    const changed = (position: object) => JSON.stringify({ ...file, portfolio: { cash: 0, positions: [position] } })
    const call = { kind: 'call', underlying: 'BTC', strike: 90_000, quantity: 1 }
    await refuse(['compare'], changed({ ...call, expiry: 5 }), /positions\.0: .*no expiry 5/)
    await refuse(['compare'], changed({ kind: 'perpetual', underlying: 'SOL', quantity: 1 }), /no underlying SOL/)
    await refuse(['compare'], changed(call), /positions\.0\.expiry/)
    await refuse(['compare'], changed({ kind: 'swap', underlying: 'BTC', quantity: 1 }), /positions\.0\.kind/)
    await refuse(['compare'], changed({ kind: 'spot', underlying: 'BTC', quantity: 1, entry: 5 }), /entry/)
  })

  it('a smile that is none', async () => {
    const smile = (volatility: unknown) => {
      const expiries = [{ expiry: 1_769_673_600, forward: 90_400, discount: 1, volatility }]
      const market = { time: file.market.time, underlyings: { BTC: { spot: 90_000, expiries } } }
      return JSON.stringify({ ...file, market })
    }
    await refuse(['compare'], smile(-0.5), /volatility/)
    await refuse(['compare'], smile({ strikes: [2, 1], volatilities: [0.5, 0.5] }), /volatility/)
    assert.equal((await run(['compare'], smile(0.5))).status, 0)
  })

  it('a chart that cannot be written', async () => {
    await refuse(['compare', '--input', STRANGLE, '--plot', '/nowhere/margin.svg'], undefined, /cannot be written/)
  })
})
