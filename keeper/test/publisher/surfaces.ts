/** Surfaces without arbitrage and the state of a chain that stores one, for the rules that need no chain. */
import fc from 'fast-check'
import type { ExpiryQuote, SurfaceMessage } from '../../../sdk/src/index.ts'
import { packSurface, unpackSurface } from '../../../sdk/src/index.ts'
import type { SurfaceState } from '../../src/publisher/ports/feedChain.ts'
import type { QuoteEstimate } from '../../src/publisher/surface/surfaceQuotes.ts'
import { storedQuotes, surfaceOf } from '../../src/publisher/surface/surfaceQuotes.ts'

export const WAD = 10n ** 18n
/** 2026-02-05 12:00 UTC. */
export const TIME = 1_770_292_800
const DAY = 86_400
const YEAR = 365 * DAY
/** To 08:00 UTC. */
const TO_EXPIRY = 20 * 3_600
export const DEPTH = 50_000_000n * WAD

export type Shape = {
  /** Volatility at the money and tilt of every expiry. */
  readonly volatility: number
  readonly rho: number
  /** Days from the first expiry on, ascending. */
  readonly days: readonly number[]
  /** Per year. */
  readonly carry: number
}

export const shapes: fc.Arbitrary<Shape> = fc.record({
  volatility: fc.double({ min: 0.25, max: 1.5, noNaN: true }),
  rho: fc.double({ min: -0.7, max: 0.4, noNaN: true }),
  days: fc
    .uniqueArray(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 })
    .map((all) => all.sort((a, b) => a - b)),
  carry: fc.double({ min: 0, max: 0.2, noNaN: true }),
})

/** psi = theta / sqrt(theta (1 + theta)): rises with theta, psi / theta falls. */
export function estimatesOf({ volatility, rho, days, carry }: Shape, time = TIME): QuoteEstimate[] {
  return days.map((day) => {
    const expiry = TIME + TO_EXPIRY + day * DAY
    const years = (expiry - time) / YEAR
    const theta = volatility * volatility * years
    const psi = theta / Math.sqrt(theta * (1 + theta))
    return { expiry, theta, rho, psi, forwardRatio: 1 + carry * years, discount: 1 - carry * years }
  })
}

export function quotesOf(shape: Shape, time = TIME): readonly ExpiryQuote[] {
  const stored = storedQuotes(estimatesOf(shape, time))
  if (!('quotes' in stored)) throw new RangeError(`no surface: ${stored.violation.error}`)
  return stored.quotes
}

export function messageOf(expiries: readonly ExpiryQuote[], change: Partial<SurfaceMessage> = {}): SurfaceMessage {
  return { underlying: 1, timestamp: TIME, premium: 0n, depth: DEPTH, expiries, ...change }
}

type State = Pick<SurfaceState, 'head' | 'lastTimestamp' | 'series'>

const market = {
  underlying: 1,
  spot: 70_000n * WAD,
  low: 70_000n * WAD,
  high: 70_000n * WAD,
  ema: 70_000n * WAD,
  perpetualMark: 70_000n * WAD,
  fundingIndex: 0n,
  tokenUnit: 0n,
  lotUnit: WAD / 10_000n,
  scanRange: WAD / 10n,
  targetRange: WAD / 10n,
  epsilon: WAD / 200n,
  linearRelief: WAD / 2n,
  haircut: WAD / 10n,
  slotCharge: 2n * WAD,
  stressGap: WAD / 2n,
  deficitLimit: WAD,
  openInterest: 0n,
  openInterestCap: 1_000_000n,
  status: 'live',
  reduceOnly: false,
} as const

const terms = {
  volatilityUp: 500_000,
  volatilityDown: 250_000,
  optionMaintenance: 3_000,
  optionInitial: 5_000,
  calendar: 300_000,
  basis: 2_000,
  basisPerYear: 10_000,
  offset: 500_000,
  group: 1,
}

/** A chain that took `quotes` as its first surface at `surfaceAt`, seen at `now`; without quotes, one that has none yet. */
export function stateOf(quotes: readonly ExpiryQuote[], surfaceAt: number, now: number): State {
  const isFirst = quotes.length === 0
  const epoch = {
    spot: market.spot,
    rolledAt: surfaceAt,
    number: isFirst ? 0 : 1,
    nextExpiry: quotes[0]?.expiry ?? 0,
    surfaceSpot: isFirst ? 0n : market.spot,
    surfaceAt: isFirst ? 0 : surfaceAt,
    depth: DEPTH,
    scanRange: market.scanRange,
  }
  const words = quotes.map((quote) => ({ expiry: quote.expiry, word: packSurface(surfaceOf(quote)) }))
  const series = {
    epoch,
    terms,
    fresh: !isFirst && now - surfaceAt <= 3_600,
    depth: DEPTH,
    expiries: words.map(({ expiry, word }) => ({
      expiry,
      forward: market.spot,
      discount: WAD,
      surface: unpackSurface(word),
      atTheMoney: 0n,
      volatilities: [],
      sum: 0n,
      doneUntil: 0,
    })),
    state: { underlying: 1, epoch, terms, expiries: words.map((one) => ({ ...one, sum: 0n, doneUntil: 0 })) },
    market,
    time: now,
    blockNumber: 1n,
  }
  const head = { number: 1n, hash: '0x00', timestamp: BigInt(now), baseFee: 10n ** 9n } as const
  return { head, lastTimestamp: isFirst ? 0 : surfaceAt, series }
}
