import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { registerCascade } from '../../src/cli/commands/cascade.ts'
import { registerStress } from '../../src/cli/commands/stress.ts'
import { printed, printedJson, refused as refusedBy, requireValid, temporaryFile } from './runCommand.ts'

const BOOK = fileURLToPath(new URL('../../examples/accounts.json', import.meta.url))
const registerOf = ([name]: readonly string[]) => (name === 'stress' ? registerStress : registerCascade)

function json<T>(schema: string, args: readonly string[], text?: string): T {
  return printedJson(registerOf(args), schema, args, text)
}

function refused(args: readonly string[], text: string, message: RegExp): void {
  refusedBy(registerOf(args), args, args.includes('--input') ? undefined : text, message)
}

type BookFile = { accounts: { name: string }[]; market: object; scenarios: { name: string }[]; impact?: object }
const book: BookFile = JSON.parse(readFileSync(BOOK, 'utf8'))
const chartFile = () => temporaryFile('chart.svg')

describe('the example book', () => {
  it('has the documented shape', () => {
    requireValid('risk-accounts', book)
  })
})

describe('plimsoll stress', () => {
  type Result = { scenarios: { scenario: { name: string }; accounts: object[]; totals: Record<string, number> }[] }

  it('stresses every account in every scenario by any method', () => {
    for (const method of ['plimsoll', 'deribit']) {
      const { scenarios } = json<Result>('risk-stress', ['stress', '--input', BOOK, '--method', method, '--json'])
      assert.deepEqual(
        scenarios.map(({ scenario }) => scenario.name),
        book.scenarios.map(({ name }) => name),
      )
      for (const { accounts } of scenarios) assert.equal(accounts.length, book.accounts.length)
      const calm = scenarios.find(({ scenario }) => scenario.name === 'calm')
      assert.equal(calm?.totals.pnl, 0)
    }
  })

  it('prints a table and draws a chart', () => {
    const file = chartFile()
    const out = printed(registerStress, ['stress', '--input', BOOK, '--plot', file])
    assert.match(out, /12 March 2020 +-\d+/)
    assert.match(out, /Largest shortfalls in "12 March 2020"/)
    assert.match(readFileSync(file, 'utf8'), /^<svg[\s\S]*cover 2[\s\S]*<\/svg>\s*$/)
  })

  it('takes a standard set of scenarios where the file has none', () => {
    const { scenarios: _, ...without } = book
    const { scenarios } = json<Result>('risk-stress', ['stress', '--json'], JSON.stringify(without))
    assert.ok(scenarios.length > 10)
  })

  it('refuses files that make no book, saying where', () => {
    refused(['stress'], '{"market": ]', /:1:\d+: is not JSON/)
    refused(['stress'], '{"market": {"time": 1, "underlyings": {}}, "accounts": []}', /accounts: needs at least one/)
    const twice = { ...book, accounts: [book.accounts[0], book.accounts[0]] }
    refused(['stress'], JSON.stringify(twice), /two of the name "trader 00"/)
    const stranger = { name: 'x', cash: 1, positions: [{ kind: 'spot', underlying: 'DOGE', quantity: 1 }] }
    refused(['stress'], JSON.stringify({ ...book, accounts: [stranger] }), /account "x".*no underlying DOGE/)
    const crash = { ...book, scenarios: [{ name: 'end', spot: -1 }] }
    refused(['stress'], JSON.stringify(crash), /scenarios\.0\.spot/)
    refused(['stress', '--method', 'guess'], '', /Allowed choices/)
  })
})

describe('plimsoll cascade', () => {
  type Result = {
    rounds: { prices: Record<string, number>; liquidated: number }[]
    amplification: Record<string, number>
    badDebt: number
    fundUsed: number
    uncovered: number
    imbalance: number
  }
  const cascade = (...args: string[]) => json<Result>('risk-cascade', ['cascade', '--input', BOOK, '--json', ...args])

  it('amplifies a fall, keeps the balance, and lets the fund pay first', () => {
    const result = cascade('--shock', '-0.2', '--fund', '1000')
    assert.ok((result.amplification.BTC ?? 0) > 1 && (result.amplification.ETH ?? 0) > 1)
    assert.ok(result.imbalance < 1e-3)
    assert.equal(result.fundUsed, 1000)
    assert.ok(Math.abs(result.uncovered + 1000 - result.badDebt) < 1e-6)
    assert.equal(result.rounds[0]?.prices.BTC, 80_000)
  })

  it('ends at the shock in a market of great depth', () => {
    const { rounds } = cascade('--shock', '-0.2', '--depth', '1e15', '--impact', 'linear')
    assert.ok(Math.abs((rounds.at(-1)?.prices.BTC ?? 0) - 80_000) < 1e-3)
  })

  it('takes a scenario of the file, prints rounds, and draws both charts', () => {
    const [rounds, sweep] = [chartFile(), chartFile()]
    const args = ['cascade', '--input', BOOK, '--scenario', '19 May 2021', '--plot', rounds, '--sweep', sweep]
    const out = printed(registerCascade, args)
    assert.match(out, /amplification: BTC 1\.\d+, ETH 1\.\d+/)
    assert.match(readFileSync(rounds, 'utf8'), /^<svg[\s\S]*19 May 2021[\s\S]*<\/svg>\s*$/)
    assert.doesNotMatch(readFileSync(rounds, 'utf8'), />-0\.5</, 'rounds are whole')
    assert.match(readFileSync(sweep, 'utf8'), /^<svg[\s\S]*shock alone[\s\S]*<\/svg>\s*$/)
  })

  it('refuses a scenario that is not in the file and a market of unknown depth', () => {
    refused(['cascade', '--input', BOOK, '--scenario', 'doom'], '', /no scenario "doom"; there are "12 March 2020"/)
    const { impact: _, ...shallow } = book
    refused(['cascade'], JSON.stringify(shallow), /the depth of BTC is missing/)
    refused(['cascade', '--close-share', '0'], '', /from 0.001 to 1/)
  })
})
