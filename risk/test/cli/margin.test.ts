import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Command, CommanderError } from 'commander'
import { registerMargin } from '../../src/cli/commands/margin.ts'
import type { CaseMargin } from '../../src/cli/derive/runCases.ts'
import { METHOD_NAMES } from '../../src/cli/marginMethods.ts'
import { RiskError } from '../../src/errors.ts'
import { ABSENT, PMRM2_FILE, publishedPath, relativeError, V1_FILE } from '../methods/derive/published.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const FOLDER = mkdtempSync(join(tmpdir(), 'margin-'))
const example = (name: string) => fileURLToPath(new URL(`../../examples/${name}.json`, import.meta.url))
const STRANGLE = example('btc-short-strangle')

type Run = { status: number | null; out: string; err: string }

/** The command as a process, as a user starts it. */
function spawn(args: readonly string[], stdin: string): Run {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'margin', ...args], {
    input: stdin,
    encoding: 'utf8',
  })
  return { status, out: stdout, err: stderr }
}

/** What `main.ts` makes of an error: 2 for input and usage. */
function failure(error: unknown, err: string): { status: number; err: string } {
  if (error instanceof RiskError) return { status: 2, err: error.message }
  if (error instanceof CommanderError) return { status: error.exitCode === 0 ? 0 : 2, err }
  throw error
}

/** The same without the cost of a process: text that would stand on stdin goes through a file called "stdin". */
async function run(args: readonly string[], stdin?: string): Promise<Run> {
  const written: string[] = []
  const complaints: string[] = []
  const program = new Command('plimsoll').exitOverride()
  program.configureOutput({ writeErr: (text) => complaints.push(text) })
  registerMargin(program)
  const file = join(FOLDER, 'stdin')
  if (stdin !== undefined) writeFileSync(file, stdin)
  const { write } = process.stdout
  process.stdout.write = (text: string | Uint8Array) => written.push(String(text)) > 0
  try {
    await program.parseAsync(['node', 'plimsoll', 'margin', ...args, ...(stdin === undefined ? [] : ['--input', file])])
    return { status: 0, out: written.join(''), err: complaints.join('') }
  } catch (error) {
    return { out: written.join(''), ...failure(error, complaints.join('')) }
  } finally {
    process.stdout.write = write
  }
}

async function json<T>(args: readonly string[], stdin?: string): Promise<T> {
  const { status, out, err } = await run(args, stdin)
  assert.equal(status, 0, err)
  return JSON.parse(out)
}

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

type Requirement = { method: string; equity: number; initial: number; maintenance: number; scenarios: unknown[] }
type Comparison = {
  equity: number
  methods: { method: string; initial: number; maintenance: number }[]
  notOffered: { method: string; reason: string }[]
}

describe('the margin command on a portfolio', () => {
  it('states equity, requirements and scenarios under one method', async () => {
    const { method, equity, initial, maintenance, scenarios }: Requirement = await json([
      '--method',
      'deribit',
      '--input',
      STRANGLE,
    ])
    assert.equal(method, 'deribit')
    assert.ok(equity > 0 && initial > maintenance && maintenance > 0)
    assert.equal(scenarios.length, 35)
  })

  it('compares all methods, each equal to the method alone', async () => {
    const comparison: Comparison = await json(['compare', '--json', '--input', STRANGLE])
    assert.deepEqual(
      comparison.methods.map(({ method }) => method),
      METHOD_NAMES,
    )
    for (const method of ['plimsoll', 'derive-pmrm2'] as const) {
      const alone: Requirement = await json(['--method', method, '--input', STRANGLE])
      const compared = comparison.methods.find((each) => each.method === method)
      assert.equal(compared?.initial, alone.initial)
      assert.equal(alone.equity, comparison.equity)
    }
  })

  it('prints a table and writes a chart that names every method', async () => {
    const chart = join(FOLDER, 'margin.svg')
    const { status, out } = await run(['compare', '--input', example('btc-calendar'), '--plot', chart])
    assert.equal(status, 0)
    const lines = out.trimEnd().split('\n')
    assert.equal(lines.length, METHOD_NAMES.length + 2)
    assert.match(lines[1] ?? '', /method +initial +maintenance +worst scenario +loss +largest contribution/)
    const svg = readFileSync(chart, 'utf8')
    assert.match(svg, /^<svg .*<\/svg>\s*$/s)
    for (const label of ['Derive PMRM 2', 'Deribit standard', 'Paradex portfolio']) {
      assert.ok(svg.includes(label) && out.includes(label))
    }
  })

  it('says which venue does not offer an instrument instead of failing', async () => {
    const file = JSON.parse(readFileSync(example('btc-calendar'), 'utf8'))
    const future = { kind: 'future', underlying: 'BTC', expiry: 1_768_464_000, quantity: 1, entry: 90_000 }
    file.portfolio.positions.push(future)
    const { methods, notOffered }: Comparison = await json(['compare', '--json'], JSON.stringify(file))
    assert.deepEqual(
      notOffered.map(({ method }) => method),
      ['derive-pmrm2', 'derive-pmrm1', 'derive-standard'],
    )
    assert.match(notOffered[0]?.reason ?? '', /dated futures/)
    assert.ok(methods.length >= 6)
    const alone = await run(['--method', 'derive-pmrm2'], JSON.stringify(file))
    assert.equal(alone.status, 2)
    assert.match(alone.err, /dated futures/)
  })
})

