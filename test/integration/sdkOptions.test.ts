import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { formatUnits, toHex } from 'viem'
import {
  callOf,
  encodeSurfaceMessage,
  formatInstrument,
  futureOf,
  getMatrix,
  getSeries,
  hashSurface,
  type Instrument,
  MissingSeriesRowError,
  markOf,
  NotSignerError,
  PremiumNotNewerError,
  parseInstrument,
  perpetualOf,
  putOf,
  snapshotAt,
  TooFewSignaturesError,
  UndatedInstrumentError,
  UnknownExpiryError,
} from '../../sdk/src/index.ts'
import { BTC, createSdkWorld, DEPTH, ETH, type SdkWorld, type Trader } from '../fixtures/sdkWorld.ts'

const WAD = 10n ** 18n
const STRIKE = 10n ** 8n
const VOLATILITY = (8n * WAD) / 10n
const YEAR = 365 * 86_400

const number = (wad: bigint) => Number(formatUnits(wad, 18))

/** Abramowitz and Stegun 7.1.26 is too coarse here: the series of the error function, to machine precision. */
function normalCdf(x: number): number {
  let [sum, term] = [x, x]
  for (let n = 1; n < 200; n++) {
    term *= (x * x) / (2 * n + 1)
    sum += term
  }
  return 0.5 + sum * density(x)
}
const density = (x: number) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)

function assertNear(actual: number, expected: number, tolerance: number, what: string) {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), 1e-9),
    `${what}: ${actual} against ${expected}`,
  )
}

