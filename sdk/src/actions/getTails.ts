import type { Client } from 'viem'
import { seriesAbi } from '../abis/series.ts'
import type { AccountId } from '../entities/accountId.ts'
import { epochAt } from '../exact/epoch.ts'
import { MissingRowError } from '../exact/errors.ts'
import { audit } from '../exact/marginEngine.ts'
import { isDated, type Portfolio } from '../exact/portfolio.ts'
import { type SeriesState, snapshotAt } from '../exact/seriesSnapshot.ts'
import { type Tails, tailsOf } from '../exact/tailPath.ts'
import { getAccount } from './getAccount.ts'
import { getSnapshot } from './getSnapshot.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'
import { readSeriesState } from './seriesState.ts'

export type GetTailsParameters = ReadParameters & {
  underlying: number
  /** Whose positions in the underlying the path tells the shortfall of. @default nobody's */
  accountId?: AccountId | undefined
  /** How far the path reaches. @default 24 */
  hours?: number | undefined
}
export type GetTailsReturnType = Tails & {
  /** Of the nodes: PSR_M + eps, WAD. */
  readonly scanRange: bigint
  /** Of the losses that the underlyings of a group offset, millionths: in force, and as governed. */
  readonly offset: number
  readonly governedOffset: number
  readonly blockNumber: bigint
}
export type GetTailsErrorType = ReadErrorType | RangeError

/**
 * What the tail modes know of an underlying: probabilities of the 17 price nodes as option prices imply them and as a quorum posted
 * them, how old they are, the floors, and what the next hours bring if nothing changes.
 * @throws UnknownUnderlyingError, RangeError
 * @example
 * import { getTails } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const { historical, reachedAt } = await getTails(client, { deployment, underlying: 1 })
 * for (const { move, maintenance, initial } of historical?.nodes ?? [])
 *   console.log(formatUnits(move, 16), '%:', formatUnits(maintenance, 16), formatUnits(initial, 16))
 * console.log('old', historical?.isOld, 'maintenance margin has all of it at', reachedAt)
 */
export async function getTails(
  client: Client,
  { deployment, underlying, accountId, hours = 24, blockNumber: at }: GetTailsParameters,
): Promise<GetTailsReturnType> {
  const blockNumber = await blockOf(client, at)
  const common = { deployment, blockNumber }
  const portfolio = accountId && ownPart((await getAccount(client, { ...common, accountId })).portfolio, underlying)
  const expiries = [...new Set(datedOf(portfolio).map(({ expiry }) => expiry))].sort((a, b) => a - b)
  const [{ markets, time }, series, terms] = await Promise.all([
    getSnapshot(client, { ...common, underlyings: [underlying] }),
    readSeriesState(client, { ...common, underlying, ...(portfolio ? { expiries } : {}) }),
    read(client, {
      address: deployment.series,
      abi: seriesAbi,
      functionName: 'riskTerms',
      args: [underlying],
      blockNumber,
    }),
  ])
  const [market] = markets
  if (!market || !series.tail) throw new MissingRowError({ underlying })
  const pnl54 = portfolio && pnlOf(portfolio, series, { markets, time })
  // Without a surface the epoch has no range.
  const epoch = { ...epochAt(series.epoch, market, time), scanRange: market.scanRange }
  const tails = tailsOf({ tail: series.tail, epoch, time, hours, pnl54 })
  const { offset } = series.terms
  return { ...tails, scanRange: market.scanRange, offset, governedOffset: terms.offset, blockNumber }
}

function ownPart(portfolio: Portfolio, underlying: number): Portfolio {
  const positions = portfolio.positions.filter(({ instrument }) => instrument.underlying === underlying)
  return { ...portfolio, positions }
}

function datedOf(portfolio: Portfolio | undefined) {
  return (portfolio?.positions ?? []).map(({ instrument }) => instrument).filter(isDated)
}

/** Profit and loss in the 30 scenarios; undefined without positions. */
function pnlOf(
  portfolio: Portfolio,
  series: SeriesState,
  { markets, time }: Pick<Parameters<typeof snapshotAt>[0], 'markets' | 'time'>,
): readonly bigint[] | undefined {
  if (portfolio.positions.length === 0) return undefined
  const snapshot = snapshotAt({ series: [series], markets, time, instruments: datedOf(portfolio) })
  return audit(portfolio, snapshot).risks[0]?.pnl54
}
