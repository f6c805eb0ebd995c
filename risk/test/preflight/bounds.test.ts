import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  BOUNDS,
  ChangeRefusedError,
  GOVERNED,
  type Governed,
  type GovernedParameter,
  governedDefaults,
  LEAST_MAINTENANCE_STEP,
  LEAST_STEP,
  MAINTENANCE_STEP_SHARE,
  refusals,
  requireAllowed,
  STEP_SHARE,
} from '../../src/preflight/index.ts'

const CONTRACTS = new URL('../../../contracts/', import.meta.url)
const source = (path: string) => readFileSync(new URL(path, CONTRACTS), 'utf8')
const bounds = source('libraries/Bounds.sol')
const number = (digits: string) => Number(digits.replaceAll('_', ''))
const present = governedDefaults('BTC')

function constant(text: string, name: string): number {
  const [, value = ''] = new RegExp(`constant ${name} = ([\\d_.e]+);`).exec(text) ?? []
  return number(value)
}

/** Fields of a struct of the contracts, in order. */
function fieldsOf(path: string, struct: string): string[] {
  const [, body = ''] = new RegExp(`struct ${struct} \\{(.*?)\\}`, 's').exec(source(path)) ?? []
  return [...body.matchAll(/uint\d+ (\w+);/g)].map(([, name = '']) => name)
}

/** The body of a function of `Bounds`. */
function bodyOf(name: string): string {
  return new RegExp(`function ${name}\\(.*?\\{(.*?)\\n {4}\\}`, 's').exec(bounds)?.[1] ?? ''
}

function boundsInSolidity(): [string, [number | string, number]][] {
  const value = (text: string) => {
    if (/^\d/.test(text)) return number(text)
    return /^[pt]\./.test(text) ? text.slice(2) : constant(bounds, text)
  }
  return ['requireRisk', 'requireTerms'].flatMap((name) =>
    [...bodyOf(name).matchAll(/requireWithin\("(\w+)", [pt]\.(\w+), ([\w.]+), ([\w.]+)\);/g)].map(
      ([, label = '', field, least = '', most = '']): [string, [number | string, number]] => {
        assert.equal(label, field)
        return [label, [value(least), Number(value(most))]]
      },
    ),
  )
}

/** The calls that check a step: which rule, of which parameter, and whether of its value or of 1 less that. */
function stepsInSolidity(): [string, GovernedParameter, 'value' | 'rest'][] {
  const call = /(_require\w+Step)\("(\w+)", [pt]\.\2, old\.\2(?:, (?:old\.\2|(1e6 - old\.\2)))?\);/g
  return ['requireRiskStep', 'requireTermsStep'].flatMap((name) =>
    [...bodyOf(name).matchAll(call)].map(
      ([, rule = '', label = '', rest]): [string, GovernedParameter, 'value' | 'rest'] => {
        const parameter = GOVERNED.find((each) => each === label)
        assert.ok(parameter !== undefined, label)
        return [rule, parameter, rest === undefined ? 'value' : 'rest']
      },
    ),
  )
}

/** The rules of the library once more, in its own integers and order; true when it would revert. */
function reverts(next: Governed, old: Governed): boolean {
  const within = ([name, [least, most]]: [string, [number | string, number]]) => {
    const value = next[name as GovernedParameter]
    const low = typeof least === 'number' ? least : next[least as GovernedParameter]
    return value >= low && value <= most
  }
  if (!boundsInSolidity().every(within)) return true
  const unit = 10n ** 12n
  const moved = stepsInSolidity().some(([rule, name, base]) => {
    const [value, was] = [BigInt(next[name]) * unit, BigInt(old[name]) * unit]
    const whole = base === 'rest' ? 10n ** 18n - was : was
    const [share, least] = rule === '_requireTermStep' ? [whole / 10n, 10n ** 15n] : [whole / 50n, 2n * 10n ** 13n]
    const step = share > least ? share : least
    return value > was + step || value + step < was
  })
  return moved || (next.group !== old.group && !(next.offset === 0 && old.offset === 0))
}

const perMille = (min: number, max: number) => fc.noBias(fc.integer({ min, max })).map((each) => each / 1_000)

/** Half of the samples have no offset, so that they may regroup. */
const withinBounds = fc
  .tuple(fc.record(Object.fromEntries(GOVERNED.map((name) => [name, perMille(0, 1_000)]))), fc.boolean())
  .map(([shares, isApart]): Governed => {
    const values: Record<GovernedParameter, number> = { ...present }
    for (const name of GOVERNED) {
      const [low, most] = BOUNDS[name]
      const least = typeof low === 'number' ? low : values[low]
      values[name] = Math.round(least + (shares[name] ?? 0) * (most - least))
    }
    return isApart ? { ...values, offset: 0 } : values
  })

/** Moves of up to a bit more than what is allowed, in some of the parameters. */
const moves = fc.array(fc.tuple(fc.constantFrom(...GOVERNED), perMille(-130, 130)), { minLength: 1, maxLength: 4 })
const change = fc.tuple(withinBounds, moves)

function changed([old, moves]: [Governed, [GovernedParameter, number][]]): Governed {
  const next: Record<GovernedParameter, number> = { ...old }
  for (const [name, share] of moves) {
    const size = name === 'group' ? 20 : Math.max(old[name], 10_000)
    next[name] = Math.max(0, Math.round(old[name] + share * size))
  }
  return next
}

