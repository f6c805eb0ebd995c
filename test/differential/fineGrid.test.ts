/**
 * INV-11 on 401 prices and 9 volatilities: whatever the grid of the risk arrays measures is at least what a book loses when
 * every position is priced anew, in double precision and without any grid.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { black76Price } from '../../risk/src/pricing/black76.ts'
import { essviVariance } from '../../risk/src/surface/essvi.ts'
import {
  audit,
  deviationFactors,
  type Instrument,
  type Market,
  type Portfolio,
  type Position,
  packSurface,
  type RiskTerms,
  type SeriesState,
  snapshotAt,
  unpackSurface,
} from '../../sdk/src/index.ts'
import { BTC_MARKET } from '../../sdk/test/markets.ts'
import { TERMS } from '../../sdk/test/optionMarkets.ts'
import { createRandom, type Random } from './random.ts'

const PRICES = 401
const VOLATILITIES = 9
const BOOKS = 400
const NOW = 1_790_000_000
const DAY = 86_400
const YEAR = 365 * DAY
const WAD = 1e18
const SPOT = Number(BTC_MARKET.spot) / WAD
const RANGE = Number(BTC_MARKET.scanRange) / WAD
const UNIT = Number(BTC_MARKET.lotUnit) / WAD
/** What volatility between its two shocks may cost beyond the requirement, of the options' notional (stated in INV-11). */
const BETWEEN = 0.0025
/** Of the notional: errors of double precision. */
const SLACK = 1e-12

type Leg = readonly [expiry: number, strike: number, kind: 'call' | 'put' | 'future', lots: number]
type Builder = (random: Random, expiries: readonly number[]) => readonly Leg[]

const fraction = (random: Random) => random.word() / 2 ** 32
const near = (random: Random) => Math.round((SPOT * (0.85 + 0.3 * fraction(random))) / 100) * 100
const wing = (random: Random) => 500 + 100 * random.below(40)

const side = (random: Random) => (random.oneIn(2) ? 1000 : -1000)

const STRUCTURES: Readonly<Record<string, Builder>> = {
  'short straddles': (random, expiries) => {
    const [expiry, strike] = [expiries[random.below(expiries.length)] as number, near(random)]
    return [
      [expiry, strike, 'call', -1000],
      [expiry, strike, 'put', -1000],
    ]
  },
  butterflies: (random, expiries) => {
    const [expiry, strike, width, lots] = [
      expiries[random.below(expiries.length)] as number,
      near(random),
      wing(random),
      side(random),
    ]
    return [
      [expiry, strike - width, 'call', lots],
      [expiry, strike, 'call', -2 * lots],
      [expiry, strike + width, 'call', lots],
    ]
  },
  condors: (random, expiries) => {
    const [expiry, strike, width, gap, lots] = [
      expiries[random.below(expiries.length)] as number,
      near(random),
      wing(random),
      wing(random),
      side(random),
    ]
    return [
      [expiry, strike - gap - width, 'put', lots],
      [expiry, strike - gap, 'put', -lots],
      [expiry, strike + gap, 'call', -lots],
      [expiry, strike + gap + width, 'call', lots],
    ]
  },
  calendars: (random, expiries) => {
    const [strike, lots] = [near(random), side(random)]
    return [
      [expiries[0] ?? 0, strike, 'call', lots],
      [expiries[1 + random.below(expiries.length - 1)] ?? 0, strike, 'call', -lots],
    ]
  },
  boxes: (random, expiries) => {
    const [expiry, strike, width, lots] = [
      expiries[random.below(expiries.length)] as number,
      near(random),
      wing(random),
      side(random),
    ]
    return [
      [expiry, strike, 'call', lots],
      [expiry, strike, 'put', -lots],
      [expiry, strike + width, 'call', -lots],
      [expiry, strike + width, 'put', lots],
    ]
  },
  conversions: (random, expiries) => {
    const [expiry, strike, lots] = [expiries[random.below(expiries.length)] as number, near(random), side(random)]
    return [
      [expiry, strike, 'call', -lots],
      [expiry, strike, 'put', lots],
      [expiry, 0, 'future', lots],
    ]
  },
  'covered calls': (random, expiries) => {
    const expiry = expiries[random.below(expiries.length)] as number
    return [
      [expiry, 0, 'future', 1000],
      [expiry, near(random), 'call', -1000],
    ]
  },
  'random books': (random, expiries) =>
    Array.from({ length: 1 + random.below(8) }, (): Leg => {
      const kind = random.pick<Leg[2]>(['call', 'put', 'call', 'put', 'future'])
      return [
        expiries[random.below(expiries.length)] as number,
        kind === 'future' ? 0 : near(random),
        kind,
        random.below(4001) - 2000,
      ]
    }),
}

