import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import process from 'node:process'
import { afterEach, describe, it } from 'node:test'
import { registerWeights } from '../../src/cli/commands/weights.ts'
import { DAY, HISTORY_DAYS } from '../../src/estimation/index.ts'
import { Random } from '../../src/math/random.ts'
import { printed, printedJson, refused, requireValid, runProgram, temporaryFile } from './runCommand.ts'

type Posting = {
  readonly timestamp: number
  readonly caps: number[]
  readonly weights: string
  readonly offset: number
  readonly inputs: string
  readonly code: string
  readonly group: string[]
}
type Verdict = { readonly equal: boolean; readonly differences: { field: string; claimed: string; computed: string }[] }

const START = 1_700_006_400 // a midnight
const DAYS = HISTORY_DAYS + 40
const AT = START + (DAYS - 1) * DAY + 3_600

/** Rows of a day at midnight, at noon without the second symbol, three symbols that move together. */
const TABLE = (() => {
  const random = new Random(7)
  const logs = { A: 10, B: 7, C: 3 }
  const rows = Array.from({ length: DAYS }, (_, day) => {
    const common = random.normal()
    for (const symbol of ['A', 'B', 'C'] as const) logs[symbol] += 0.03 * (0.9 * common + 0.4 * random.normal())
    const [a, b, c] = [Math.exp(logs.A), Math.exp(logs.B), Math.exp(logs.C)].map((price) => price.toFixed(4))
    const time = START + day * DAY
    return `${time},${a},${b},${c}\n${time + DAY / 2},${a},,${c}`
  })
  return ['t,A,B,C', ...rows].join('\n')
})()
const PRICES = temporaryFile('prices.csv', TABLE)
const REQUEST = ['--underlying', 'A', '--group', 'A,B', '--scan-range', '0.09', '--at', `${AT}`]

const compute = (prices = PRICES, more: readonly string[] = REQUEST) =>
  printedJson<Posting>(registerWeights, 'risk-weights', ['weights', 'compute', '--prices', prices, ...more])

function verify(posting: unknown, prices = PRICES, more: readonly string[] = []): Verdict {
  const file = temporaryFile('posting.json', JSON.stringify(posting))
  const args = ['weights', 'verify', file, '--prices', prices, '--json', ...more]
  return printedJson<Verdict>(registerWeights, 'risk-weights-verify', args)
}

const fields = ({ differences }: Verdict) => differences.map(({ field }) => field)
const withRow = (change: (row: string, index: number) => string | undefined) =>
  temporaryFile(
    'prices.csv',
    TABLE.split('\n')
      .flatMap((row, i) => change(row, i) ?? [])
      .join('\n'),
  )

/** The table with another digit where `at` first matches in a row. */
const nextDigit = (row: number, at: RegExp) =>
  withRow((text, i) => (i === row ? text.replace(at, (digit) => String((Number(digit) + 1) % 10)) : text))

afterEach(() => {
  process.exitCode = 0
})

