import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../src/errors.ts'
import { bandIndex, factorBand, minimiseInside, solveBand } from '../../src/math/barrier.ts'
import { Random } from '../../src/math/random.ts'
import { isotonic } from '../../src/surface/fitEssvi.ts'
import {
  butterflySlack,
  calendarSlack,
  type EssviParameters,
  essviSmile,
  essviVariance,
  fitEssvi,
  fitRawSvi,
  gridOf,
  minimumCalendar,
  minimumDurrleman,
  rawSmile,
  rawVariance,
  type SliceQuotes,
} from '../../src/surface/index.ts'
import { essviSlices } from './arbitraryEssvi.ts'

/** Quotes on a slice at 25 strikes within 2.5 standard deviations, each off by noise (a function of its index). */
function quotesOf(slice: EssviParameters, years: number, noise: (i: number) => number = () => 0): SliceQuotes {
  const k = Float64Array.from({ length: 25 }, (_, i) => ((i - 12) / 4.8) * Math.sqrt(slice.theta))
  return {
    years,
    k,
    volatility: k.map((point, i) => Math.sqrt(essviVariance(slice, point) / years) * (1 + noise(i))),
    weight: k.map((point) => 100 / Math.sqrt(essviVariance(slice, point) / years)),
  }
}

function yearsOf(index: number): number {
  return 0.02 * 2 ** index
}

function requireFree(slices: readonly EssviParameters[]): void {
  slices.forEach((slice, i) => {
    const smile = essviSmile(slice)
    const { wings, curvature } = butterflySlack(slice)
    assert.ok(wings > 0 && curvature > 0, 'closed-form butterfly condition')
    assert.ok(minimumDurrleman(smile, gridOf(smile, 15, 1000)).g >= 0, 'g >= 0 on the grid')
    const early = slices[i - 1]
    if (early === undefined) return
    const { theta, slopes, phi } = calendarSlack(early, slice)
    assert.ok(theta > 0 && slopes > 0 && phi > 0, 'closed-form calendar condition')
    const { difference } = minimumCalendar(essviSmile(early), smile, gridOf(smile, 15, 1000))
    assert.ok(difference > 0, 'total variance grows on the grid')
  })
}

describe('fitEssvi', () => {
  it('finds the surface that the quotes were made from', () => {
    fc.assert(
      fc.property(essviSlices, (slices) => {
        const quotes = slices.map((slice, i) => quotesOf(slice, yearsOf(i)))
        const fitted = fitEssvi(quotes)
        fitted.forEach((slice, i) => {
          const { k = [], volatility = [], years = 1 } = quotes[i] ?? {}
          k.forEach((point, q) => {
            const error = Math.sqrt(essviVariance(slice, point) / years) / (volatility[q] ?? 0) - 1
            assert.ok(Math.abs(error) < 2e-4, `relative error ${error}`)
          })
        })
        requireFree(fitted)
      }),
      { seed: 21, numRuns: 40 },
    )
  })

  it('gives a surface without arbitrage for any quotes at all, however contradictory', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 1, max: 8 }), (seed, expiries) => {
        const random = new Random(seed)
        const quotes = Array.from({ length: expiries }, (_, i) => {
          const level = 0.05 + 1.5 * random.uniform()
          const k = Float64Array.from({ length: 5 + random.integer(20) }, () => (random.uniform() - 0.5) * 2)
          const volatility = k.map(() => level * (0.5 + random.uniform()))
          return { years: yearsOf(i), k, volatility, weight: k.map(() => 200 * random.uniform() + 1) }
        })
        requireFree(fitEssvi(quotes))
      }),
      { seed: 22, numRuns: 60 },
    )
  })

  it('fits a falling term structure as flat as the calendar allows', () => {
    const quotes = [0.09, 0.04].map((theta, i) => quotesOf({ theta, rho: -0.3, psi: 0.1 }, yearsOf(i)))
    const fitted = fitEssvi(quotes, { huber: 1e6 })
    requireFree(fitted)
    const [first, second] = fitted
    assert.ok(first !== undefined && second !== undefined)
    assert.ok(first.theta < 0.09 && second.theta > 0.04 && second.theta / first.theta < 1.1)
  })

  it('fits flat smiles, where psi goes to 0', () => {
    const flat = [1, 2, 3].map((i): SliceQuotes => {
      const k = Float64Array.from({ length: 9 }, (_, j) => (j - 4) / 10)
      return { years: i, k, volatility: k.map(() => 0.2), weight: k.map(() => 400) }
    })
    for (const [i, slice] of fitEssvi(flat).entries())
      for (const k of [-0.4, 0, 0.4]) assert.ok(Math.abs(Math.sqrt(essviVariance(slice, k) / (i + 1)) - 0.2) < 5e-4)
  })

  it('is not bent by one absurd quote', () => {
    const slice = { theta: 0.04, rho: -0.4, psi: 0.15 }
    const clean = quotesOf(slice, 0.25)
    const volatility = clean.volatility.slice()
    volatility[3] = 5 * (volatility[3] ?? 0)
    const [fitted = slice] = fitEssvi([{ ...clean, volatility }])
    for (const k of [-0.3, 0, 0.3]) assert.ok(Math.abs(essviVariance(fitted, k) / essviVariance(slice, k) - 1) < 0.05)
  })

  it('gives the same bits every time', () => {
    const quotes = [0, 1, 2].map((i) =>
      quotesOf(
        { theta: 0.02 * (i + 1), rho: -0.2, psi: 0.1 + 0.02 * i },
        yearsOf(i),
        (q) => 0.02 * Math.sin(7 * q + i),
      ),
    )
    assert.deepEqual(fitEssvi(quotes), fitEssvi(quotes))
  })

  it('refuses no expiries, expiries out of order and too few quotes', () => {
    const good = quotesOf({ theta: 0.04, rho: 0, psi: 0.1 }, 0.5)
    assert.throws(() => fitEssvi([]), DomainError)
    assert.throws(() => fitEssvi([good, good]), DomainError)
    const two = { ...good, k: good.k.slice(0, 2), volatility: good.volatility.slice(0, 2) }
    assert.throws(() => fitEssvi([two]), DomainError)
    assert.throws(() => fitEssvi([good], { huber: 0 }), DomainError)
  })
})

