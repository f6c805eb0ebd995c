import type { Client } from 'viem'
import type { AccountId } from '../entities/accountId.ts'
import { type Outlook, outlook } from '../exact/outlook.ts'
import { isDated, isOffsetting, type Position, underlyingsOf } from '../exact/portfolio.ts'
import { getAccount } from './getAccount.ts'
import { readRange } from './getScanRange.ts'
import { getSnapshot } from './getSnapshot.ts'
import { blockOf, type ReadErrorType, type ReadParameters } from './read.ts'
import { readSeriesState } from './seriesState.ts'

export type GetOutlookParameters = ReadParameters<'clearinghouse' | 'markets' | 'series' | 'settlement' | 'tails'> & {
  accountId: AccountId
  /** @default 24 */
  hours?: number | undefined
}
export type GetOutlookReturnType = Outlook & { readonly blockNumber: bigint }
export type GetOutlookErrorType = ReadErrorType | RangeError

/**
 * An account's requirements hour by hour while the scan ranges ramp and the market stands still: the margin call now, the hour in
 * which the ramp takes it below maintenance margin, and the cash that prevents it.
 * @example
 * import { encodeAccountId, getOutlook } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const { marginCall, breachIn, topUp } = await getOutlook(client, { deployment, accountId, hours: 48 })
 * console.log('call', formatUnits(marginCall, 18), 'breach in', breachIn, 'hours; pay in', formatUnits(topUp, 18))
 */
export async function getOutlook(
  client: Client,
  { deployment, accountId, hours = 24, blockNumber: at }: GetOutlookParameters,
): Promise<GetOutlookReturnType> {
  const blockNumber = await blockOf(client, at)
  const common = { deployment, blockNumber }
  const { portfolio } = await getAccount(client, { ...common, accountId })
  const underlyings = underlyingsOf(portfolio.positions)
  const dated = underlyingsOf(portfolio.positions.filter(({ instrument }) => isDated(instrument)))
  const withSeries = isOffsetting(portfolio.mode) ? underlyings : dated
  const [{ markets, time }, series, ranges] = await Promise.all([
    getSnapshot(client, { ...common, underlyings }),
    Promise.all(
      withSeries.map((underlying) =>
        readSeriesState(client, { ...common, underlying, expiries: expiriesOf(portfolio.positions, underlying) }),
      ),
    ),
    Promise.all(underlyings.map((underlying) => readRange(client, { ...common, underlying }))),
  ])
  return { ...outlook({ portfolio, markets, series, time, ranges, hours }), blockNumber }
}

/** Expiries that the positions have in one underlying, ascending. */
function expiriesOf(positions: readonly Position[], underlying: number): number[] {
  const own = positions.map(({ instrument }) => instrument).filter((instrument) => instrument.underlying === underlying)
  return [...new Set(own.filter(isDated).map(({ expiry }) => expiry))].sort((a, b) => a - b)
}
