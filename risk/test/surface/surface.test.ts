import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import {
  butterflySlack,
  calendarSlack,
  type EssviParameters,
  essviSmile,
  gridOf,
  minimumCalendar,
  minimumDurrleman,
  parseSurface,
  requireSurface,
  type Surface,
  SurfaceDocumentError,
  sliceAt,
  sliceVolatility,
  surfaceDocument,
  surfaceMarket,
  surfaceVolatility,
} from '../../src/surface/index.ts'
import { essviSlices } from './arbitraryEssvi.ts'

const TIME = 1_750_000_000
const YEAR = 31_536_000

function surfaceOf(slices: readonly EssviParameters[]): Surface {
  return {
    underlying: 'BTC',
    time: TIME,
    spot: 100,
    slices: slices.map((slice, i) => ({
      ...slice,
      expiry: TIME + 86_400 * 7 * 2 ** i,
      forward: 100 + i,
      discount: 1 - 0.002 * i,
    })),
  }
}

/** A time between a day and twice the last expiry, by a share. */
function timeOf({ slices }: Surface, share: number): number {
  const last = slices.at(-1)?.expiry ?? TIME
  return TIME + 86_400 + share * 2 * (last - TIME)
}

const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('sliceAt', () => {
  it('gives the fitted slices at their own expiries', () => {
    fc.assert(
      fc.property(essviSlices, (slices) => {
        const surface = surfaceOf(slices)
        for (const slice of surface.slices) {
          const { years, ...found } = sliceAt(surface, slice.expiry)
          assert.deepEqual(found, slice)
          assert.equal(years, (slice.expiry - TIME) / YEAR)
        }
      }),
      { seed: 41, numRuns: 50 },
    )
  })

  it('is free of butterfly and calendar arbitrage at and between any two times, before, between and after the fits', () => {
    fc.assert(
      fc.property(essviSlices, share, share, (slices, a, b) => {
        const surface = surfaceOf(slices)
        const [early, late] = [timeOf(surface, Math.min(a, b)), timeOf(surface, Math.max(a, b))].map((t) =>
          sliceAt(surface, t),
        )
        assert.ok(early !== undefined && late !== undefined)
        const smile = essviSmile(late)
        for (const slice of [early, late]) {
          const { wings, curvature } = butterflySlack(slice)
          assert.ok(wings >= 0 && curvature >= -1e-12)
        }
        assert.ok(minimumDurrleman(smile, gridOf(smile, 15, 500)).g >= -1e-12)
        const { theta, slopes, phi } = calendarSlack(early, late)
        assert.ok(theta >= 0 && slopes >= -1e-12 * late.psi && phi >= (-1e-12 * late.psi) / late.theta)
        assert.ok(minimumCalendar(essviSmile(early), smile, gridOf(smile, 15, 500)).difference >= -1e-12 * late.theta)
      }),
      { seed: 42, numRuns: 200 },
    )
  })

  it('is linear in time at the money between expiries and continuous at them', () => {
    fc.assert(
      fc.property(essviSlices, share, (slices, at) => {
        const surface = surfaceOf(slices)
        const [first, second] = surface.slices
        assert.ok(first !== undefined && second !== undefined)
        const between = sliceAt(surface, first.expiry + at * (second.expiry - first.expiry))
        assert.ok(Math.abs(between.theta - (first.theta + at * (second.theta - first.theta))) <= 1e-12 * second.theta)
        for (const { expiry } of surface.slices)
          for (const k of [-1, 0, 1]) {
            const strike = 100 * Math.exp(k * Math.sqrt(first.theta))
            const here = surfaceVolatility(surface, strike, expiry)
            for (const near of [expiry - 0.01, expiry + 0.01])
              assert.ok(Math.abs(surfaceVolatility(surface, strike, near) / here - 1) < 1e-4)
          }
      }),
      { seed: 43, numRuns: 50 },
    )
  })

  it('keeps volatility at the money before the first and after the last expiry', () => {
    const surface = surfaceOf([
      { theta: 0.01, rho: -0.2, psi: 0.05 },
      { theta: 0.02, rho: -0.2, psi: 0.07 },
    ])
    const atTheMoney = (expiry: number) => {
      const slice = sliceAt(surface, expiry)
      return sliceVolatility(slice, slice.forward)
    }
    const [first, last] = surface.slices
    assert.ok(first !== undefined && last !== undefined)
    assert.ok(Math.abs(atTheMoney(TIME + 3600) - atTheMoney(first.expiry)) < 1e-12)
    assert.ok(Math.abs(atTheMoney(last.expiry + 1e7) - atTheMoney(last.expiry)) < 1e-12)
  })

  it('moves forward and discount log-linearly from spot and 1 today', () => {
    const surface = surfaceOf([
      { theta: 0.01, rho: -0.2, psi: 0.05 },
      { theta: 0.02, rho: -0.2, psi: 0.07 },
    ])
    const [, second] = surface.slices
    assert.ok(second !== undefined)
    const half = sliceAt(surface, TIME + 86_400 * 3.5)
    assert.ok(Math.abs(half.forward - 100) < 1e-12 && half.discount === 1)
    const between = sliceAt(surface, TIME + 86_400 * 10.5)
    assert.ok(Math.abs(between.forward - Math.sqrt(100 * 101)) < 1e-9)
    assert.ok(Math.abs(between.discount - Math.sqrt(0.998)) < 1e-12)
    const after = sliceAt(surface, TIME + 2 * (second.expiry - TIME))
    assert.ok(Math.abs(after.discount - 0.998 ** 2) < 1e-12)
  })

  it('refuses times that are not after the surface and strikes that are not positive', () => {
    const surface = surfaceOf([{ theta: 0.01, rho: -0.2, psi: 0.05 }])
    assert.throws(() => sliceAt(surface, TIME), DomainError)
    assert.throws(() => sliceAt(surface, Number.NaN), DomainError)
    assert.throws(() => surfaceVolatility(surface, 0, TIME + 1), DomainError)
    assert.throws(() => sliceAt({ ...surface, slices: [] }, TIME + 1), DomainError)
  })
})

