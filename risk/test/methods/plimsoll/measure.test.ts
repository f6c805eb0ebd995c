import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DomainError } from '../../../src/errors.ts'
import { hatWeights } from '../../../src/estimation/hatWeights.ts'
import { normalCdf, normalPdf, normalQuantile } from '../../../src/math/normal.ts'
import { Random } from '../../../src/math/random.ts'
import {
  ACCOUNT_DEFAULTS,
  butterflyWeights,
  defaultParameters,
  groupMeasure,
  horizonVariance,
  impliedMasses,
  nodeLosses,
  type PlimsollParameters,
  plimsollMargin,
  tailMean,
} from '../../../src/methods/plimsoll/index.ts'
import type { Position } from '../../../src/methods/portfolio.ts'
import { LANES, linearLanes, NODES, nodeMoves } from '../../../src/scenarios/index.ts'
import { MARKET } from './books.ts'

const close = (actual: number, expected: number, bound: number) =>
  assert.ok(Math.abs(actual - expected) <= bound, `${actual} is not ${expected} to ${bound}`)

function movesOf(range: number): Float64Array {
  const moves = new Float64Array(NODES)
  nodeMoves(range, moves)
  return moves
}

function weightsOf(moves: Float64Array, variance: (k: number) => number): Float64Array {
  const weights = new Float64Array(NODES)
  butterflyWeights(moves, variance, weights)
  return weights
}

/** Rockafellar and Uryasev (2000): ES = min over a of a + E[(L - a)+] / tail, attained at one of the losses. */
function shortfallByMinimum(losses: Float64Array, weights: Float64Array, tail: number): number {
  const excess = (a: number) => losses.reduce((sum, loss, i) => sum + (weights[i] ?? 0) * Math.max(loss - a, 0), 0)
  return Math.min(...losses.map((a) => a + excess(a) / tail))
}

const perpetual = (underlying: string, quantity: number): Position => ({
  instrument: { kind: 'perpetual', underlying },
  quantity,
})

describe('the tail mean', () => {
  it('is the expected shortfall of the discrete distribution with profits counted as 0', () => {
    const distribution = fc.record({
      losses: fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: NODES, maxLength: NODES }),
      masses: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: NODES, maxLength: NODES }),
      tail: fc.double({ min: 0.001, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(distribution, ({ losses, masses, tail }) => {
        const total = masses.reduce((sum, mass) => sum + mass, 0.1)
        const weights = Float64Array.from(masses, (mass) => mass / total)
        weights[0] = (weights[0] ?? 0) + 0.1 / total
        const vector = Float64Array.from(losses)
        const expected = shortfallByMinimum(
          vector.map((loss) => Math.max(0, loss)),
          weights,
          tail,
        )
        close(tailMean(vector, weights, tail, new Uint8Array(NODES)), expected, 1e-9 / tail)
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('of node losses undoes the weights of the extremes', () => {
    const pnl = new Float64Array(LANES)
    linearLanes(0.1, pnl)
    const losses = new Float64Array(NODES)
    nodeLosses(pnl, 0.1, losses)
    for (const [node, move] of movesOf(0.1).entries()) close(losses[node] ?? Number.NaN, -move, 1e-15)
  })
})

describe('butterfly weights', () => {
  it('are probabilities that reprice the calls they came from', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.5, noNaN: true }),
        fc.double({ min: 0.005, max: 0.5, noNaN: true }),
        (range, s) => {
          const moves = movesOf(range)
          const weights = weightsOf(moves, () => s * s)
          close(
            weights.reduce((sum, weight) => sum + weight, 0),
            1,
            1e-12,
          )
          assert.ok(weights.every((weight) => weight >= 0))
          const call = (x: number) => normalCdf(-Math.log(x) / s + s / 2) - x * normalCdf(-Math.log(x) / s - s / 2)
          const last = 1 + (moves[NODES - 1] ?? 0)
          for (const move of moves) {
            const expected = weights.reduce((sum, p, i) => sum + p * Math.max((moves[i] ?? 0) - move, 0), 0)
            close(expected, call(1 + move) - call(last), 1e-12)
          }
        },
      ),
      { seed: 2, numRuns: 200 },
    )
  })

  it('give the inner one of two nodes that coincide nothing', () => {
    const weights = weightsOf(movesOf(0.5), () => 0.25)
    assert.equal(weights[1], 0)
    assert.ok((weights[0] ?? 0) > 0)
    const losses = new Float64Array(NODES)
    const pnl = new Float64Array(LANES)
    pnl[28] = -5
    pnl[26] = -7
    nodeLosses(pnl, 0.5, losses)
    assert.equal(losses[1], 20)
  })

  it('count a negative butterfly 0 and leave the others as they are', () => {
    const dented = (k: number) => (Math.abs(k) < 0.005 ? 0.0036 : 0.0004)
    const weights = weightsOf(movesOf(0.06), dented)
    assert.ok(weights.some((weight) => weight === 0))
    assert.ok(weights.reduce((sum, weight) => sum + weight, 0) > 1.1)
  })

  it('refuse a slice without variance', () => {
    assert.throws(() => weightsOf(movesOf(0.06), () => 0), DomainError)
  })

  it('measure a linear book near the closed form of the lognormal, within the spacing of the nodes', () => {
    const [range, s, tail] = [0.06, 0.03, 0.01]
    const losses = Float64Array.from(movesOf(range), (move) => -move)
    const onNodes = tailMean(
      losses,
      weightsOf(movesOf(range), () => s * s),
      tail,
      new Uint8Array(NODES),
    )
    const exact = 1 - normalCdf(normalQuantile(tail) - s) / tail
    assert.ok(onNodes > exact, 'hat weights spread the tail outward, never inward')
    close(onNodes, exact, range / 2)
    close(exact, (s * normalPdf(normalQuantile(tail))) / tail, 0.1 * exact)
  })
})

