import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { OptionReport } from '../../scripts/report/optionReport.ts'
import { executeOptions } from '../../scripts/simulation/command.ts'
import { type OptionDay, optionDay } from '../../scripts/simulation/options/optionDay.ts'

const ACCOUNTS = 24
const HOUR = 3_600
const EXPIRY = Date.UTC(2026, 1, 6, 8) / 1000
/** The fall to the low, and the window of the expiry that the books hold: every price; hourly ones elsewhere. */
const CLOSE: readonly [from: number, to: number][] = [
  [Date.UTC(2026, 1, 5, 20) / 1000, Date.UTC(2026, 1, 6, 0, 30) / 1000],
  [EXPIRY - 1_800, EXPIRY + 900],
]

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-options-'))
after(() => rmSync(folder, { recursive: true }))

/** The crash with fewer steps. */
function thin(day: OptionDay): OptionDay {
  const isKept = (t: number) =>
    t <= EXPIRY + 900 && (t % HOUR === 0 || CLOSE.some(([from, to]) => t >= from && t <= to))
  const { steps } = day.schedule
  return {
    ...day,
    schedule: { ...day.schedule, steps: steps.filter(({ t }) => isKept(t)) },
    steps: day.steps.filter(({ t }) => isKept(t)),
  }
}

describe('npm run demo -- --mode quantitative', () => {
  const json = join(folder, 'report.json')
  const html = join(folder, 'report.html')
  let report: OptionReport

  before(async () => {
    report = await executeOptions(
      thin(optionDay(HOUR)),
      { accounts: `${ACCOUNTS}`, seed: '1', json, html },
      'quantitative',
    )
  })

  it('liquidates option books through the crash with all invariants held', () => {
    assert.deepEqual(report.checks.violations, [])
    assert.deepEqual(report.invariants, { inv1: true, inv2: true, inv3: true, inv6: true, inv12: true })
    const { total, liquidated, marginCalled, untouched } = report.accounts
    assert.equal(total, ACCOUNTS)
    assert.equal(liquidated + marginCalled + untouched, total)
    assert.ok(liquidated > 0, 'a crash of 18 % liquidates somebody')
    assert.ok(report.taken.usd > 0 && report.taken.leastNeededUsd > 0)
    const { warm, cold } = report.options.liquidationGas
    assert.ok(warm.count + cold.count > 0)
    assert.ok(report.checks.ownerActions >= ACCOUNTS)
    assert.equal(report.badDebt.r, 1)
  })

  it('posts a surface of both underlyings at every time, and says which are interpolated', () => {
    const { posted, times, measured, quorum, signers } = report.options.surfaces
    assert.equal(posted, 2 * times)
    assert.ok(measured < times)
    assert.deepEqual([quorum, signers], [2, 3])
    assert.match(readFileSync(html, 'utf8'), /interpolated in time .*isMeasured: false/)
  })

  it('posts histories of both underlyings before the books are opened, and again when they are worth it', () => {
    const { histories, books, onChain } = report.options
    assert.deepEqual(
      histories.slice(0, 2).map(({ symbol, t, cause, isWhole }) => ({ symbol, t, cause, isWhole })),
      ['BTC', 'ETH'].map((symbol) => ({ symbol, t: Date.UTC(2026, 1, 5) / 1000, cause: 'first', isWhole: true })),
    )
    assert.ok(histories.some(({ cause }) => cause === 'caps'))
    assert.ok(histories.every(({ quotedOffset, offset }) => quotedOffset > 0 && offset >= quotedOffset))
    assert.ok(books.modes.quantitative > ACCOUNTS / 2 && books.modes.portfolio === 0)
    const { portfolio, quantitative, cross } = onChain.modes
    assert.ok(quantitative.initialUsd < portfolio.initialUsd && portfolio.initialUsd <= cross.initialUsd)
    assert.ok(report.checks.modes > 1_000)
  })

  it('settles both expiries of the day at exactly the average of the pushed prices', () => {
    const { settlements, clearing } = report.options
    assert.equal(settlements.length, 4)
    for (const { differenceWei, rounds } of settlements) {
      assert.equal(differenceWei, '0')
      assert.ok(rounds > 0)
    }
    assert.ok(settlements.some(({ expiry, accounts }) => expiry === EXPIRY && accounts > 0))
    assert.equal(clearing.instruments, 0)
    assert.ok(Math.abs(clearing.cashUsd) < 1e-9, 'rounding only')
  })

  it('shows that a mode never costs more than the one that knows less, at the open and at the low', () => {
    for (const { total, rows } of Object.values(report.options.efficiency)) {
      const { riskNeutral, quantitative } = total.requirements
      assert.equal(total.books, ACCOUNTS)
      assert.equal(
        rows.reduce((sum, { books }) => sum + books, 0),
        ACCOUNTS,
      )
      const { isolated, cross, portfolio } = total.requirements
      assert.ok(portfolio.initial <= cross.initial && cross.initial <= isolated.initial)
      for (const tail of [riskNeutral, quantitative])
        assert.ok(tail.initial <= portfolio.initial && tail.initial >= 0.7 * portfolio.initial)
    }
  })

  it('reports as the schema says, with five pictures and no links out', () => {
    const schema: object = JSON.parse(readFileSync('docs/schemas/demo.json', 'utf8'))
    const ajv = new Ajv2020({ allErrors: true, strict: true })
    assert.ok(ajv.validate(schema, JSON.parse(readFileSync(json, 'utf8'))), ajv.errorsText())
    const page = readFileSync(html, 'utf8')
    assert.equal(page.match(/<svg /g)?.length, 5)
    assert.doesNotMatch(page, /https?:|<script|NaN|undefined/)
  })

  it('refuses a book or mode that it does not know, a mode of linear books, and a day without options', () => {
    for (const [args, message] of [
      [['--book', 'bonds'], /--book bonds is neither linear nor options/],
      [['--mode', 'cross'], /--mode cross is none of portfolio, risk-neutral, quantitative/],
      [['--book', 'linear', '--mode', 'quantitative'], /--mode quantitative is of option books/],
      [['--mode', 'risk-neutral', '--day', '2020-03-12'], /Options: 2026-02-05/],
      [['--book', 'options', '--day', '2020-03-12'], /Options: 2026-02-05/],
      [['--book', 'options', '--accounts', '401'], /--accounts 401 is not a whole number from 1 to 400/],
    ] as const) {
      const { status, stderr } = spawnSync(process.execPath, ['scripts/demo.ts', ...args], { encoding: 'utf8' })
      assert.equal(status, 2)
      assert.match(stderr, message)
    }
  })
})
