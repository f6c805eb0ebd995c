/** Tables as every command takes them: CSV or a JSON array of objects, in one piece or not at all. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DERIVE_CASES } from '../../src/cli/derive/runCases.ts'
import { InputError, jsonPlace, jsonRows } from '../../src/cli/input.ts'
import { readSeries } from '../../src/cli/series.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

function run(args: readonly string[], input: string): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { input, encoding: 'utf8' })
  return { status, out: stdout, err: stderr }
}

const HEADER = 'type,forward,strike,expiry,vol,rate'
const input = (text: string) => ({ source: 'input', text })
const inputError = (message: RegExp) => (error: unknown) => error instanceof InputError && message.test(error.message)

describe('a table on the command line', () => {
  it('is priced from a JSON array as from CSV, byte order mark or not', () => {
    const rows = '[{"type":"call","forward":100,"strike":110,"expiry":0.5,"vol":0.6,"rate":0.03}]'
    const { status, out } = run(['price'], `\uFEFF${rows}`)
    assert.equal(status, 0)
    assert.equal(out, run(['price'], `\uFEFF${HEADER}\r\ncall,100,110,0.5,0.6,0.03\r\n`).out)
  })

  it('gives nothing on stdout when a late row is wrong', () => {
    const rows = Array.from({ length: 2_000 }, (_, i) => `C,100,${50 + i / 20},0.5,0.6,0.03`)
    const { status, out, err } = run(['price'], [HEADER, ...rows, 'C,100,x,0.5,0.6,0.03'].join('\n'))
    assert.equal(status, 2)
    assert.equal(out, '')
    assert.match(err, /^error: stdin:2002:strike: is "x"/)
  })

  it('names the line of a wrong cell in JSON, too', () => {
    const { status, out, err } = run(['backtest'], '[{"pnl": 1, "var": 2},\n\n {"pnl": 1, "var": "two"}]')
    assert.equal(status, 2)
    assert.equal(out, '')
    assert.match(err, /^error: stdin:3:var: is "two"/)
  })

  it('keeps null and absent values of JSON as empty cells', () => {
    assert.deepEqual(jsonRows(input('[{"a":null,"b":true},\n{"b":1e3}]')), [
      { line: 1, cells: { a: '', b: 'true' } },
      { line: 2, cells: { b: '1000' } },
    ])
  })
})

describe('stdin', () => {
  it('may be a pipe that does not block and whose writer is late', async () => {
    const module = JSON.stringify(new URL('../../src/cli/input.ts', import.meta.url).href)
    const script = `import { readInput } from ${module}
      process.stdin.fd
      process.stdout.write('ready')
      process.stdout.write(readInput().text)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (out === 'ready') child.stdin.end('late')
    })
    const [status] = await once(child, 'close')
    assert.equal(status, 0)
    assert.equal(out, 'readylate')
  })
})

describe('a place in JSON', () => {
  const text = '{\n  "a": [1,\n    {"b": 2}]\n}'

  it('is the line and column of a value, or of what should hold it', () => {
    assert.deepEqual(jsonPlace(text, ['a', 1, 'b']), { line: 3, column: 11 })
    assert.deepEqual(jsonPlace(text, ['a', 1, 'c']), { line: 3, column: 5 })
    assert.deepEqual(jsonPlace(text, []), { line: 1, column: 1 })
  })

  it('is named for a bad field of a published case', () => {
    const cases = '[\n {"name": "first", "Scenario": 7}]'
    assert.throws(
      () => DERIVE_CASES['derive-standard'](input(cases)),
      inputError(/^input:2:32: case first: Scenario: /),
    )
  })
})

describe('a series', () => {
  it('is the only column of numbers, also as NumPy writes them, beside a date', () => {
    assert.deepEqual(
      [...readSeries(input('date,pnl\n2020-01-02,np.float64(0.5)\n2020-01-03,-1\n'), undefined, false)],
      [0.5, -1],
    )
    const two = input('t,pnl\n1,2\n')
    assert.throws(() => readSeries(two, undefined, false), inputError(/^input:1: name one of the columns/))
  })

  it('of prices refuses what is not positive, with line and column', () => {
    assert.throws(
      () => readSeries(input('close\n1\n0\n'), undefined, true),
      inputError(/^input:3:close: is not positive/),
    )
    assert.throws(() => readSeries(input('[1,\n0]'), undefined, true), inputError(/^input:2:1: 1: is not positive/))
  })
})
