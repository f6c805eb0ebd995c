import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import {
  essviSmile,
  gridOf,
  type JumpWings,
  jumpWingsOf,
  minimumDurrleman,
  type RawSvi,
  rawOfEssvi,
  rawOfJumpWings,
  rawSmile,
  rawVariance,
  repairButterfly,
  repairJumpWings,
  smileAt,
} from '../../src/surface/index.ts'
import { essviSlice } from './arbitraryEssvi.ts'

type Vector = {
  vogt_raw: RawSvi
  vogt_jw: Record<'v' | 'psi' | 'p' | 'c' | 'vtilde', number>
  guaranteed_repair: { c: number; vtilde: number }
  optimal_repair: { c: number; vtilde: number }
  computed_here: { vogt_min_g: [number, number]; guaranteed_min_g: [number, number]; optimal_min_g: [number, number] }
  ql_svi_section: { a: number; b: number; sigma: number; rho: number; m: number }
}
const vector: Vector = JSON.parse(
  readFileSync(new URL('../vectors/svi_gatheral_jacquier.json', import.meta.url), 'utf8'),
)
const vogt = vector.vogt_raw
const GRID = { from: -1.5, to: 1.5, steps: 3000 }

function near(actual: number, expected: number, tolerance: number): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not within ${tolerance} of ${expected}`)
}

/** Half a unit of the last printed digit. */
function printed(value: number): number {
  return 0.5001 * 10 ** -(String(value).split('.')[1]?.length ?? 0)
}

describe("Vogt's example (Gatheral and Jacquier, examples 3.1 and 5.1)", () => {
  const wings = jumpWingsOf(vogt, 1)

  it('has the published jump wings to all printed digits', () => {
    for (const key of ['v', 'psi', 'p', 'c'] as const)
      near(wings[key], vector.vogt_jw[key], printed(vector.vogt_jw[key]))
    near(wings.vMin, vector.vogt_jw.vtilde, printed(vector.vogt_jw.vtilde))
  })

  it('is exploited by a butterfly: g falls to -0.0329 at k = 0.879', () => {
    const { k, g } = minimumDurrleman(rawSmile(vogt), GRID)
    near(g, vector.computed_here.vogt_min_g[0], 1e-12)
    near(k, vector.computed_here.vogt_min_g[1], 1e-9)
  })

  it('has the published closed-form repair, free of butterflies, same variance, skew and put wing', () => {
    const repaired = repairJumpWings(wings)
    near(repaired.c, vector.guaranteed_repair.c, printed(vector.guaranteed_repair.c))
    near(repaired.vMin, vector.guaranteed_repair.vtilde, printed(vector.guaranteed_repair.vtilde))
    assert.deepEqual([repaired.v, repaired.psi, repaired.p], [wings.v, wings.psi, wings.p])
    near(
      minimumDurrleman(rawSmile(rawOfJumpWings(repaired, 1)), GRID).g,
      vector.computed_here.guaranteed_min_g[0],
      1e-9,
    )
  })

  it('accepts the published nearest repair as free of butterflies', () => {
    const { c, vtilde } = vector.optimal_repair
    const raw = rawOfJumpWings({ ...wings, c, vMin: vtilde }, 1)
    near(minimumDurrleman(rawSmile(raw), GRID).g, vector.computed_here.optimal_min_g[0], 1e-6)
  })

  it('finds a repair that is free of butterflies and nearer in total variance than the published one', () => {
    const ours = repairButterfly(vogt, 1, GRID)
    const theirs = rawOfJumpWings({ ...wings, c: vector.optimal_repair.c, vMin: vector.optimal_repair.vtilde }, 1)
    const distance = (raw: RawSvi) =>
      Array.from(
        { length: 301 },
        (_, i) => rawVariance(raw, -1.5 + i / 100) - rawVariance(vogt, -1.5 + i / 100),
      ).reduce((sum, error) => sum + error * error, 0)
    assert.ok(minimumDurrleman(rawSmile(ours), GRID).g >= 0)
    assert.ok(distance(ours) < distance(theirs), `${distance(ours)} against ${distance(theirs)}`)
    const kept = jumpWingsOf(ours, 1)
    near(kept.v, wings.v, 1e-12)
    near(kept.psi, wings.psi, 1e-12)
    near(kept.p, wings.p, 1e-12)
  })
})

describe('raw SVI', () => {
  it("has variance a + b sigma at k = m (QuantLib's smile section test)", () => {
    const { a, b, sigma, m } = vector.ql_svi_section
    near(rawVariance(vector.ql_svi_section, m), a + b * sigma, 1e-15)
  })

  it('is left alone by the repair where it has no butterfly', () => {
    const raw = { a: 0.02, b: 0.1, rho: -0.3, m: 0.05, sigma: 0.3 }
    assert.equal(repairButterfly(raw, 0.5), raw)
  })

  it('equals the eSSVI slice it was made from, with derivatives that are those of finite differences', () => {
    fc.assert(
      fc.property(essviSlice, fc.double({ min: -3, max: 3, noNaN: true }), (slice, deviations) => {
        const k = deviations * Math.sqrt(slice.theta)
        const h = 1e-4 * Math.sqrt(slice.theta)
        for (const smile of [essviSmile(slice), rawSmile(rawOfEssvi(slice))]) {
          const [low, here, high] = [smileAt(smile, k - h), smileAt(smile, k), smileAt(smile, k + h)]
          near(here.w, smileAt(essviSmile(slice), k).w, 1e-12 * slice.theta)
          near(here.slope, (high.w - low.w) / (2 * h), 1e-5 * slice.psi)
          near(here.curvature, (high.slope - low.slope) / (2 * h), 1e-4 * (slice.psi + slice.psi ** 2 / slice.theta))
        }
      }),
      { seed: 11, numRuns: 200 },
    )
  })

  it('survives the way to jump wings and back', () => {
    fc.assert(
      fc.property(essviSlice, fc.double({ min: 0.01, max: 3, noNaN: true }), (slice, years) => {
        const raw = rawOfEssvi(slice)
        fc.pre(Math.abs(raw.m) > 1e-3 * raw.sigma) // at m = 0 with rho = 0 v = vMin, and sigma is free
        const back = rawOfJumpWings(jumpWingsOf(raw, years), years)
        for (const k of [-2, -0.5, 0, 0.5, 2].map((d) => d * Math.sqrt(slice.theta)))
          near(rawVariance(back, k), rawVariance(raw, k), 1e-7 * rawVariance(raw, k))
      }),
      { seed: 12, numRuns: 200 },
    )
  })

  it('refuses parameters without meaning, naming the one', () => {
    const good = { a: 0.01, b: 0.1, rho: 0, m: 0, sigma: 0.1 }
    for (const [parameter, bad] of [
      ['b', { b: -1 }],
      ['rho', { rho: 1 }],
      ['sigma', { sigma: 0 }],
      ['m', { m: Number.NaN }],
      ['a', { a: -0.02 }],
    ] as const)
      assert.throws(
        () => rawSmile({ ...good, ...bad }),
        (error: unknown) => error instanceof DomainError && error.parameter === parameter,
      )
    const wings: JumpWings = { v: 0.04, psi: -0.1, p: 0.5, c: 0.3, vMin: 0.03 }
    assert.throws(() => rawOfJumpWings({ ...wings, psi: -0.3 }, 1), DomainError)
    assert.throws(() => rawOfJumpWings({ ...wings, vMin: 0.05 }, 1), DomainError)
    assert.throws(() => jumpWingsOf(good, 0), DomainError)
  })

  it('is checked on a grid that covers the asked number of standard deviations', () => {
    const { from, to, steps } = gridOf(rawSmile({ a: 0.04, b: 1e-9, rho: 0, m: 0, sigma: 0.1 }), 5, 10)
    near(from, -1, 1e-8)
    near(to, 1, 1e-8)
    assert.equal(steps, 10)
  })
})
