import type { Client } from 'viem'
import { UndatedInstrumentError } from '../entities/errors.ts'
import { type InstrumentQuote, quoteInstrument } from '../entities/instrumentQuote.ts'
import { MissingRowError, type MissingSeriesRowError } from '../exact/errors.ts'
import { marketOf } from '../exact/market.ts'
import { type Instrument, isDated } from '../exact/portfolio.ts'
import { getSnapshot } from './getSnapshot.ts'
import { blockOf, type ReadErrorType, type ReadParameters } from './read.ts'
import { readSeriesState } from './seriesState.ts'

export type GetOptionQuoteParameters = ReadParameters & {
  /** An option or a dated future. */
  instrument: Instrument
}
export type GetOptionQuoteReturnType = InstrumentQuote & { readonly blockNumber: bigint }
export type GetOptionQuoteErrorType = ReadErrorType | UndatedInstrumentError | MissingRowError | MissingSeriesRowError

/**
 * Mark of an option or a dated future as the margin check has it, its volatility and sensitivities, and what one lot gains in
 * each scenario. Computed by the exact twin from the stored surface.
 * @throws UndatedInstrumentError, MissingSeriesRowError when no surface has quoted the expiry
 * @example
 * import { callOf, getOptionQuote } from '@plimsoll/sdk'
 * import { createPublicClient, formatUnits, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const instrument = callOf(1, Date.UTC(2026, 1, 27, 8) / 1000, 85_000n * 10n ** 8n)
 * const { mark, delta, vega } = await getOptionQuote(client, { deployment, instrument })
 * console.log(formatUnits(mark, 18), formatUnits(delta, 18), formatUnits(vega, 18))
 */
export async function getOptionQuote(
  client: Client,
  { deployment, instrument, blockNumber: at }: GetOptionQuoteParameters,
): Promise<GetOptionQuoteReturnType> {
  const { underlying, expiry, kind } = instrument
  if (!isDated(instrument)) throw new UndatedInstrumentError({ kind })
  const blockNumber = await blockOf(client, at)
  const [series, snapshot] = await Promise.all([
    readSeriesState(client, { deployment, underlying, expiries: [expiry], blockNumber }),
    getSnapshot(client, { deployment, underlyings: [underlying], blockNumber }),
  ])
  const market = marketOf(snapshot, underlying)
  if (!market) throw new MissingRowError({ underlying })
  return { ...quoteInstrument({ series, market, time: snapshot.time, instrument }), blockNumber }
}