describe('surfaceMarket', () => {
  it('hands forwards, discounts and volatilities to the margin methods, for listed and other expiries', () => {
    const surface = surfaceOf([
      { theta: 0.01, rho: -0.2, psi: 0.05 },
      { theta: 0.02, rho: -0.2, psi: 0.07 },
    ])
    const prices = { spot: 100, perpetual: 100.1 }
    const market = surfaceMarket(surface, prices)
    assert.deepEqual([market.spot, market.perpetual, market.expiries.size], [100, 100.1, 2])
    const between = TIME + 86_400 * 10
    const terms = surfaceMarket(surface, prices, [between]).expiries.get(between)
    assert.equal(terms?.forward, sliceAt(surface, between).forward)
    assert.equal(terms?.volatility(90), surfaceVolatility(surface, 90, between))
  })
})

describe('the JSON form', () => {
  it('gives the same surface back, to the last bit', () => {
    fc.assert(
      fc.property(essviSlices, (slices) => {
        const surface = surfaceOf(slices)
        assert.deepEqual(parseSurface(JSON.parse(JSON.stringify(surfaceDocument(surface)))), surface)
      }),
      { seed: 44, numRuns: 50 },
    )
  })

  it('leaves out an unknown spot', () => {
    const { spot: _, ...surface } = surfaceOf([{ theta: 0.01, rho: -0.2, psi: 0.05 }])
    const document = surfaceDocument(surface)
    assert.ok(!('spot' in document))
    assert.equal(parseSurface(document).spot, undefined)
  })

  it('refuses another version, a missing field and arbitrage', () => {
    const document = surfaceDocument(
      surfaceOf([
        { theta: 0.01, rho: -0.2, psi: 0.05 },
        { theta: 0.02, rho: -0.2, psi: 0.07 },
      ]),
    )
    const at = (path: string) => (error: unknown) => error instanceof SurfaceDocumentError && error.path === path
    assert.throws(() => parseSurface({ ...document, version: 2 }), at('version'))
    assert.throws(
      () => parseSurface({ ...document, slices: [{ ...document.slices[0], theta: 'x' }] }),
      at('slices.0.theta'),
    )
    assert.throws(() => parseSurface(null), SurfaceDocumentError)
    const [first, second] = document.slices
    assert.ok(first !== undefined && second !== undefined)
    const changed = (change: object) => ({ ...document, slices: [first, { ...second, ...change }] })
    for (const change of [
      { theta: 0.009 },
      { psi: 0.04 },
      { psi: 0.5 },
      { expiry: first.expiry },
      { forward: 0 },
      { rho: 1 },
    ])
      assert.throws(() => parseSurface(changed(change)), DomainError)
    assert.throws(() => requireSurface({ underlying: '', time: TIME, slices: [] }), DomainError)
  })
})
