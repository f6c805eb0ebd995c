import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Report, report } from '../../scripts/report/report.ts'
import { keeperPlans } from '../../scripts/simulation/keepers.ts'
import { type OptionOutcome, runOptions } from '../../scripts/simulation/options/optionRun.ts'
import { assertComplete, matcherOf } from '../fixtures/matcherFigures.ts'
import { optionFall } from '../fixtures/optionFall.ts'

const ACCOUNTS = 12
const SEED = 1

describe('a crash of option books through a matcher', () => {
  const day = optionFall()
  let outcome: OptionOutcome
  let result: Report

  before(async () => {
    const options = { day, mode: 'portfolio', accounts: ACCOUNTS, seed: SEED, withMatcher: true } as const
    const keepers = keeperPlans(false) // who sell what they hold, by requests for quotes
    outcome = await runOptions({ ...options, keepers, onProgress: () => undefined })
    result = report({ outcome, schedule: day.schedule, seed: SEED, day: '2026-02-05', seconds: 1 })
  })

  it('keeps all invariants and liquidates', () => {
    assert.deepEqual(result.checks.violations, [])
    assert.ok(!Object.values(result.invariants).includes(false))
    assert.ok(result.accounts.liquidated > 0)
  })

  it('trades all structures by requests for quotes, those that keepers took over too, and settles each once', () => {
    const matcher = matcherOf(result)
    assertComplete(matcher)
    const opened = outcome.world.traders.flatMap(({ book }) => book.trades).length
    const { accepted, settled } = matcher
    assert.ok(opened >= ACCOUNTS)
    assert.ok(settled > opened, 'keepers sold too')
    assert.ok(accepted.picks > opened && accepted.quotes >= accepted.picks)
  })

  it('has quotes stand in the books while an account may be liquidated', () => {
    const { accepted, ended } = matcherOf(result)
    assert.ok(accepted.orders > 0)
    assert.ok((ended.OrderExpired ?? 0) > 0, 'they end when a new price comes')
  })
})
