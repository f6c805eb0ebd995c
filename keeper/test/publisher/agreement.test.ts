import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { essviVariance } from '../../../risk/src/surface/index.ts'
import type { ExpiryQuote } from '../../../sdk/src/index.ts'
import { apart, declineOf, type Tolerance } from '../../src/publisher/surface/agreement.ts'
import { estimateOf } from '../../src/publisher/surface/surfaceQuotes.ts'
import { DEPTH, messageOf, quotesOf, type Shape, shapes, stateOf, TIME, WAD } from './surfaces.ts'

const POINT = WAD / 100n
const NONE: Tolerance = { volatility: 0n, wing: 0n, forward: 0n, discount: 0n, depth: 0n, premium: 0n }
const WIDE: Tolerance = { volatility: WAD, wing: WAD, forward: WAD, discount: WAD, depth: WAD, premium: WAD }
const TOLERANCE: Tolerance = {
  volatility: 2n * POINT,
  wing: 3n * POINT,
  forward: WAD / 500n,
  discount: WAD / 200n,
  depth: WAD / 2n,
  premium: WAD / 1_000n,
}
const timeliness = { maximumAge: 120, maximumLead: 30 }
const SEED = { seed: 5, numRuns: 200 }
const YEAR = 365 * 86_400

const example: Shape = { volatility: 0.6, rho: -0.3, days: [0, 7, 30, 140], carry: 0.05 }

/** Volatility in floating point, by the risk package: no code of the rule. */
function volatilityOf(quote: ExpiryQuote, k: number): number {
  return Math.sqrt((essviVariance(estimateOf(quote), k) * YEAR) / (quote.expiry - TIME))
}

describe('apart', () => {
  it('accepts a surface that equals the own one, without any tolerance', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const message = messageOf(quotesOf(shape))
        assert.equal(apart(message, message, NONE), undefined)
      }),
      SEED,
    )
  })

  it('accepts the same volatilities at another time, but for what storing rounds', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: -120, max: 120 }), (shape, seconds) => {
        const flat = { ...shape, carry: 0 }
        const own = messageOf(quotesOf(flat, TIME))
        const other = messageOf(quotesOf(flat, TIME + seconds), { timestamp: TIME + seconds })
        // Wings of the two differ as the smile of a fixed volatility keeps its shape in deviations.
        assert.equal(apart(other, own, { ...NONE, volatility: WAD / 10n ** 8n, wing: POINT }), undefined)
      }),
      SEED,
    )
  })

  it('declines exactly the proposals with a volatility beyond the tolerance at -1, 0 or +1 standard deviation', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        (shape, up, tilt) => {
          const own = quotesOf(shape)
          const proposed = quotesOf({ ...shape, volatility: shape.volatility + up, rho: shape.rho + tilt })
          const gaps = own.flatMap((quote, i) => {
            const deviation = Math.sqrt(estimateOf(quote).theta)
            const other = proposed[i] ?? quote
            const gap = (k: number) => Math.abs(volatilityOf(quote, k) - volatilityOf(other, k))
            return [gap(0) - 0.02, gap(-deviation) - 0.03, gap(deviation) - 0.03]
          })
          const worst = Math.max(...gaps)
          fc.pre(Math.abs(worst) > 1e-6) // floating point cannot tell at the limit itself
          const found = apart(messageOf(proposed), messageOf(own), TOLERANCE)
          assert.equal(found === undefined, worst < 0, `${worst}`)
          if (found) assert.deepEqual([found.kind, 'what' in found && found.what], ['apart', 'volatility'])
        },
      ),
      SEED,
    )
  })

  it('accepts with every wider tolerance what it accepts', () => {
    const part = fc.bigInt({ min: 0n, max: WAD / 20n })
    const tolerances = fc.record({
      volatility: part,
      wing: part,
      forward: part,
      discount: part,
      depth: part,
      premium: part,
    })
    fc.assert(
      fc.property(shapes, shapes, tolerances, part, (shape, change, tolerance, more) => {
        const near = {
          ...shape,
          volatility: shape.volatility + change.volatility / 100,
          carry: shape.carry + change.carry / 50,
        }
        const [own, proposal] = [messageOf(quotesOf(shape)), messageOf(quotesOf(near))]
        fc.pre(apart(proposal, own, tolerance) === undefined)
        const wider = Object.fromEntries(Object.entries(tolerance).map(([name, value]) => [name, value + more]))
        assert.equal(apart(proposal, own, { ...tolerance, ...wider }), undefined)
      }),
      { ...SEED, numRuns: 100, maxSkipsPerRun: 1_000 },
    )
  })

  it('names what is apart: forward, discount, depth, premium', () => {
    const own = messageOf(quotesOf(example))
    const at = (change: Partial<ExpiryQuote>) => messageOf(own.expiries.map((quote) => ({ ...quote, ...change })))
    const whatOf = (proposal: typeof own, limits: Partial<Tolerance>) => {
      const found = apart(proposal, own, { ...WIDE, ...limits })
      return found?.kind === 'apart' ? found.what : found?.kind
    }
    const none = { forward: 0n, discount: 0n, depth: 0n, premium: 0n }
    assert.equal(whatOf(at({ forwardRatio: WAD }), none), 'forward')
    assert.equal(whatOf(at({ discount: WAD }), none), 'discount')
    assert.equal(whatOf(messageOf(own.expiries, { depth: DEPTH / 2n - 1n }), { depth: WAD / 2n }), 'depth')
    assert.equal(whatOf(messageOf(own.expiries, { depth: DEPTH / 2n }), { depth: WAD / 2n }), undefined)
    assert.equal(whatOf(messageOf(own.expiries, { premium: -1_001n }), { premium: WAD / 1_000n }), 'premium')
    assert.equal(whatOf(messageOf(own.expiries, { premium: -1_000n }), { premium: WAD / 1_000n }), undefined)
  })

  it('declines an expiry that the own chain does not have', () => {
    const [, ...fewer] = quotesOf(example)
    const found = apart(messageOf(quotesOf(example)), messageOf(fewer), WIDE)
    assert.equal(found?.kind, 'unknown-expiry')
  })
})

