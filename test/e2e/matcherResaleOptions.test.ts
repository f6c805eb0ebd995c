import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { type Report, report } from '../../scripts/report/report.ts'
import { LEAN } from '../../scripts/simulation/keepers.ts'
import { type OptionOutcome, runOptions } from '../../scripts/simulation/options/optionRun.ts'
import { isOption } from '../../sdk/src/index.ts'
import { assertComplete, assertResold, matcherOf } from '../fixtures/matcherFigures.ts'
import { optionFall } from '../fixtures/optionFall.ts'

describe('a crash of option books with one keeper, which has no capital', () => {
  let outcome: OptionOutcome
  let result: Report

  before(async () => {
    const day = optionFall()
    const options = { day, mode: 'portfolio', accounts: 12, seed: 1, withMatcher: true, keepers: [LEAN] } as const
    outcome = await runOptions({ ...options, onProgress: () => undefined })
    result = report({ outcome, schedule: day.schedule, seed: 1, day: '2026-02-05', seconds: 1 })
  })

  it('liquidates by selling options to the resting quotes in the same call, and nothing is lost or settled twice', () => {
    assertResold(result)
    const held = outcome.breaches.flatMap(({ portfolio }) => portfolio.positions)
    assert.ok(held.some(({ instrument }) => isOption(instrument)))
    assertComplete(matcherOf(result))
  })

  it('keeps all invariants', () => {
    assert.deepEqual(result.checks.violations, [])
    assert.ok(!Object.values(result.invariants).includes(false))
  })
})