/** Smiles with skew and carry; the nearest expiry hours away or weeks. */
function seriesOf(random: Random): SeriesState {
  const first = random.oneIn(2) ? 3600 * (2 + random.below(40)) : DAY * (3 + random.below(20))
  const volatility = 0.3 + 1.2 * fraction(random)
  const expiries = [0, 7, 30, 90].map((days) => NOW + first + days * DAY)
  const wad = (value: number) => BigInt(Math.round(value * WAD))
  return {
    underlying: 1,
    epoch: {
      spot: BTC_MARKET.spot,
      rolledAt: NOW,
      number: 1,
      nextExpiry: expiries[0] ?? 0,
      surfaceSpot: BTC_MARKET.spot,
      surfaceAt: NOW,
      depth: 0n,
      scanRange: BTC_MARKET.scanRange,
    },
    terms: TERMS,
    expiries: expiries.map((expiry) => {
      const years = (expiry - NOW) / YEAR
      const theta = volatility * volatility * years
      const slice = { theta: wad(theta), rho: wad(-0.3), psi: wad((1.1 * theta) / Math.sqrt(theta * (1 + theta))) }
      const surface = { slice, forwardRatio: wad(1 + 0.05 * years), discount: wad(1 - 0.04 * years) }
      return { expiry, word: packSurface(surface), sum: 0n, doneUntil: 0 }
    }),
  }
}

/** Undiscounted; `deviation` is that of a volatility over one year. */
function call(forward: number, strike: number, deviation: number): number {
  return black76Price('call', forward, strike, 1, deviation, 1)
}

type Priced = {
  leg: Leg
  forward: number
  discount: number
  deviation: number
  up: number
  down: number
  value: number
}

/** Everything of a leg that price and volatility do not move. */
function priced(leg: Leg, { expiries }: SeriesState, terms: RiskTerms): Priced {
  const [expiry, strike, kind] = leg
  const { slice, forwardRatio, discount } = unpackSurface(expiries.find((one) => one.expiry === expiry)?.word ?? 0n)
  const forward = (SPOT * Number(forwardRatio)) / WAD
  const smile = { theta: Number(slice.theta) / WAD, rho: Number(slice.rho) / WAD, psi: Number(slice.psi) / WAD }
  const variance = kind === 'future' ? 0 : essviVariance(smile, Math.log(strike / forward))
  const micro = 10n ** 12n
  const factors = deviationFactors(BigInt(expiry - NOW), {
    up: BigInt(terms.volatilityUp) * micro,
    down: BigInt(terms.volatilityDown) * micro,
    downCap: 6n * 10n ** 17n,
  })
  const deviation = Math.sqrt(variance)
  return {
    leg,
    forward,
    discount: Number(discount) / WAD,
    deviation,
    up: Number(factors.up) / WAD,
    down: Number(factors.down) / WAD,
    value: kind === 'future' ? 0 : call(forward, strike, deviation),
  }
}

