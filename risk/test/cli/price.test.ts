import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { CsvRow } from '../../src/cli/csvStream.ts'
import { InputError } from '../../src/cli/input.ts'
import { black76Greeks, black76Price } from '../../src/pricing/index.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

function run(args: readonly string[], stdin = ''): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    input: stdin,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  return { status, out: stdout, err: stderr }
}

const csv = (...lines: readonly string[]) => `${lines.join('\n')}\n`
const PRICE_HEADER = 'type,forward,strike,expiry,vol,rate'
const IV_HEADER = 'type,forward,strike,expiry,price,rate'

/** Refused with exit code 2 and a complaint on stderr that names the place. */
function assertRefused(command: string, stdin: string, place: string): void {
  const { status, err } = run([command], stdin)
  assert.equal(status, 2)
  assert.ok(err.startsWith(`error: ${place}`), err)
}

describe('plimsoll price', () => {
  it('adds value and Greeks to the columns it was given, all digits kept', () => {
    const { status, out, err } = run(
      ['price'],
      csv(PRICE_HEADER, 'C,100,110,0.5,0.3,0.05', '', 'P,100,110,0.5,0.3,0.05'),
    )
    assert.equal(status, 0, err)
    const [header, ...rows] = out.trimEnd().split('\n')
    assert.equal(header, `${PRICE_HEADER},value,delta,gamma,vega,theta,rho`)
    for (const [i, kind] of (['call', 'put'] as const).entries()) {
      const { value, delta, gamma, vega, theta, rho } = black76Greeks(kind, 100, 110, 0.5, 0.3, Math.exp(-0.05 * 0.5))
      const given = `${kind === 'call' ? 'C' : 'P'},100,110,0.5,0.3,0.05`
      assert.equal(rows[i], [given, value, delta, gamma, vega, theta, rho].join(','))
    }
  })

  it('reads columns in any order, keeps others, and reads files, gzip or not', () => {
    const text = csv('note,rate,vol,expiry,strike,forward,type', '"a, ""b""",0,0.2,1,100,100,C')
    const file = join(mkdtempSync(join(tmpdir(), 'price-')), 'options.csv')
    writeFileSync(file, text)
    writeFileSync(`${file}.gz`, gzipSync(text))
    const expected = black76Price('call', 100, 100, 1, 0.2, 1)
    for (const name of [file, `${file}.gz`]) {
      const { out } = run(['price', '--input', name])
      assert.ok(out.split('\n')[1]?.startsWith(`"a, ""b""",0,0.2,1,100,100,C,${expected},`), out)
    }
    const schema = JSON.parse(readFileSync(new URL('../../../docs/schemas/risk-price.json', import.meta.url), 'utf8'))
    const [row] = JSON.parse(run(['price', '--json'], text).out)
    assert.deepEqual(Object.keys(row).sort(), [...schema.items.required, 'note'].sort())
    assert.equal(row.note, 'a, "b"')
    assert.equal(row.forward, 100)
    assert.equal(row.value, expected)
  })

  it('refuses what it cannot read with exit code 2, line and column', () => {
    assertRefused('price', csv(PRICE_HEADER, 'C,1,1,1,1,0', '', 'P,100,abc,0.5,0.3,0.05'), 'stdin:4:strike: is "abc"')
    assertRefused('price', csv(PRICE_HEADER, 'C,-100,110,0.5,0.3,0.05'), 'stdin:2:forward: is -100')
    assertRefused('price', '', 'stdin:1: holds no rows')
  })
})

describe('a row of a CSV', () => {
  const header = ['type', 'forward', 'note']
  const rowOf = (text: string) => {
    const row = new CsvRow('stdin', header, 1, ['forward', 'type'])
    row.read(text, 7)
    return row
  }

  it('gives its cells by the place of their column, quoted or not', () => {
    const row = rowOf(' C , 1e2 ,"a, b"')
    assert.equal(row.number(0), 100)
    assert.equal(row.text(1), 'C')
    assert.deepEqual(row.cells, ['C', '1e2', 'a, b'])
  })

  it('refuses cells that are no numbers, and rows that do not fit the header, with line and column', () => {
    const refused = (text: string, column: string | undefined) =>
      assert.throws(
        () => rowOf(text).number(0),
        (error) => error instanceof InputError && error.line === 7 && error.column === column,
      )
    for (const cell of ['', 'x', 'Infinity', 'NaN', '1 2']) refused(`C,${cell},note`, 'forward')
    refused('C,1', 'note')
    refused('C', 'forward')
    refused('C,1,note,more', undefined)
    refused('C,1,"note', undefined)
    assert.throws(
      () => new CsvRow('stdin', header, 1, ['strike']),
      (error) => error instanceof InputError && error.line === 1 && error.column === 'strike',
    )
  })
})

describe('plimsoll iv', () => {
  it('finds the volatilities that price was given', () => {
    const options = Array.from(
      { length: 200 },
      (_, i) => `${i % 2 ? 'C' : 'P'},100,${60 + 0.4 * i},0.7,${0.2 + i / 300},0.03`,
    )
    const priced = run(['price'], csv(PRICE_HEADER, ...options))
      .out.trimEnd()
      .split('\n')
      .slice(1)
    const quotes = priced.map((line) => {
      const cells = line.split(',')
      return [...cells.slice(0, 4), cells[6], cells[5]].join(',')
    })
    const { status, out } = run(['iv'], csv(IV_HEADER, ...quotes))
    assert.equal(status, 0)
    const [header, ...rows] = out.trimEnd().split('\n')
    assert.equal(header, `${IV_HEADER},vol,error`)
    for (const [i, row] of rows.entries()) {
      const [, , , , , , vol, error] = row.split(',')
      assert.ok(Math.abs(Number(vol) / Number(options[i]?.split(',')[4]) - 1) < 1e-12)
      assert.equal(error, '')
    }
  })

  it('leaves vol empty and names the reason where no volatility gives the price', () => {
    const rows = ['P,100,110,0.5,3,0.05', 'C,100,110,0.5,100,0', 'C,100,90,0,10,0', 'C,100,90,1,10,0']
    const { status, out } = run(['iv'], csv(IV_HEADER, ...rows))
    assert.equal(status, 0)
    const added = [',PRICE_BELOW_INTRINSIC', ',PRICE_ABOVE_MAXIMUM', ',DOMAIN', '0,']
    assert.equal(out, csv(`${IV_HEADER},vol,error`, ...rows.map((row, i) => `${row},${added[i]}`)))
    const json = JSON.parse(run(['iv', '--json'], csv(IV_HEADER, rows[0] ?? '')).out)
    assert.deepEqual(json[0], {
      type: 'P',
      forward: 100,
      strike: 110,
      expiry: 0.5,
      price: 3,
      rate: 0.05,
      vol: null,
      error: 'PRICE_BELOW_INTRINSIC',
    })
  })

  it('refuses malformed lines with exit code 2, line and column', () => {
    assertRefused('iv', csv(IV_HEADER, 'C,100,110,0.5,5,0.05', 'C,100,110,0.5,five,0.05'), 'stdin:3:price: is "five"')
  })
})