describe('the bounds of governed parameters', () => {
  it('are those of the contracts, parameter by parameter and in their order', () => {
    assert.deepEqual(boundsInSolidity(), Object.entries(BOUNDS))
    const fields = [
      ...fieldsOf('interfaces/IMarkets.sol', 'RiskParameters'),
      ...fieldsOf('interfaces/IMarkets.sol', 'RiskTerms'),
    ]
    assert.deepEqual(fields, [...GOVERNED])
  })

  it('have the steps of the contracts', () => {
    const steps = stepsInSolidity()
    assert.deepEqual(
      steps.map(([, name]) => name),
      GOVERNED.filter((name) => name !== 'group'),
    )
    assert.deepEqual(
      steps.filter(([rule]) => rule === '_requireTermStep').map(([, name]) => name),
      ['floor', 'cap', 'stressVolatility', 'kappa', 'optionInitial'],
    )
    assert.deepEqual(
      steps.filter(([, , base]) => base === 'rest').map(([, name]) => name),
      ['offset'],
    )
    const unit = constant(source('libraries/Parameters.sol'), 'TERM_UNIT')
    assert.equal(constant(bounds, 'STEP_SHARE'), STEP_SHARE)
    assert.equal(constant(bounds, 'LEAST_STEP') / unit, LEAST_STEP)
    assert.equal(constant(bounds, 'MAINTENANCE_STEP_SHARE'), MAINTENANCE_STEP_SHARE)
    assert.equal(constant(bounds, 'LEAST_MAINTENANCE_STEP') / unit, LEAST_MAINTENANCE_STEP)
    assert.match(bodyOf('_requireTermStep'), /\(old \* TERM_UNIT\) \/ STEP_SHARE;/)
    assert.match(bodyOf('_requireTermStep'), /share > LEAST_STEP \? share : LEAST_STEP\);/)
    assert.match(bodyOf('_requireMaintenanceStep'), /\(base \* TERM_UNIT\) \/ MAINTENANCE_STEP_SHARE;/)
    assert.match(
      bodyOf('_requireMaintenanceStep'),
      /share > LEAST_MAINTENANCE_STEP \? share : LEAST_MAINTENANCE_STEP\);/,
    )
    assert.match(bodyOf('_requireStep'), /value > old \+ step \|\| value \+ step < old/)
    assert.match(bodyOf('requireTermsStep'), /mayRegroup = t\.offset == 0 && old\.offset == 0;/)
    assert.match(bodyOf('requireTermsStep'), /t\.group != old\.group && !mayRegroup/)
  })

  it('refuse exactly what the rules of the library refuse', () => {
    let [taken, refused] = [0, 0]
    fc.assert(
      fc.property(change, (sample) => {
        const [old, next] = [sample[0], changed(sample)]
        const isRefused = refusals(next, old).length > 0
        assert.equal(isRefused, reverts(next, old))
        if (isRefused) refused++
        else taken++
      }),
      { seed: 11, numRuns: 2_000 },
    )
    assert.ok(taken > 200 && refused > 200, `${taken} taken, ${refused} refused`)
  })

  it('name nearest values that are taken, and nothing nearer is', () => {
    let seen = 0
    fc.assert(
      fc.property(change, (sample) => {
        const [old, next] = [sample[0], changed(sample)]
        const refused = refusals(next, old)
        const nearest = Object.fromEntries(refused.map((each) => [each.parameter, each.nearest]))
        const corrected = { ...next, ...nearest }
        assert.deepEqual(refusals(corrected, old), [])
        for (const { parameter, value, nearest: limit } of refused) {
          seen++
          const nearer = { ...corrected, [parameter]: limit + Math.sign(value - limit) }
          assert.ok(reverts(nearer, old), parameter)
        }
      }),
      { seed: 12, numRuns: 2_000 },
    )
    assert.ok(seen > 500)
  })

  it('hold for the defaults of every underlying', () => {
    for (const symbol of ['BTC', 'ETH', 'SOL']) assert.deepEqual(refusals(governedDefaults(symbol)), [])
  })

  it('keep the group while anything is offset', () => {
    const [refusal] = refusals({ ...present, group: 2 }, present)
    assert.deepEqual([refusal?.rule, refusal?.nearest], ['group', 1])
    const apart = { ...present, offset: 0 }
    assert.deepEqual(refusals({ ...apart, group: 2 }, apart), [])
    assert.deepEqual(refusals({ ...apart, group: 9 }, apart)[0]?.nearest, 7)
  })

  it('tell every broken rule with the values that broke it', () => {
    const next = { ...present, floor: 80_000, haircut: 950_000 }
    assert.throws(
      () => requireAllowed('BTC', next, present),
      (error) => {
        assert.ok(error instanceof ChangeRefusedError)
        assert.deepEqual(
          error.refusals.map(({ parameter, rule, nearest }) => [parameter, rule, nearest]),
          [
            ['floor', 'step', 66_000],
            ['haircut', 'bounds', 102_000],
          ],
        )
        assert.match(error.message, /^BTC: .*floor 80000: .* 54000 to 66000; nearest allowed 66000\. haircut/)
        return true
      },
    )
  })
})