describe('the margin command refuses with exit code 2', () => {
  const file = JSON.parse(readFileSync(STRANGLE, 'utf8'))
  const refuse = async (args: readonly string[], stdin: string | undefined, message: RegExp) => {
    const { status, out, err } = await run(args, stdin)
    assert.equal(status, 2, err)
    assert.equal(out, '')
    assert.match(err, message)
  }

  it('a call without a method or with an unknown one', async () => {
    await refuse([], undefined, /--method/)
    await refuse(['--method', 'guess'], undefined, /derive-pmrm2/)
  })

  it('anything wrong when run as a process, with nothing on stdout', () => {
    const { status, out, err } = spawn(['--method', 'deribit'], '{\n "portfolio": }')
    assert.equal(status, 2)
    assert.equal(out, '')
    assert.match(err, /^error: stdin:2:\d+: is not JSON/)
    assert.equal(spawn(['compare', '--json'], readFileSync(STRANGLE, 'utf8')).status, 0)
  })

  it('text that is not JSON, with line and column', async () => {
    await refuse(['--method', 'deribit'], '{\n "portfolio": }', /stdin:2:/)
    await refuse(['compare', '--input', '/nowhere.json'], undefined, /nowhere\.json/)
  })

  it('positions that the market does not price, and fields that do not belong', async () => {
    const changed = (position: object) => JSON.stringify({ ...file, portfolio: { cash: 0, positions: [position] } })
    const call = { kind: 'call', underlying: 'BTC', strike: 90_000, quantity: 1 }
    await refuse(['compare'], changed({ ...call, expiry: 5 }), /positions\.0: .*no expiry 5/)
    await refuse(['compare'], changed({ kind: 'perpetual', underlying: 'SOL', quantity: 1 }), /no underlying SOL/)
    await refuse(['compare'], changed(call), /positions\.0\.expiry/)
    await refuse(['compare'], changed({ kind: 'swap', underlying: 'BTC', quantity: 1 }), /positions\.0\.kind/)
    await refuse(['compare'], changed({ kind: 'spot', underlying: 'BTC', quantity: 1, entry: 5 }), /entry/)
  })

  it('a smile that is none', async () => {
    const smile = (volatility: unknown) => {
      const expiries = [{ expiry: 1_769_673_600, forward: 90_400, discount: 1, volatility }]
      const market = { time: file.market.time, underlyings: { BTC: { spot: 90_000, expiries } } }
      return JSON.stringify({ ...file, market })
    }
    await refuse(['compare'], smile(-0.5), /volatility/)
    await refuse(['compare'], smile({ strikes: [2, 1], volatilities: [0.5, 0.5] }), /volatility/)
    assert.equal((await run(['compare'], smile(0.5))).status, 0)
  })

  it('a chart that cannot be written', async () => {
    await refuse(['compare', '--input', STRANGLE, '--plot', '/nowhere/margin.svg'], undefined, /cannot be written/)
  })
})
