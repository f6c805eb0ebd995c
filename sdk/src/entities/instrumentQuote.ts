/** Mark and sensitivities of dated instruments: differences of the exact twin, not formulas beside it. */
import { scenarioPnl } from '../exact/assessment.ts'
import type { EpochState } from '../exact/epoch.ts'
import { MissingSeriesRowError } from '../exact/errors.ts'
import { type ExpirySurface, packSurface, totalVariance, unpackSurface, volatility } from '../exact/essvi.ts'
import { WAD } from '../exact/fixedPoint.ts'
import { lnWad } from '../exact/logarithm.ts'
import { audit } from '../exact/marginEngine.ts'
import type { Market, Snapshot } from '../exact/market.ts'
import { markOf, STRIKE_UNIT } from '../exact/matrix.ts'
import { type Instrument, isDated, isOption } from '../exact/portfolio.ts'
import { type ExpiryState, type SeriesState, snapshotAt } from '../exact/seriesSnapshot.ts'
import { UndatedInstrumentError } from './errors.ts'

export type QuoteInput = {
  readonly series: SeriesState
  readonly market: Market
  /** Unix seconds. */
  readonly time: number
  readonly instrument: Instrument
}

/** Per unit of the underlying, not per lot, unless said otherwise. USD with 18 decimals. */
export type InstrumentQuote = {
  readonly mark: bigint
  /** Mark of the future of the same expiry. */
  readonly forward: bigint
  /** WAD: price now of 1 paid at expiry. */
  readonly discount: bigint
  /** Volatility per square root of a year of this strike, WAD; 0 for a future. */
  readonly volatility: bigint
  /** Change of the mark per USD of spot, WAD. Volatilities stick to their strikes, as in the margin. */
  readonly delta: bigint
  /** Change of delta per USD of spot, WAD. */
  readonly gamma: bigint
  /** Change of the mark per volatility point (0.01). */
  readonly vega: bigint
  /** Change of the mark in a day of the same spot, extrapolated from the next hour. */
  readonly theta: bigint
  /** What one lot held long gains in each of the 30 scenarios, from its risk array; down. */
  readonly scenarios: readonly bigint[]
}

const HOUR = 3_600
const DAY = 86_400n
/** Spot is moved by a ten thousandth for delta and gamma, volatility by as much for vega. */
const BUMP = 10n ** 14n

/**
 * Implied volatility of a strike, per square root of a year (ACT/365), WAD. It stays until the next surface.
 * @param strike USD with 8 decimals, above 0
 */
export function impliedVolatility(epoch: EpochState, { expiry, word }: ExpiryState, strike: bigint): bigint {
  const { slice, forwardRatio } = unpackSurface(word)
  const forward = (epoch.surfaceSpot * forwardRatio) / WAD
  const quotient = (strike * STRIKE_UNIT * WAD) / forward
  const life = Math.max(expiry - epoch.surfaceAt, 1)
  return volatility(totalVariance(slice, lnWad(quotient > 0n ? quotient : 1n)), BigInt(life))
}

/**
 * Mark, sensitivities and scenarios of an option or a dated future in the state of its series.
 * @throws UndatedInstrumentError, MissingSeriesRowError
 */
export function quoteInstrument(input: QuoteInput): InstrumentQuote {
  const { series, market, time, instrument } = input
  if (!isDated(instrument)) throw new UndatedInstrumentError({ kind: instrument.kind })
  const snapshot = snapshotOf(input)
  const state = series.expiries.find(({ expiry }) => expiry === instrument.expiry)
  const row = snapshot.expiries[0]
  if (!state || !row) throw new MissingSeriesRowError({ instrument })
  const mark = markOf(snapshot, instrument)
  const step = (market.spot * BUMP) / WAD
  const up = markIn({ ...input, market: { ...market, spot: market.spot + step } })
  const down = markIn({ ...input, market: { ...market, spot: market.spot - step } })
  const points = isOption(instrument) ? impliedVolatility(series.epoch, state, instrument.strike) : 0n
  const later = Math.min(HOUR, Math.max(instrument.expiry - time, 0))
  const position = { instrument, lots: 1n }
  const { risks } = audit({ mode: 'cross', cash: 0n, positions: [position] }, snapshot)
  return {
    mark,
    forward: row.forward,
    discount: row.discount,
    volatility: points,
    delta: ((up - down) * WAD) / (2n * step),
    gamma: ((up + down - 2n * mark) * WAD * WAD) / (step * step),
    vega: points === 0n ? 0n : vegaOf(input, state, points),
    theta: later === 0 ? 0n : ((markIn({ ...input, time: time + later }) - mark) * DAY) / BigInt(later),
    scenarios: risks.flatMap(scenarioPnl),
  }
}

function snapshotOf({ series, market, time, instrument }: QuoteInput): Snapshot {
  return snapshotAt({ series: [series], markets: [market], time, instruments: [instrument] })
}

function markIn(input: QuoteInput): bigint {
  return markOf(snapshotOf(input), input.instrument)
}

/** Total variance is linear in (theta, psi) together, so that both times f^2 is every volatility times f. */
function vegaOf(input: QuoteInput, state: ExpiryState, points: bigint): bigint {
  const at = (factor: bigint) => {
    const word = packSurface(scaled(unpackSurface(state.word), factor))
    const expiries = input.series.expiries.map((one) => (one === state ? { ...one, word } : one))
    return markIn({ ...input, series: { ...input.series, expiries } })
  }
  const change = at(WAD + BUMP) - at(WAD - BUMP)
  return (change * WAD * WAD) / (2n * BUMP * points) / 100n
}

function scaled({ slice, ...surface }: ExpirySurface, factor: bigint): ExpirySurface {
  const scale = (value: bigint) => (value * factor * factor) / (WAD * WAD)
  return { ...surface, slice: { ...slice, theta: scale(slice.theta), psi: scale(slice.psi) } }
}