describe('plimsoll weights compute', () => {
  it('gives the same posting from the same prices, and another hash for other prices, time, range or group', () => {
    const posting = compute()
    assert.deepEqual(compute(), posting)
    assert.ok(posting.offset > 0 && posting.offset <= 600_000)
    const others = [
      compute(nextDigit(901, /(?<=\.\d*)\d(?=,)/)),
      compute(PRICES, REQUEST.with(7, `${AT + 1}`)),
      compute(PRICES, REQUEST.with(5, '0.090000000000000001')),
      compute(PRICES, REQUEST.with(3, 'A,B,C')),
    ]
    assert.equal(new Set([posting, ...others].map(({ inputs }) => inputs)).size, 5)
    for (const { code } of others) assert.equal(code, posting.code)
  })

  it('reads no price of the future and none at noon', () => {
    const changed = withRow((row, i) => {
      const time = Number(row.split(',')[0])
      return i > 0 && (time > AT || time % DAY !== 0) ? row.replaceAll('.', '9.') : row
    })
    assert.deepEqual(compute(changed), compute())
  })

  it('takes a missing day, with other weights, but not the last one, nor one that is too short', () => {
    const gap = compute(withRow((row) => (row.startsWith(`${START + 700 * DAY},`) ? row.replace(/,.*/, ',,,') : row)))
    assert.notEqual(gap.inputs, compute().inputs)
    const last = withRow((row) => (row.startsWith(`${START + (DAYS - 1) * DAY}`) ? undefined : row))
    refused(registerWeights, ['weights', 'compute', '--prices', last, ...REQUEST], undefined, /daily price of A is of/)
    const short = withRow((row, i) => (i === 0 || i > 2 * (DAYS - 180) ? row : undefined))
    refused(registerWeights, ['weights', 'compute', '--prices', short, ...REQUEST], undefined, /A has 179 usable/)
  })

  it('refuses prices that are none, with line and column', () => {
    const cases: [string, RegExp][] = [
      ['NaN', /:1202:A: is "NaN"/],
      ['-1', /:1202:A: is "-1"/],
      ['0', /:1202:A: is "0"/],
      ['1e999', /:1202:A: is "1e999"/],
      ['1,2', /:1202: has 5 cells/],
    ]
    for (const [cell, message] of cases) {
      const broken = withRow((row, i) => (i === 1_201 ? row.replace(/,[^,]*/, `,${cell}`) : row))
      refused(registerWeights, ['weights', 'compute', '--prices', broken, ...REQUEST], undefined, message)
    }
    const disorder = withRow((row, i) => (i === 1_201 ? row.replace(/^\d+/, '5') : row))
    refused(registerWeights, ['weights', 'compute', '--prices', disorder, ...REQUEST], undefined, /:1202:t: is "5"/)
    const none = ['weights', 'compute', '--prices', PRICES, ...REQUEST.with(1, 'D')]
    refused(registerWeights, none, undefined, /there is no column "D"/)
    const wide = ['weights', 'compute', '--prices', PRICES, ...REQUEST.with(5, '0.95')]
    refused(registerWeights, wide, undefined, /between 0 and 0.9/)
  })

  it('takes the last moment at which every member has a price, where none is given', () => {
    const last = START + (DAYS - 1) * DAY
    const request = REQUEST.slice(0, 6)
    assert.equal(compute(PRICES, request).timestamp, last, 'B has no price at noon')
    const none = withRow((row, i) => (i === 0 ? row : row.replace(/^(\d+,[^,]*),[^,]*/, '$1,')))
    refused(registerWeights, ['weights', 'compute', '--prices', none, ...request], undefined, /:B: holds no price/)
  })

  it('draws the caps', () => {
    const file = temporaryFile('caps.svg')
    compute(PRICES, [...REQUEST, '--plot', file])
    assert.match(readFileSync(file, 'utf8'), /^<svg.*Caps of the tail of A by price node/s)
  })

  it('gives what it gave for the shipped prices, so that a change of the algorithm raises its version', () => {
    const request = ['--underlying', 'BTC', '--group', 'BTC,ETH', '--scan-range', '0.125', '--at', '1775000000']
    const posting = JSON.parse(printed(registerWeights, ['weights', 'compute', ...request]))
    requireValid('risk-weights', posting)
    const { weights, offset, inputs, code } = posting
    assert.deepEqual({ weights, offset, inputs, code }, GOLDEN)
  })
})

/** Of version 1: `npm run -s plimsoll -- weights compute` with the request of the test above. */
const GOLDEN = {
  weights: '67486296440054409912527391054988472461945804026059670164262305956',
  offset: 459_062,
  inputs: '0xfea85d26e80c0f4fc637256f90e07ab105c48a36448b5718a4a392e699e965d9',
  code: '0x4ec5444653cc239c1474d118239cdd514462f1b3fb537e0c5b2517c807e44291',
}

