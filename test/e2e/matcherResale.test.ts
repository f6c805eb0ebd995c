import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { schedule } from '../../scripts/market/schedule.ts'
import { type Report, report } from '../../scripts/report/report.ts'
import { LEAN } from '../../scripts/simulation/keepers.ts'
import { run } from '../../scripts/simulation/run.ts'
import type { Outcome } from '../../scripts/simulation/simulation.ts'
import type { World } from '../../scripts/simulation/world.ts'
import { FALL } from '../fixtures/fall.ts'
import { assertComplete, assertResold, matcherOf } from '../fixtures/matcherFigures.ts'

describe('a fall of perpetuals with one keeper, which has no capital', () => {
  let outcome: Outcome<World>
  let result: Report
  const day = schedule(FALL)

  before(async () => {
    const options = { schedule: day, accounts: 8, seed: 1, withMatcher: true, keepers: [LEAN] }
    outcome = await run({ ...options, onProgress: () => undefined })
    result = report({ outcome, schedule: day, seed: 1, day: '2021-05-19', seconds: 1 })
  })

  it('liquidates by selling to the resting quotes in the same call, and nothing is lost or settled twice', () => {
    assertResold(result)
    assert.equal(result.keepers[0]?.liquidations, outcome.tally.slices)
    assertComplete(matcherOf(result))
  })

  it('keeps all invariants', () => {
    assert.deepEqual(result.checks.violations, [])
    assert.ok(!Object.values(result.invariants).includes(false))
  })
})
