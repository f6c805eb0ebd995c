import type { Client } from 'viem'
import { seriesAbi } from '../abis/series.ts'
import { settlementAbi } from '../abis/settlement.ts'
import type { EpochState } from '../exact/epoch.ts'
import type { ExpiryState, SeriesState } from '../exact/seriesSnapshot.ts'
import { type ReadParameters, read } from './read.ts'

export type SeriesStateParameters = Omit<ReadParameters<'series' | 'settlement'>, 'blockNumber'> & {
  blockNumber: bigint
  underlying: number
  /** @default those of the last surface */
  expiries?: readonly number[] | undefined
}

/** The series of one underlying as stored, for `snapshotAt`. Without the cached arrays: computed ones are the same to the bit. */
export async function readSeriesState(
  client: Client,
  { deployment, blockNumber, underlying, expiries }: SeriesStateParameters,
): Promise<SeriesState> {
  const at = { address: deployment.series, abi: seriesAbi, args: [underlying], blockNumber } as const
  const [epoch, terms, listed] = await Promise.all([
    read(client, { ...at, functionName: 'epoch' }),
    read(client, { ...at, functionName: 'riskTerms' }),
    expiries ?? read(client, { ...at, functionName: 'expiries' }),
  ])
  const states = listed.map(async (expiry): Promise<ExpiryState> => {
    const series = { args: [underlying, expiry], blockNumber } as const
    const [word, [sum, doneUntil]] = await Promise.all([
      read(client, { ...series, address: deployment.series, abi: seriesAbi, functionName: 'surface' }),
      read(client, { ...series, address: deployment.settlement, abi: settlementAbi, functionName: 'progress' }),
    ])
    return { expiry, word, sum, doneUntil: Number(doneUntil) }
  })
  return { underlying, epoch: decodeEpoch(epoch), terms, expiries: await Promise.all(states) }
}

type EncodedEpoch = { readonly [field in keyof EpochState]: bigint }

function decodeEpoch({ rolledAt, number, nextExpiry, surfaceAt, ...prices }: EncodedEpoch): EpochState {
  return {
    ...prices,
    rolledAt: Number(rolledAt),
    number: Number(number),
    nextExpiry: Number(nextExpiry),
    surfaceAt: Number(surfaceAt),
  }
}
