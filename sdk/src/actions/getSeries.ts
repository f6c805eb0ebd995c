import type { Client } from 'viem'
import { impliedVolatility } from '../entities/instrumentQuote.ts'
import { chainAt, type EpochState, epochAt } from '../exact/epoch.ts'
import { MissingRowError } from '../exact/errors.ts'
import { type ExpirySurface, unpackSurface } from '../exact/essvi.ts'
import { WAD } from '../exact/fixedPoint.ts'
import { type ExpiryRow, type Market, marketOf, type RiskTerms } from '../exact/market.ts'
import { STRIKE_UNIT } from '../exact/matrix.ts'
import { type ExpiryState, type SeriesState, snapshotAt } from '../exact/seriesSnapshot.ts'
import { getSnapshot } from './getSnapshot.ts'
import { blockOf, type ReadErrorType, type ReadParameters } from './read.ts'
import { readSeriesState } from './seriesState.ts'

export type GetSeriesParameters = ReadParameters & {
  underlying: number
  /** Strikes whose volatilities are wanted, USD with 8 decimals. @default none */
  strikes?: readonly bigint[] | undefined
}

/** One expiry of the last surface. */
export type SeriesExpiry = Pick<ExpiryRow, 'expiry' | 'forward' | 'discount'> & {
  /** The smile and the carry, as posted and clamped. */
  readonly surface: ExpirySurface
  /** Per square root of a year (ACT/365), WAD. */
  readonly atTheMoney: bigint
  /** In the order of `strikes`. */
  readonly volatilities: readonly bigint[]
  /** Price times seconds averaged over the settlement window, up to `doneUntil`; 0: not begun. */
  readonly sum: bigint
  readonly doneUntil: number
}

export type GetSeriesReturnType = {
  /** The risk epoch, as a transaction now would find it, and the surface behind it. */
  readonly epoch: EpochState
  readonly terms: RiskTerms
  /** The surface is young enough for new risk in dated instruments. */
  readonly fresh: boolean
  /** Posted depth, USD 18 decimals. */
  readonly depth: bigint
  /** Ascending; the first ones may have passed. */
  readonly expiries: readonly SeriesExpiry[]
  /** With `market` and `time`, what `snapshotAt` needs for the matrix at another spot or a later time. */
  readonly state: SeriesState
  readonly market: Market
  /** Of the block, unix seconds. */
  readonly time: number
  readonly blockNumber: bigint
}
export type GetSeriesErrorType = ReadErrorType | MissingRowError

/**
 * Expiries, surface, risk epoch and risk terms of an underlying, readable.
 * @throws UnknownUnderlyingError
 * @example
 * import { getSeries } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const strikes = [80_000n * 10n ** 8n, 90_000n * 10n ** 8n]
 * const { expiries } = await getSeries(client, { deployment, underlying: 1, strikes })
 * for (const { expiry, forward, volatilities } of expiries)
 *   console.log(new Date(expiry * 1000), formatUnits(forward, 18), volatilities.map((sigma) => formatUnits(sigma, 16)))
 */
export async function getSeries(
  client: Client,
  { deployment, underlying, strikes = [], blockNumber: at }: GetSeriesParameters,
): Promise<GetSeriesReturnType> {
  const blockNumber = await blockOf(client, at)
  const [state, snapshot] = await Promise.all([
    readSeriesState(client, { deployment, underlying, blockNumber }),
    getSnapshot(client, { deployment, underlyings: [underlying], blockNumber }),
  ])
  const market = marketOf(snapshot, underlying)
  if (!market) throw new MissingRowError({ underlying })
  const { time } = snapshot
  const epoch = epochAt(state.epoch, market, time)
  const futures = state.expiries.map(({ expiry }) => ({ underlying, kind: 'future', expiry, strike: 0n }) as const)
  const { expiries: rows } = snapshotAt({ series: [state], markets: [market], time, instruments: futures })
  const { fresh, depth } = chainAt(epoch, state.terms, time)
  const expiries = state.expiries.flatMap((one, index) => {
    const row = rows[index]
    return row ? [expiryOf(one, row, epoch, strikes)] : []
  })
  return { epoch, terms: state.terms, fresh, depth, expiries, state, market, time, blockNumber }
}

function expiryOf(
  state: ExpiryState,
  { expiry, forward, discount }: ExpiryRow,
  epoch: EpochState,
  strikes: readonly bigint[],
): SeriesExpiry {
  const surface = unpackSurface(state.word)
  const surfaceForward = (epoch.surfaceSpot * surface.forwardRatio) / WAD
  return {
    expiry,
    forward,
    discount,
    surface,
    atTheMoney: impliedVolatility(epoch, state, surfaceForward / STRIKE_UNIT),
    volatilities: strikes.map((strike) => impliedVolatility(epoch, state, strike)),
    sum: state.sum,
    doneUntil: state.doneUntil,
  }
}
