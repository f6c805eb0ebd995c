import type { Client } from 'viem'
import { seriesAbi } from '../abis/series.ts'
import { settlementAbi } from '../abis/settlement.ts'
import { tailsAbi } from '../abis/tails.ts'
import type { EpochState } from '../exact/epoch.ts'
import type { ExpiryState, SeriesState } from '../exact/seriesSnapshot.ts'
import { horizonExpiry } from '../exact/tail.ts'
import { type ReadParameters, read } from './read.ts'

export type SeriesStateParameters = Omit<ReadParameters<'series' | 'settlement' | 'tails'>, 'blockNumber'> & {
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
  const tails = { address: deployment.tails, abi: tailsAbi, args: [underlying], blockNumber } as const
  const [epoch, terms, quoted, cached, [posted, base], offset] = await Promise.all([
    read(client, { ...at, functionName: 'epoch' }),
    read(client, { ...at, functionName: 'riskTerms' }),
    read(client, { ...at, functionName: 'expiries' }),
    read(client, { ...tails, functionName: 'cached' }),
    read(client, { ...tails, functionName: 'history' }),
    read(client, { ...tails, functionName: 'offset' }),
  ])
  const wordOf = (expiry: number) =>
    read(client, { ...at, functionName: 'surface', args: [underlying, expiry], blockNumber })
  const states = (expiries ?? quoted).map(async (expiry): Promise<ExpiryState> => {
    const progress = { address: deployment.settlement, abi: settlementAbi, functionName: 'progress' } as const
    const [word, [sum, doneUntil]] = await Promise.all([
      wordOf(expiry),
      read(client, { ...progress, args: [underlying, expiry], blockNumber }),
    ])
    return { expiry, word, sum, doneUntil: Number(doneUntil) }
  })
  const nearest = horizonExpiry(quoted, Number(epoch.surfaceAt))
  const horizon = nearest === undefined ? undefined : { expiry: nearest, word: await wordOf(nearest) }
  return {
    underlying,
    epoch: decodeEpoch(epoch),
    terms: { ...terms, offset: Number(offset) },
    expiries: await Promise.all(states),
    tail: { horizon, cached, posted, base },
  }
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