describe('fitRawSvi', () => {
  it('finds the raw slice that the quotes were made from, where eSSVI cannot', () => {
    const truth = { a: 0.01, b: 0.12, rho: -0.5, m: 0.1, sigma: 0.12 }
    const k = Float64Array.from({ length: 31 }, (_, i) => (i - 15) / 25)
    const quotes: SliceQuotes = {
      years: 0.5,
      k,
      volatility: k.map((point) => Math.sqrt(rawVariance(truth, point) / 0.5)),
      weight: k.map(() => 200),
    }
    const [essvi] = fitEssvi([quotes])
    assert.ok(essvi !== undefined)
    const raw = fitRawSvi(quotes, essvi)
    const worst = (variance: (point: number) => number) =>
      Math.max(
        ...k.map((point) => Math.abs(Math.sqrt(variance(point) / 0.5) - Math.sqrt(rawVariance(truth, point) / 0.5))),
      )
    assert.ok(worst((point) => rawVariance(raw, point)) < 1e-5)
    assert.ok(worst((point) => essviVariance(essvi, point)) > 1e-3)
  })

  it('gives a slice without butterflies for any quotes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const random = new Random(seed)
        const k = Float64Array.from({ length: 12 }, () => (random.uniform() - 0.5) * 1.5)
        const volatility = k.map(() => 0.3 + 0.5 * random.uniform())
        const quotes = { years: 0.1, k, volatility, weight: k.map(() => 100) }
        const [essvi] = fitEssvi([quotes])
        assert.ok(essvi !== undefined)
        const smile = rawSmile(fitRawSvi(quotes, essvi))
        assert.ok(minimumDurrleman(smile, gridOf(essviSmile(essvi))).g >= 0)
      }),
      { seed: 23, numRuns: 25 },
    )
  })
})

describe('the tools of the fit', () => {
  it('isotonic regression returns the nearest non-decreasing sequence and keeps order between sequences', () => {
    assert.deepEqual(isotonic([1, 3, 2, 4]), [1, 2.5, 2.5, 4])
    assert.deepEqual(isotonic([3, 2, 1]), [2, 2, 2])
    const sequence = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(sequence, sequence, (low, add) => {
        const lower = isotonic(low)
        const upper = isotonic(low.map((value, i) => value + (add[i] ?? 0)))
        lower.forEach((value, i) => {
          assert.ok(value >= (lower[i - 1] ?? 0) && value <= (upper[i] ?? 0) + 1e-12)
        })
      }),
      { seed: 24 },
    )
  })

  it('the band Cholesky solves a band system', () => {
    const n = 7
    const band = new Float64Array(4 * n)
    const full = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (Math.abs(i - j) > 3 ? 0 : i === j ? 10 + i : 1 / (1 + i + j))),
    )
    full.forEach((row, i) => {
      row.forEach((value, j) => {
        if (j <= i && i - j <= 3) band[bandIndex(i, j)] = value
      })
    })
    const solution = Float64Array.from({ length: n }, (_, i) => i - 3)
    const right = Float64Array.from(full, (row) => row.reduce((sum, value, j) => sum + value * (solution[j] ?? 0), 0))
    assert.ok(factorBand(band, n))
    solveBand(band, n, right)
    right.forEach((value, i) => {
      assert.ok(Math.abs(value - (solution[i] ?? 0)) < 1e-12)
    })
    assert.equal(
      factorBand(
        Float64Array.from({ length: 4 }, () => -1),
        1,
      ),
      false,
    )
  })

  it('the barrier method finds the constrained minimum of a quadratic', () => {
    // min (x - 3)^2 / 2 + (y - 1)^2 / 2 with x <= y: x = y = 2
    const objective = {
      evaluate: (at: Float64Array, gradient?: Float64Array, hessian?: Float64Array) => {
        const [x = 0, y = 0] = at
        gradient?.set([x - 3, y - 1])
        if (hessian !== undefined) for (const i of [0, 1]) hessian[bandIndex(i, i)] = 1
        return 0.5 * ((x - 3) ** 2 + (y - 1) ** 2)
      },
    }
    const constraints = [{ i: 1, a: 1, j: 0, b: -1, c: 0 }]
    const { x } = minimiseInside(objective, constraints, Float64Array.of(0, 5))
    assert.ok(Math.abs((x[0] ?? 0) - 2) < 1e-8 && Math.abs((x[1] ?? 0) - 2) < 1e-8)
    assert.ok((x[1] ?? 0) > (x[0] ?? 0))
    assert.throws(() => minimiseInside(objective, constraints, Float64Array.of(5, 0)), DomainError)
  })
})
