import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { keccak256, toHex } from 'viem'
import {
  callOf,
  type ExpiryQuote,
  encodeSurfaceMessage,
  formatInstrument,
  futureOf,
  hashSurface,
  type Instrument,
  InvalidEncodingError,
  isSameInstrument,
  OutOfRangeError,
  optionOf,
  parseInstrument,
  perpetualOf,
  putOf,
  type SurfaceMessage,
  spotOf,
  surfaceTypes,
} from '../src/index.ts'

fc.configureGlobal({ seed: 0x506c696d })
const SYMBOLS = ['BTC', 'ETH', 'SOL', '1INCH', 'C', 'P']
const DAY = 86_400
const FIRST = Date.UTC(2000, 0, 1, 8) / 1000
const LAST = Date.UTC(2099, 11, 31, 8) / 1000
const MAX_STRIKE = 2n ** 64n - 1n

const underlying = fc.integer({ min: 1, max: SYMBOLS.length })
const expiry = fc.integer({ min: 0, max: (LAST - FIRST) / DAY }).map((day) => FIRST + day * DAY)
const strike = fc.bigInt({ min: 1n, max: MAX_STRIKE })
const named: fc.Arbitrary<Instrument> = fc.oneof(
  underlying.map(spotOf),
  underlying.map(perpetualOf),
  fc.tuple(underlying, expiry).map(([id, time]) => futureOf(id, time)),
  fc.tuple(underlying, expiry, strike).map(([id, time, price]) => callOf(id, time, price)),
  fc.tuple(underlying, expiry, strike).map(([id, time, price]) => putOf(id, time, price)),
)

describe('names of instruments', () => {
  const friday = Date.UTC(2026, 1, 27, 8) / 1000
  const examples: readonly (readonly [string, Instrument])[] = [
    ['BTC-SPOT', spotOf(1)],
    ['ETH-PERPETUAL', perpetualOf(2)],
    ['BTC-27FEB26', futureOf(1, friday)],
    ['BTC-27FEB26-85000-C', callOf(1, friday, 85_000n * 10n ** 8n)],
    ['ETH-5MAR26-2525-P', putOf(2, Date.UTC(2026, 2, 5, 8) / 1000, 2_525n * 10n ** 8n)],
    ['SOL-31DEC99-0d625-P', putOf(3, LAST, 62_500_000n)],
    ['C-1JAN00-0d00000001-C', callOf(5, FIRST, 1n)],
    ['P-29FEB28-184467440737d09551615-P', putOf(6, Date.UTC(2028, 1, 29, 8) / 1000, MAX_STRIKE)],
  ]
  for (const [name, instrument] of examples) {
    it(`writes and reads ${name}`, () => {
      assert.equal(formatInstrument(instrument, SYMBOLS), name)
      assert.deepEqual(parseInstrument(name, SYMBOLS), instrument)
    })
  }

  it('say everything: reading what was written gives the instrument', () => {
    fc.assert(
      fc.property(named, (instrument) => {
        assert.deepEqual(parseInstrument(formatInstrument(instrument, SYMBOLS), SYMBOLS), instrument)
      }),
    )
  })

  it('are of one instrument each', () => {
    fc.assert(
      fc.property(named, named, (a, b) => {
        const isSameName = formatInstrument(a, SYMBOLS) === formatInstrument(b, SYMBOLS)
        assert.equal(isSameName, isSameInstrument(a, b))
      }),
    )
  })

  it('refuse text that is no name, and ways to write one that are not the usual one', () => {
    const wrong = [
      '',
      'BTC',
      'BTC-',
      'DOGE-PERPETUAL',
      'btc-PERPETUAL',
      'BTC-PERP',
      'BTC-PERPETUAL-',
      'BTC-27feb26',
      'BTC-31FEB26',
      'BTC-05MAR26',
      'BTC-27FEB2026',
      'BTC-27FEB26-85000',
      'BTC-27FEB26-85000-X',
      'BTC-27FEB26-85000-C-C',
      'BTC-27FEB26-085000-C',
      'BTC-27FEB26-85000d0-C',
      'BTC-27FEB26-0d0-C',
      'BTC-27FEB26--C',
      'BTC-27FEB26-85.5-C',
    ]
    for (const name of wrong) assert.throws(() => parseInstrument(name, SYMBOLS), InvalidEncodingError, name)
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((tail) => `BTC-27FEB26${tail}`),
        ),
        (text) => {
          try {
            assert.equal(formatInstrument(parseInstrument(text, SYMBOLS), SYMBOLS), text)
          } catch (error) {
            if (!(error instanceof InvalidEncodingError || error instanceof OutOfRangeError)) throw error
          }
        },
      ),
    )
  })

  it('exist only for what can be written', () => {
    const without: readonly (readonly [Instrument, readonly string[]])[] = [
      [perpetualOf(7), SYMBOLS],
      [perpetualOf(0), SYMBOLS],
      [perpetualOf(2), ['BTC', 'BTC']],
      [{ ...perpetualOf(1), expiry: friday }, SYMBOLS],
      [futureOf(1, friday + 1), SYMBOLS],
      [futureOf(1, LAST + DAY), SYMBOLS],
      [futureOf(1, 2 ** 40 - 1), SYMBOLS],
      [{ ...futureOf(1, friday), strike: 5n }, SYMBOLS],
      [optionOf(1, 'call', friday, 0n), SYMBOLS],
    ]
    for (const [instrument, symbols] of without) {
      assert.throws(() => formatInstrument(instrument, symbols), InvalidEncodingError)
    }
    assert.throws(() => formatInstrument(callOf(1, friday, MAX_STRIKE + 1n), SYMBOLS), OutOfRangeError)
  })
})