/** USD lost when the price moves by a fraction and deviations go `weight` of the way from their fall to their rise. */
function lossAt(book: readonly Priced[], move: number, weight: number): number {
  let gain = 0
  for (const { leg, forward, discount, deviation, up, down, value } of book) {
    const [, strike, kind, lots] = leg
    const linear = forward * move
    if (kind === 'future') gain += lots * UNIT * linear
    else {
      const change = call(forward * (1 + move), strike, deviation * (down + (up - down) * weight)) - value
      gain += lots * UNIT * discount * (kind === 'call' ? change : change - linear)
    }
  }
  return -gain
}

function portfolioOf(legs: readonly Leg[]): Portfolio {
  const lots = new Map<string, { instrument: Instrument; lots: bigint }>()
  for (const [expiry, strike, kind, size] of legs) {
    const instrument: Instrument = { underlying: 1, kind, expiry, strike: BigInt(strike) * 10n ** 8n }
    const key = `${expiry} ${strike} ${kind}`
    lots.set(key, { instrument, lots: (lots.get(key)?.lots ?? 0n) + BigInt(size) })
  }
  const positions: Position[] = [...lots.values()].filter((position) => position.lots !== 0n)
  return { mode: 'portfolio', cash: 0n, positions }
}

/** Charge on short options, calls and puts of a strike netted: it is no part of what covers gaps. */
function shortCharge(legs: readonly Leg[], terms: RiskTerms): number {
  const net = new Map<string, number>()
  for (const [expiry, strike, kind, lots] of legs) {
    if (kind !== 'future') net.set(`${expiry} ${strike}`, (net.get(`${expiry} ${strike}`) ?? 0) + lots)
  }
  const short = [...net.values()].reduce((sum, lots) => sum + Math.max(-lots, 0), 0)
  return (short * UNIT * SPOT * terms.optionMaintenance) / 1e6
}

function worstExcess(name: string, seed: number): { shocks: number; between: number; covered: number } {
  const random = createRandom(seed)
  const market: Market = BTC_MARKET
  const worst = { shocks: -Infinity, between: -Infinity, covered: 0 }
  for (let n = 0; n < BOOKS; n++) {
    const series = seriesOf(random)
    const legs = (STRUCTURES[name] as Builder)(
      random,
      series.expiries.map(({ expiry }) => expiry),
    ) // one of its names
    const portfolio = portfolioOf(legs)
    if (portfolio.positions.length === 0) continue
    const instruments = portfolio.positions.map(({ instrument }) => instrument)
    const snapshot = snapshotAt({ series: [series], markets: [market], time: NOW, instruments })
    const [risk] = audit(portfolio, snapshot).risks
    assert.ok(risk)
    const cover = Number(risk.worst + risk.optionMaintenance) / WAD
    const notional = legs.reduce((sum, [, , , lots]) => sum + Math.abs(lots) * UNIT * SPOT, 0)
    const book = legs.map((leg) => priced(leg, series, TERMS))
    for (let i = 0; i < PRICES; i++) {
      const move = RANGE * ((2 * i) / (PRICES - 1) - 1)
      for (let j = 0; j < VOLATILITIES; j++) {
        const loss = lossAt(book, move, j / (VOLATILITIES - 1))
        const isShock = j === 0 || j === VOLATILITIES - 1
        if (isShock) worst.shocks = Math.max(worst.shocks, (loss - cover + shortCharge(legs, TERMS)) / notional)
        else worst.between = Math.max(worst.between, (loss - cover) / notional)
        if (loss > 0) worst.covered++
      }
    }
  }
  return worst
}

describe('the requirement on a grid of 401 prices and 9 volatilities', () => {
  for (const [at, name] of Object.keys(STRUCTURES).entries()) {
    it(`covers ${name}`, () => {
      const { shocks, between, covered } = worstExcess(name, 7 + at)
      assert.ok(covered > 0, 'some move loses money')
      assert.ok(
        shocks <= SLACK,
        `${shocks} of notional beyond the measure and the gap charge, at a shock of volatility`,
      )
      assert.ok(between <= BETWEEN, `${between} of notional beyond the requirement, between the shocks`)
    })
  }
})