describe('declineOf', () => {
  const own = messageOf(quotesOf(example))
  const now = TIME + 10
  const decline = (proposal: typeof own, state = stateOf([], 0, now)) =>
    declineOf(proposal, own, state, { tolerance: WIDE, timeliness })?.kind
  const withQuote = (index: number, change: Partial<ExpiryQuote>) =>
    messageOf(own.expiries.map((quote, i) => (i === index ? { ...quote, ...change } : quote)))

  it('accepts what the feed would take', () => assert.equal(decline(own), undefined))

  it('refuses what the feed would refuse, whatever the tolerance', () => {
    assert.equal(decline({ ...own, timestamp: now + 31 }), 'future')
    assert.equal(decline({ ...own, timestamp: now - 121 }), 'stale')
    assert.equal(decline(own, stateOf(own.expiries, TIME, now)), 'not-newer')
    assert.equal(decline(messageOf(own.expiries.slice(1)), stateOf(own.expiries, TIME - 60, now)), 'missing-expiry')
    assert.equal(decline(messageOf([])), 'missing-expiry')
    assert.equal(decline(withQuote(1, { expiry: (own.expiries[1]?.expiry ?? 0) + 3_600 })), 'unlistable-expiry')
    assert.equal(decline(messageOf([...own.expiries].reverse())), 'unlistable-expiry')
    assert.equal(decline(withQuote(0, { forwardRatio: (WAD * 103n) / 100n })), 'carry')
    assert.equal(decline(withQuote(0, { discount: WAD + 1_000n })), 'carry')
    assert.equal(decline(withQuote(3, { theta: (own.expiries[0]?.theta ?? 0n) / 2n })), 'arbitrage')
    assert.equal(decline(withQuote(3, { psi: 5n * WAD })), 'arbitrage')
  })
})