describe('the horizon slice', () => {
  it('scales the first expiry of at least three quarters of the horizon', () => {
    const market = MARKET.underlyings.BTC
    assert.ok(market)
    const day = 1 / 365
    const slice = horizonVariance(market, MARKET.time, day)
    const first = market.expiries.get(MARKET.time + 1.5 * 86_400)
    assert.ok(slice && first)
    const volatility = first.volatility(first.forward * Math.exp(0.02 * Math.sqrt(1.5)))
    close(slice(0.02), volatility ** 2 * day, 1e-15)
    assert.equal(horizonVariance({ ...market, expiries: new Map() }, MARKET.time, day), undefined)
  })
})

describe('the modes', () => {
  const book = { cash: 0, positions: [perpetual('BTC', 1), perpetual('ETH', -28)] }
  const need = (parameters: PlimsollParameters, portfolio = book) =>
    plimsollMargin(portfolio, MARKET, parameters).measure.maintenance
  const withCaps = (caps: Float64Array) => {
    const base = defaultParameters('quantitative', ['BTC', 'ETH'])
    const states = Object.fromEntries(Object.entries(base.states).map(([name, state]) => [name, { ...state, caps }]))
    return { ...base, states }
  }

  it('Portfolio gives a hedge across underlyings its offset, and none outside a group', () => {
    const base = defaultParameters('portfolio', ['BTC', 'ETH'])
    const [btc, eth] = [95_047.5 * 0.065, 28 * 3_301.65 * 0.085]
    const cross = (btc + eth) / 2
    close(need(base), Math.min(cross, 0.5 * Math.abs(btc - eth) + 0.5 * (btc + eth)), 1e-8)
    close(need({ ...base, groups: [] }), cross, 1e-8)
    assert.equal(groupMeasure(10, 4, 12, 0.5), 8)
    assert.equal(groupMeasure(7, 4, 12, 0.5), 7)
  })

  it('Risk-neutral lies between floor and cap and falls back to Portfolio without option quotes', () => {
    const portfolio = need(defaultParameters('portfolio', ['BTC', 'ETH']))
    const implied = need(defaultParameters('risk-neutral', ['BTC', 'ETH']))
    assert.ok(implied >= 0.7 * portfolio - 1e-9 && implied <= portfolio + 1e-9)
    const bare = { spot: 95_000, perpetual: 95_000, expiries: new Map() }
    assert.equal(impliedMasses(bare, 0, 0.065, ACCOUNT_DEFAULTS), undefined)
    const market = { time: 0, underlyings: { BTC: bare, ETH: { ...bare, spot: 3_300, perpetual: 3_300 } } }
    const of = (mode: 'portfolio' | 'risk-neutral') =>
      plimsollMargin(book, market, defaultParameters(mode, ['BTC', 'ETH'])).maintenance
    assert.equal(of('risk-neutral'), of('portfolio'))
  })

  it('Quantitative reaches its floor under calm caps and its cap under the worst', () => {
    const portfolio = need(defaultParameters('portfolio', ['BTC', 'ETH']))
    const calm = new Float64Array(NODES)
    calm[8] = 1
    const violent = new Float64Array(NODES)
    violent[0] = 1
    violent[NODES - 1] = 1
    close(need(withCaps(calm)), 0.7 * portfolio, 1e-9)
    close(need(withCaps(violent)), portfolio, 1e-9)
    close(need(defaultParameters('quantitative', ['BTC', 'ETH'])), portfolio, 1e-9)
  })

  it('Quantitative charges the expected shortfall of the posted caps in between', () => {
    const caps = new Float64Array(NODES)
    caps[8] = 1
    caps[2] = 0.8
    const base = withCaps(caps)
    const need1 = need(base, { cash: 0, positions: [perpetual('BTC', 1)] })
    // 80 % of the tail lose the whole scan range, the rest nothing: 0.8 of W, above the portfolio measure of 0.5 W.
    close(need1, 0.5 * 95_047.5 * 0.065, 1e-8)
    caps[2] = 0.45
    close(need(withCaps(caps), { cash: 0, positions: [perpetual('BTC', 1)] }), 0.45 * 95_047.5 * 0.065, 1e-8)
  })

  it('Quantitative measures the tail of a sample through its hat weights', () => {
    const random = new Random(1)
    const sample = Float64Array.from({ length: 4_000 }, () => 0.009 * random.normal())
    const caps = hatWeights(sample, movesOf(0.065)).map((weight) => Math.min(1, weight / 0.01))
    const worst = [...sample].sort((a, b) => a - b).slice(0, 40)
    const shortfall = -worst.reduce((sum, move) => sum + move, 0) / worst.length
    const measured = need(withCaps(caps), { cash: 0, positions: [perpetual('BTC', 1)] }) / 95_047.5
    assert.ok(measured >= shortfall && measured <= shortfall + 0.065 / 6)
    assert.ok(measured < 0.5 * 0.065, 'the sample lies below the cap')
  })

  it('Quantitative rises by at most 2 % when every cap does', () => {
    const cap = fc.double({ min: 0, max: 1, noNaN: true })
    const quantity = fc.double({ min: -30, max: 30, noNaN: true })
    fc.assert(
      fc.property(fc.array(cap, { minLength: NODES, maxLength: NODES }), quantity, quantity, (caps, btc, eth) => {
        const mixed = { cash: 0, positions: [perpetual('BTC', btc), perpetual('ETH', eth)] }
        const before = need(withCaps(Float64Array.from(caps)), mixed)
        const after = need(withCaps(Float64Array.from(caps, (each) => Math.min(1, 1.02 * each))), mixed)
        assert.ok(after >= before - 1e-9 * before && after <= 1.02 * before * (1 + 1e-12))
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('refuse caps that are not 17 fractions', () => {
    assert.throws(() => need(withCaps(new Float64Array(NODES).fill(1.01))), DomainError)
    assert.throws(() => need(withCaps(Float64Array.of(1))), DomainError)
  })
})
