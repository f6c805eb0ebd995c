import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { registerBacktest } from '../../src/cli/commands/backtest.ts'
import { registerProcyclicality } from '../../src/cli/commands/procyclicality.ts'
import { registerVar } from '../../src/cli/commands/var.ts'
import { valueAtRisk } from '../../src/measures/index.ts'
import { printed, printedJson, type Register, refused as refusedBy, runProgram, temporaryFile } from './runCommand.ts'

const DAX = fileURLToPath(new URL('../vectors/dax_close_2000_2021.csv', import.meta.url))
const REGISTER: Readonly<Record<string, Register>> = {
  var: registerVar,
  backtest: registerBacktest,
  procyclicality: registerProcyclicality,
}
const registerOf = ([name = '']: readonly string[]) => REGISTER[name] ?? assert.fail(`no command ${name}`)

function json<T>(schema: string, args: readonly string[], text?: string): T {
  return printedJson(registerOf(args), schema, args, text)
}

function refused(args: readonly string[], text: string, message: RegExp): void {
  refusedBy(registerOf(args), args, args.includes('--input') ? undefined : text, message)
}

describe('plimsoll var', () => {
  type Result = { valueAtRisk: number; expectedShortfall: number; observations: number; convention: string | null }
  const losses = Array.from({ length: 200 }, (_, i) => ((i * 37) % 200) - 60)
  const csv = `date,pnl\n${losses.map((loss, i) => `${i},${-loss}`).join('\n')}\n`

  it('is the measure of the library on the column', () => {
    for (const convention of ['order-statistic', 'type1', 'type7'] as const) {
      const args = ['var', '--column', 'pnl', '--level', '0.95', '--convention', convention, '--json']
      const result = json<Result>('risk-var', args, csv)
      assert.equal(result.valueAtRisk, valueAtRisk(losses, 0.95, convention))
      assert.equal(result.observations, 200)
    }
  })

  for (const method of ['historical', 'age', 'vol', 'fhs', 'normal', 'student-t', 'evt']) {
    it(`measures a price series by ${method}`, () => {
      const args = ['var', '--input', DAX, '--column', 'close', '--prices', '--method', method, '--json']
      const { valueAtRisk: measured, expectedShortfall } = json<Result>('risk-var', args)
      assert.ok(measured > 0.01 && measured < 0.1, `${measured}`)
      assert.ok(expectedShortfall >= measured)
    })
  }

  it('takes the other side, several periods, and prints a table', () => {
    const args = ['var', '--input', DAX, '--column', 'close', '--prices']
    const long = json<Result>('risk-var', [...args, '--json'])
    const short = json<Result>('risk-var', [...args, '--side', 'short', '--json'])
    assert.notEqual(short.valueAtRisk, long.valueAtRisk)
    const fhs = [...args, '--method', 'fhs', '--json']
    const week = json<Result>('risk-var', [...fhs, '--horizon', '5'])
    assert.ok(week.valueAtRisk > json<Result>('risk-var', fhs).valueAtRisk)
    assert.match(printed(registerVar, args), /valueAtRisk +0\.0/)
  })

  it('refuses a cell that is no number with its line and column, and a missing column', () => {
    refused(['var', '--column', 'pnl'], 'pnl\n1\n2\nx\n', /:4:pnl: is "x"/)
    refused(['var'], 'a,b\n1,2\n', /--column: a, b/)
    refused(['var', '--level', '99'], 'pnl\n1\n', /between 0 and 1/)
  })

  it('refuses what the method cannot do with a sentence that says so', () => {
    const cf = ['var', '--input', DAX, '--column', 'close', '--prices', '--method', 'cornish-fisher']
    refused(cf, '', /outside the domain of the Cornish-Fisher/)
    const matched = json<Result>('risk-var', [...cf, '--match-moments', '--json'])
    assert.ok(matched.valueAtRisk > 0.01)
    const age = ['var', '--column', 'pnl', '--method', 'age', '--convention', 'type7']
    refused(age, csv, /not defined for weighted/)
    refused(['var', '--column', 'pnl', '--horizon', '5'], csv, /only fhs/)
  })
})