describe('options through the SDK', () => {
  let world: SdkWorld
  let alice: Trader
  let near: number
  let month: number

  before(async () => {
    world = await createSdkWorld()
    alice = world.createTrader(toHex(0xa11cen, { size: 32 }))
    await world.fund(alice, 1_000_000n)
    await world.networkHelpers.time.increase(31)
    await world.postSurface(BTC, VOLATILITY)
    const [first, , third] = world.expiries
    assert.ok(first && third)
    near = first
    month = third
  })

  const at = (strike: bigint) => strike * STRIKE

  describe('surfaces', () => {
    it('are hashed as the feed does', async () => {
      const message = await world.surfaceOf(ETH, WAD, -1_234n)
      const { underlying, timestamp, premium, depth, expiries } = encodeSurfaceMessage(message)
      const feed = await world.connection.viem.getContractAt('SurfaceFeed', world.deployment.surfaceFeed)
      const hash = await feed.read.hashSurface([underlying, timestamp, premium, depth, expiries])
      assert.equal(hashSurface(world.deployment, message), hash)
    })

    it('are refused with too few, foreign or broken signatures, and twice', async () => {
      const message = await world.surfaceOf(ETH, WAD)
      const foreign = await alice.client.signSurface({ message })
      const own = await world.surfaceSigner.client.signSurface({ message })
      await assert.rejects(alice.client.postSurface({ message, signatures: [] }), TooFewSignaturesError)
      await assert.rejects(alice.client.postSurface({ message, signatures: [foreign, own] }), NotSignerError)
      await world.mine(alice.client.postSurface({ message, signatures: [own] }))
      await assert.rejects(alice.client.postSurface({ message, signatures: [own] }), PremiumNotNewerError)
    })

    it('are told with epoch, terms, forwards, discounts and implied volatilities', async () => {
      const strikes = [at(30_000n), at(40_000n), at(50_000n)]
      const series = await alice.client.getSeries({ underlying: BTC, strikes })
      assert.deepEqual([series.fresh, series.depth, series.epoch.number], [true, DEPTH, 1])
      assert.deepEqual(
        series.expiries.map(({ expiry }) => expiry),
        world.expiries,
      )
      assert.equal(series.terms.volatilityUp, 500_000)
      for (const { expiry, forward, discount, atTheMoney, volatilities, doneUntil } of series.expiries) {
        const years = (expiry - series.time) / YEAR
        assertNear(number(forward), 40_000 * (1 + 0.04 * years), 1e-9, 'forward')
        assertNear(number(discount), 1 - 0.04 * years, 1e-9, 'discount')
        assertNear(number(atTheMoney), 0.8, 1e-4, 'at the money')
        const [low = 0n, middle = 0n, high = 0n] = volatilities
        assert.ok(low > middle && high > 0n, 'skew')
        assert.equal(doneUntil, 0)
      }
    })

    it('give the matrix of any instruments, the same on chain and in the twin', async () => {
      const instruments = [callOf(BTC, month, at(42_000n)), putOf(BTC, near, at(38_500n)), futureOf(BTC, month)]
      const { state, market, time, blockNumber } = await alice.client.getSeries({ underlying: BTC })
      const matrix = await alice.client.getMatrix({ instruments, blockNumber })
      assert.deepEqual(snapshotAt({ series: [state], markets: [market], time, instruments }), matrix)
      assert.equal(matrix.strikes.length, 2)
      const linear = await alice.client.getSnapshot({ underlyings: [BTC], blockNumber })
      assert.deepEqual([linear.chains, linear.markets], [[], matrix.markets])
    })

    it('keep their matrix when arrays are cached', async () => {
      const instruments = [callOf(BTC, month, at(41_000n)), putOf(BTC, month, at(41_000n))]
      const { blockNumber } = await world.mine(alice.client.refresh({ instruments, underlyings: [ETH] }))
      const { state, market, time } = await alice.client.getSeries({ underlying: BTC, blockNumber })
      const matrix = await alice.client.getMatrix({ instruments, blockNumber })
      assert.deepEqual(snapshotAt({ series: [state], markets: [market], time, instruments }), matrix)
      const [row] = matrix.strikes
      assert.equal(row && row.high >> 224n, BigInt(state.epoch.number))
    })

    it('are missing where nobody quoted', async () => {
      const unknown = callOf(BTC, month + 86_400, at(40_000n))
      await assert.rejects(alice.client.getMatrix({ instruments: [unknown] }), UnknownExpiryError)
      await assert.rejects(alice.client.refresh({ instruments: [unknown] }), UnknownExpiryError)
      await assert.rejects(alice.client.getOptionQuote({ instrument: unknown }), MissingSeriesRowError)
      await assert.rejects(alice.client.getOptionQuote({ instrument: perpetualOf(BTC) }), UndatedInstrumentError)
    })
  })

  describe('quotes', () => {
    const strikes = [30_000n, 38_500n, 40_000n, 44_000n]
    for (const kind of ['call', 'put'] as const) {
      it(`of a ${kind} have the chain's mark and the sensitivities of Black 76`, async () => {
        for (const strike of strikes) {
          const instrument: Instrument = { underlying: BTC, kind, expiry: month, strike: at(strike) }
          const quote = await alice.client.getOptionQuote({ instrument })
          const { blockNumber } = quote
          const matrix = await alice.client.getMatrix({ instruments: [instrument], blockNumber })
          assert.equal(quote.mark, markOf(matrix, instrument))
          assertBlack76(quote, { strike: Number(strike), kind, years: (month - matrix.time) / YEAR })
        }
      })
    }

    type Quote = Awaited<ReturnType<Trader['client']['getOptionQuote']>>
    function assertBlack76(
      quote: Quote,
      { strike, kind, years }: { strike: number; kind: 'call' | 'put'; years: number },
    ) {
      const [forward, discount, sigma] = [quote.forward, quote.discount, quote.volatility].map(number)
      assert.ok(forward && discount && sigma)
      const deviation = sigma * Math.sqrt(years)
      const d1 = Math.log(forward / strike) / deviation + deviation / 2
      const side = kind === 'call' ? 1 : -1
      const value = discount * side * (forward * normalCdf(side * d1) - strike * normalCdf(side * (d1 - deviation)))
      const slope = forward / 40_000
      assertNear(number(quote.mark), value, 1e-8, 'mark')
      assertNear(number(quote.delta), side * discount * slope * normalCdf(side * d1), 1e-5, 'delta')
      assertNear(number(quote.gamma), (discount * slope * slope * density(d1)) / (forward * deviation), 1e-4, 'gamma')
      assertNear(number(quote.vega), (discount * forward * density(d1) * Math.sqrt(years)) / 100, 1e-5, 'vega')
      const decay = (discount * forward * density(d1) * sigma) / (2 * Math.sqrt(years)) / 365
      assertNear(number(quote.theta), -decay, 0.2, 'theta, carry aside')
    }

    it('of a future move with spot', async () => {
      const quote = await alice.client.getOptionQuote({ instrument: futureOf(BTC, month) })
      assert.deepEqual([quote.mark, quote.volatility, quote.vega], [quote.forward, 0n, 0n])
      assertNear(number(quote.delta), number(quote.forward) / 40_000, 1e-12, 'delta')
    })

    it('tell what one lot gains in each scenario, as the audit of a long lot would', async () => {
      const { scenarios, mark } = await alice.client.getOptionQuote({ instrument: callOf(BTC, month, at(40_000n)) })
      assert.equal(scenarios.length, 30)
      const [worst = 0n, best = 0n] = [scenarios[1], scenarios[24]]
      assert.ok(worst < 0n && best > 0n)
      assert.ok(-worst * 10_000n < mark, 'a long option cannot lose more than its value')
    })
  })

  it('names instruments with the symbols of the markets', async () => {
    const symbols = await alice.client.getSymbols()
    assert.deepEqual(symbols, ['BTC', 'ETH'])
    const call = callOf(ETH, month, at(2_525n))
    assert.deepEqual(parseInstrument(formatInstrument(call, symbols), symbols), call)
  })

  it('offers the same as functions of a bare client', async () => {
    const { client, deployment } = world
    const { blockNumber } = await getSeries(client, { deployment, underlying: BTC })
    const parameters = { instruments: [futureOf(BTC, near)], blockNumber }
    assert.deepEqual(await getMatrix(client, { deployment, ...parameters }), await alice.client.getMatrix(parameters))
  })
})