describe('plimsoll weights verify', () => {
  it('finds a posting equal to what its inputs give', () => {
    assert.deepEqual(verify(compute()).differences, [])
    assert.equal(process.exitCode, 0)
  })

  it('names each field that was tampered with, and both values', () => {
    const posting = compute()
    const cases: [Partial<Record<keyof Posting, unknown>>, string[]][] = [
      [{ weights: String(BigInt(posting.weights) ^ 1n) }, ['weights']],
      [{ offset: posting.offset + 1 }, ['offset']],
      [{ caps: posting.caps.with(3, (posting.caps[3] ?? 0) + 1) }, ['caps.3']],
      [{ inputs: posting.inputs.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) }, ['inputs']],
      [{ code: `0x${'ab'.repeat(32)}` }, ['code']],
      [{ timestamp: posting.timestamp + 1 }, ['inputs']],
      [{ group: ['A'] }, ['correlations', 'offset', 'inputs'].toSorted()],
    ]
    for (const [change, expected] of cases) {
      const verdict = verify({ ...posting, ...change })
      const found = fields(verdict).map((field) => field.replace(/^correlations.*/, 'correlations'))
      assert.deepEqual(found.toSorted(), expected, JSON.stringify(change))
      assert.equal(process.exitCode, 1)
    }
    const [difference] = verify({ ...posting, offset: 5 }).differences
    assert.deepEqual(difference, { field: 'offset', claimed: '5', computed: `${posting.offset}` })
  })

  it('sees one byte of one price, and a missing day', () => {
    const posting = compute()
    assert.ok(verify(posting, nextDigit(901, /\d$/)).equal, 'a price of C, which is no member')
    assert.ok(fields(verify(posting, nextDigit(901, /(?<=\.\d*)\d(?=,)/))).includes('inputs'))
    const gap = withRow((row, i) => (i === 901 || i === 900 ? undefined : row))
    assert.ok(fields(verify(posting, gap)).includes('inputs'))
  })

  it('takes the fields of the event, in decimals or hexadecimals, with the names that it lacks', () => {
    const { timestamp, weights, offset, inputs, code } = compute()
    const scanRange = '90000000000000000'
    const event = {
      underlying: 1,
      timestamp: `${timestamp}`,
      scanRange,
      weights,
      offset: `${offset}`,
      inputs,
      code,
      block: 7,
    }
    const names = ['--underlying', 'A', '--group', 'B,A']
    assert.ok(verify(event, PRICES, names).equal)
    const hexadecimal = {
      ...event,
      weights: `0x${BigInt(weights).toString(16)}`,
      inputs: inputs.toUpperCase().replace('0X', '0x'),
    }
    assert.ok(verify(hexadecimal, PRICES, names).equal)
    assert.deepEqual(fields(verify({ ...event, offset: 1 }, PRICES, names)), ['offset'])
    const file = temporaryFile('event.json', JSON.stringify(event))
    const args = ['weights', 'verify', file, '--prices', PRICES]
    refused(registerWeights, args, undefined, /names no symbol: give --underlying/)
    refused(registerWeights, [...args, '--underlying', 'A'], undefined, /names no group: give --group/)
  })

  it('refuses what is no posting', () => {
    const posting = compute()
    const cases: [unknown, RegExp][] = [
      [{ ...posting, weights: 'many' }, /weights: must be a whole number/],
      [{ ...posting, inputs: '0x12' }, /inputs: must be 32 bytes/],
      [{ ...posting, caps: [null] }, /caps\.0/],
      [[], /the document/],
    ]
    for (const [bad, message] of cases) {
      const file = temporaryFile('posting.json', JSON.stringify(bad))
      refused(registerWeights, ['weights', 'verify', file, '--prices', PRICES], undefined, message)
    }
  })

  it('ends with 0, 1 and 2 as a process', () => {
    const posting = compute()
    const run = (value: unknown) => {
      const { status, stdout, stderr } = runProgram(
        ['weights', 'verify', '-', '--prices', PRICES],
        JSON.stringify(value),
      )
      return { status, text: stdout + stderr }
    }
    assert.deepEqual(run(posting), {
      status: 0,
      text: `equal: A at ${AT}\ninputs ${posting.inputs}\ncode   ${posting.code}\n`,
    })
    const tampered = run({ ...posting, offset: 1 })
    assert.equal(tampered.status, 1)
    assert.match(tampered.text, new RegExp(`offset\\s+1\\s+${posting.offset}`))
    assert.equal(run({ ...posting, offset: 'x' }).status, 2)
  })
})