describe('SurfaceMessage', () => {
  const deployment = { chainId: 5, surfaceFeed: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' } as const
  const quote: ExpiryQuote = { expiry: 9, theta: 1n, rho: -2n, psi: 3n, forwardRatio: 4n, discount: 5n }
  const message: SurfaceMessage = { underlying: 1, timestamp: 7, premium: -8n, depth: 6n, expiries: [quote] }

  it('has the type that the feed hashes', () => {
    const list = (name: 'Surface' | 'ExpiryQuote') =>
      `${name}(${surfaceTypes[name].map(({ type, name }) => `${type} ${name}`).join()})`
    const encoded =
      'Surface(uint8 underlying,uint256 timestamp,int256 premium,uint256 depth,ExpiryQuote[] expiries)' +
      'ExpiryQuote(uint40 expiry,uint256 theta,int256 rho,uint256 psi,uint256 forwardRatio,uint256 discount)'
    assert.equal(keccak256(toHex(list('Surface') + list('ExpiryQuote'))), keccak256(toHex(encoded)))
  })

  it('is signed whole: every field changes the hash', () => {
    const others: readonly SurfaceMessage[] = [
      { ...message, underlying: 2 },
      { ...message, timestamp: 8 },
      { ...message, premium: 8n },
      { ...message, depth: 7n },
      { ...message, expiries: [] },
      { ...message, expiries: [quote, quote] },
      ...(['theta', 'rho', 'psi', 'forwardRatio', 'discount'] as const).map((field) => ({
        ...message,
        expiries: [{ ...quote, [field]: 77n }],
      })),
      { ...message, expiries: [{ ...quote, expiry: 10 }] },
    ]
    const hashes = [message, ...others].map((one) => hashSurface(deployment, one))
    assert.equal(new Set(hashes).size, hashes.length)
    assert.notEqual(hashSurface({ ...deployment, chainId: 6 }, message), hashes[0])
  })

  it('refuses numbers that the feed cannot take', () => {
    for (const wrong of [
      { ...message, underlying: 256 },
      { ...message, timestamp: -1 },
      { ...message, depth: -1n },
      { ...message, premium: 2n ** 255n },
      { ...message, expiries: [{ ...quote, expiry: 2 ** 40 }] },
    ]) {
      assert.throws(() => encodeSurfaceMessage(wrong), OutOfRangeError)
    }
  })
})