describe('plimsoll backtest', () => {
  const rows = Array.from({ length: 250 }, (_, day) => `${[40, 41, 200].includes(day) ? -3 : 1},2,2.5`)
  const csv = `pnl,var,es\n${rows.join('\n')}\n`
  type Result = {
    exceedances: { count: number; days: number[] }
    proportionOfFailures: { pValue: number }
    transitions: object
    trafficLight: { zone: string; multiplier: number | null; overlappingTenDays: object | null }
    expectedShortfall: { z1: number; z2: number; z2PValue: number } | null
  }

  it('reports every test of value-at-risk and shortfall', () => {
    const report = json<Result>('risk-backtest', ['backtest', '--overlapping'], csv)
    assert.deepEqual(report.exceedances.days, [41, 42, 201])
    assert.equal(report.proportionOfFailures.pValue.toFixed(3), '0.758')
    assert.deepEqual(report.transitions, { n00: 244, n01: 2, n10: 2, n11: 1 })
    assert.equal(report.trafficLight.multiplier, 1.5)
    assert.deepEqual(report.trafficLight.overlappingTenDays, { green: 8, yellow: 24, zone: 'green' })
    assert.ok(Math.abs((report.expectedShortfall?.z1 ?? 0) - (1 - 3 / 2.5)) < 1e-12)
    assert.ok(Math.abs((report.expectedShortfall?.z2 ?? 0) - (1 - (3 * 3) / (2.5 * 2.5))) < 1e-9)
  })

  it('leaves out the shortfall where none was forecast, and the first failure where there is none', () => {
    const report = json<Result & { timeUntilFirstFailure: null }>('risk-backtest', ['backtest'], 'pnl,var\n1,2\n-1,2\n')
    assert.equal(report.expectedShortfall, null)
    assert.equal(report.timeUntilFirstFailure, null)
    assert.equal(report.trafficLight.multiplier, null)
  })

  it('gives the same p-values for the same seed', () => {
    const args = ['backtest', '--null', 't', '--dof', '4', '--paths', '500', '--seed', '9']
    assert.deepEqual(json('risk-backtest', args, csv), json('risk-backtest', args, csv))
  })

  it('refuses a shortfall below its value-at-risk and a missing column, with line and column', () => {
    refused(['backtest'], 'pnl,var,es\n1,2,3\n1,2,1\n', /:3:es: is 1/)
    refused(['backtest'], 'pnl,es\n1,2\n', /there is no column "var"/)
    refused(['backtest'], 'pnl,var\n1,\n', /:2:var: is empty/)
  })
})

describe('plimsoll procyclicality', () => {
  type Row = { name: string; peakToTrough: number; coverage: number | null; averageCost: number }

  it('measures margins as given and under the tools whose columns are there', () => {
    const csv = 'm,s,f\n100,160,120\n110,160,120\n130,160,120\n'
    const args = ['procyclicality', '--column', 'm', '--stressed', 's', '--floor', 'f', '--json']
    const rows = json<Row[]>('risk-procyclicality', args, csv)
    assert.deepEqual(
      rows.map(({ peakToTrough }) => Number(peakToTrough.toFixed(4))),
      [1.3, 1.04, 1.1957, 1.0833],
    )
  })

  it('models margins of returns, draws them, and finds that each tool costs something', () => {
    const file = temporaryFile('margins.svg')
    const args = [
      'procyclicality',
      '--input',
      DAX,
      '--column',
      'close',
      '--prices',
      '--window',
      '100',
      '--lookback',
      '400',
    ]
    for (const model of ['ewma', 'historical']) {
      const rows = json<Row[]>('risk-procyclicality', [...args, '--model', model, '--plot', file, '--json'])
      assert.equal(rows.length, 4)
      for (const { coverage, averageCost } of rows) {
        assert.ok((coverage ?? 0) > 0.95)
        assert.ok(averageCost >= 0)
      }
      const [base, ...tools] = rows
      for (const { peakToTrough } of tools) assert.ok(peakToTrough <= (base?.peakToTrough ?? 0))
    }
    assert.match(readFileSync(file, 'utf8'), /^<svg[\s\S]*long floor[\s\S]*<\/svg>\s*$/)
  })

  it('refuses margins that are not positive and histories that are too short', () => {
    refused(['procyclicality', '--column', 'm'], 'm\n1\n0\n', /:3:m: is 0; a margin is above 0/)
    refused(['procyclicality', '--returns'], 'r\n0.1\n0.2\n', /window/)
  })
})

describe('the program', () => {
  it('reads stdin, and exits with 2 and a place on stderr for a bad cell', () => {
    const good = runProgram(['backtest'], 'pnl,var\n1,2\n')
    assert.equal(good.status, 0, good.stderr)
    const bad = runProgram(['var'], 'pnl\n1\nx\n')
    assert.deepEqual([bad.status, bad.stdout], [2, ''])
    assert.match(bad.stderr, /^error: stdin:3:pnl: is "x"/)
  })
})
