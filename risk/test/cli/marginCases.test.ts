import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { CaseMargin } from '../../src/cli/derive/runCases.ts'
import { ABSENT, PMRM2_FILE, publishedPath, relativeError, V1_FILE } from '../methods/derive/published.ts'
import { json, run } from './runMargin.ts'

/** One long perpetual of 10 ETH at 2,000, parameters of a plain grid: an own case in the published shape. */
const CASE = {
  Scenario: {
    Cash: '1000',
    Collaterals: [],
    SpotPrice: 2000,
    SpotConfidence: 1,
    NumPerps: 10,
    PerpPrice: 2000,
    PerpConfidence: 1,
    UnrealisedPerpPNL: 5,
    UnrealisedFunding: -2,
    StablePrice: 1,
    StableConfidence: 1,
    Options: [],
    OptionFeeds: [],
  },
  Parameters: {
    Scenarios: [
      { SpotShock: 1.1, VolShockDirection: 'Up', DampeningFactor: 1 },
      { SpotShock: 0.9, VolShockDirection: 'None', DampeningFactor: 1 },
      { SpotShock: 0.5, VolShockDirection: 'Down', DampeningFactor: 0.1 },
    ],
    SkewShock: {
      LINEAR_SCALE_CAP: 0.15,
      LINEAR_CBASE: -0.05,
      ABS_SCALE_CAP: 0.15,
      ABS_CBASE: -0.05,
      MIN_K_STAR: 0.01,
      MIN_WIDTH_SCALE: 4,
      VOL_PARAM_STATIC: 0.6,
      VOL_PARAM_SCALE: -0.1,
    },
    VolShock: {
      VOLRANGEUP: 0.5,
      MIN_VOL_EVAL_SHOCKED: 0.45,
      VOLRANGEDOWN: 0.3,
      SHORTTERMPOWER: 0.3,
      LONGTERMPOWER: 0.13,
      DTE_FLOOR: 1,
    },
    Margin: {
      MM_LOSS_FACTOR: 0.8,
      IM_LOSS_FACTOR: 1,
      SHORT_RATE_MULTSCALE: 0.5,
      LONG_RATE_MULTSCALE: 1,
      SHORT_RATE_ADDSCALE: 0.08,
      LONG_RATE_ADDSCALE: 0.08,
      BASE_STATIC_DISCOUNT: 0.95,
      BASE_STATIC_DISCOUNT_NEG: 1.04,
    },
    BasisContingency: {
      SCENARIO_SPOT_UP: 1.045,
      SCENARIO_SPOT_DOWN: 0.955,
      BASIS_CONT_ADD_FACTOR: 0.5,
      BASIS_CONT_MULT_FACTOR: 2,
    },
    OtherContingency: {
      PEG_LOSS_THRESHOLD: 0.98,
      PEG_LOSS_FACTOR: 2,
      CONF_THRESHOLD: 0.55,
      CONF_MARGIN: 1,
      MM_PERP_PERCENT: 0.015,
      IM_PERP_PERCENT: 0.005,
      MM_OPTION_PERCENT: 0.003,
      IM_OPTION_PERCENT: 0.002,
    },
  },
}
const EXPECTED = { im: 1003 - 2000 - 20_000 * 0.02, mm: 1003 - 0.8 * 2000 - 20_000 * 0.015, worst_scenario: 1 }

const close = (actual: CaseMargin | undefined, expected: typeof EXPECTED & { name: string }) => {
  assert.equal(actual?.name, expected.name)
  assert.ok(relativeError(actual.im, expected.im) < 1e-12 && relativeError(actual.mm, expected.mm) < 1e-12)
  assert.equal(actual.worst_scenario, expected.worst_scenario)
}

describe('the margin command on cases of Derive', () => {
  it('takes an array, an object keyed by name, a list below "cases" and one case, in their order', async () => {
    const command = ['--method', 'derive-pmrm2']
    for (const text of [
      [
        { name: 'a', ...CASE },
        { name: 'b', ...CASE },
      ],
      { a: CASE, b: CASE },
      {
        note: 'two',
        cases: [
          { name: 'a', ...CASE },
          { name: 'b', ...CASE },
        ],
      },
    ]) {
      const margins: CaseMargin[] = await json(command, JSON.stringify(text))
      assert.equal(margins.length, 2)
      close(margins[0], { name: 'a', ...EXPECTED })
      close(margins[1], { name: 'b', ...EXPECTED })
    }
    const [alone]: CaseMargin[] = await json(command, JSON.stringify({ name: 'alone', ...CASE }))
    close(alone, { name: 'alone', ...EXPECTED })
  })

  it('answers every published PMRM_2 portfolio within 1e-9', async (t) => {
    const path = publishedPath(PMRM2_FILE)
    if (path === undefined) return t.skip(ABSENT)
    const { cases }: { cases: { name: string; Result: { IM: number; MM: number } }[] } = JSON.parse(
      readFileSync(path, 'utf8'),
    )
    const margins: CaseMargin[] = await json(['--method', 'derive-pmrm2', '--input', path])
    assert.deepEqual(
      margins.map(({ name }) => name),
      cases.map(({ name }) => name),
    )
    for (const [index, { name, Result }] of cases.entries()) {
      const { im, mm, worst_scenario } = margins[index] ?? assert.fail(name)
      assert.ok(relativeError(im, Result.IM) < 1e-9 && relativeError(mm, Result.MM) < 1e-9, name)
      assert.ok(Number.isInteger(worst_scenario) && worst_scenario >= -1, name)
    }
  })

  it('picks the lists that belong to the method out of the older file', async (t) => {
    const path = publishedPath(V1_FILE)
    if (path === undefined) return t.skip(ABSENT)
    const { pmrm1_verify, pmrm1_scenarios, standard_manager } = JSON.parse(readFileSync(path, 'utf8'))
    const names = async (method: string) => {
      const margins: CaseMargin[] = await json(['--method', method, '--input', path])
      return margins.map(({ name }) => name)
    }
    assert.deepEqual(await names('derive-pmrm1'), [...Object.keys(pmrm1_verify), ...Object.keys(pmrm1_scenarios)])
    assert.deepEqual(await names('derive-standard'), Object.keys(standard_manager))
    const [first]: CaseMargin[] = await json(['--method', 'derive-pmrm1'], JSON.stringify(pmrm1_verify))
    assert.ok(relativeError(first?.im ?? 0, pmrm1_verify.Test1.Result.InitialMarginHand / 1e18) < 1e-9)
  })

  it('names the case and the field that it cannot use, with exit code 2', async () => {
    const broken = { ...CASE, Scenario: { ...CASE.Scenario, SpotPrice: 'much' } }
    const bad = await run(['--method', 'derive-pmrm2'], JSON.stringify({ good: CASE, bad: broken }))
    assert.equal(bad.status, 2)
    assert.match(bad.err, /case bad: Scenario\.SpotPrice: .*"much"/)
    assert.equal(bad.out, '')
    const option = { Expiry: 5, Strike: 100, IsCall: 1, Amount: 1 }
    const unfed = { ...CASE, Scenario: { ...CASE.Scenario, Options: [option] } }
    const missing = await run(['--method', 'derive-pmrm2'], JSON.stringify({ unfed }))
    assert.equal(missing.status, 2)
    assert.match(missing.err, /case unfed: .*expiry 5/)
    assert.equal((await run(['--method', 'derive-pmrm1'], '[]')).status, 2)
  })
})
