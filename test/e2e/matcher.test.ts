import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before, describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { schedule } from '../../scripts/market/schedule.ts'
import { html } from '../../scripts/report/html.ts'
import { type Report, report } from '../../scripts/report/report.ts'
import { run } from '../../scripts/simulation/run.ts'
import type { Outcome } from '../../scripts/simulation/simulation.ts'
import type { World } from '../../scripts/simulation/world.ts'
import { CRASH } from '../fixtures/crash.ts'
import { assertComplete, matcherOf } from '../fixtures/matcherFigures.ts'

describe('a crash of perpetuals through a matcher', () => {
  const ACCOUNTS = 10
  const day = schedule(CRASH)
  let outcome: Outcome<World>
  let result: Report

  before(async () => {
    outcome = await run({
      schedule: day,
      accounts: ACCOUNTS,
      seed: 1,
      withMatcher: true,
      onProgress: () => undefined,
    })
    result = report({ outcome, schedule: day, seed: 1, day: '2021-05-19', seconds: 1 })
  })

  it('keeps all invariants and liquidates', () => {
    assert.deepEqual(result.checks.violations, [])
    assert.deepEqual(result.invariants, { inv1: true, inv2: true, inv3: true, inv6: true })
    assert.ok(result.accounts.liquidated > 0)
  })

  it('settles every opening trade and every sale of the keepers once, and nothing else settles', () => {
    const matcher = matcherOf(result)
    assertComplete(matcher)
    const opened = outcome.world.traders.flatMap(({ legs }) => legs.filter(({ lots }) => lots !== 0n)).length
    assert.ok(opened >= ACCOUNTS)
    assert.ok(matcher.settled >= opened)
    assert.ok(matcher.fills.onChain > opened, 'keepers sold too, through the matcher or in their calls')
  })

  it('has a keeper without a deposit among the others', () => {
    const capital = result.keepers.map(({ name, capitalUsd }) => [name, capitalUsd > 0])
    assert.deepEqual(capital, [
      ['swift', true],
      ['thorough', true],
      ['lean', false],
    ])
    const fills = result.keepers.reduce((sum, { callbackFills }) => sum + callbackFills, 0)
    assert.equal(matcherOf(result).fills.inCallback, fills)
  })

  it('leaves quotes of the market maker standing at every price', () => {
    const { accepted, ended } = matcherOf(result)
    const perpetuals = new Set(outcome.world.traders.flatMap(({ legs }) => legs.map(({ underlying }) => underlying.id)))
    assert.ok(accepted.orders >= result.market.steps * perpetuals.size)
    assert.ok((ended.OrderExpired ?? 0) > 0, 'old quotes end when a new price comes')
  })

  it('reports as the schemas say, with a section of the page', () => {
    for (const name of ['replay', 'demo']) {
      const schema: object = JSON.parse(readFileSync(`docs/schemas/${name}.json`, 'utf8'))
      const ajv = new Ajv2020({ allErrors: true, strict: true })
      assert.ok(ajv.validate(schema, JSON.parse(JSON.stringify(result))), ajv.errorsText())
    }
    const page = html(result, outcome.timeline)
    assert.match(page, /Trades through the matcher/)
    assert.doesNotMatch(page, /https?:|<script|NaN|undefined/)
  })
})
