import type { Client } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import { encodeInstrumentId } from '../entities/instrumentId.ts'
import { decodeSnapshot } from '../entities/snapshot.ts'
import { encodeUnderlyingSet } from '../entities/underlyingSet.ts'
import { linearSnapshot, type Snapshot } from '../exact/market.ts'
import { type Instrument, isDated } from '../exact/portfolio.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetMatrixParameters = ReadParameters & {
  /** Any order, repeats allowed. Each brings the rows of its underlying, expiry and strike. */
  instruments: readonly Instrument[]
  /** More underlyings whose market rows are wanted. @default none */
  underlyings?: readonly number[] | undefined
}
/** Rows ascending: markets with open interest and its effective cap, chains, expiries, strikes with their risk arrays. */
export type GetMatrixReturnType = Snapshot
export type GetMatrixErrorType = ReadErrorType

/**
 * The market matrix as the margin check would use it for a portfolio of these instruments.
 * @throws UnknownExpiryError when no surface has ever quoted an expiry
 * @example
 * import { callOf, getMatrix, markOf, perpetualOf } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const call = callOf(1, Date.UTC(2026, 1, 27, 8) / 1000, 85_000n * 10n ** 8n)
 * const snapshot = await getMatrix(client, { deployment, instruments: [call, perpetualOf(1)] })
 * console.log(markOf(snapshot, call))
 */
export async function getMatrix(
  client: Client,
  { deployment, instruments, underlyings = [], blockNumber }: GetMatrixParameters,
): Promise<GetMatrixReturnType> {
  const members = [...underlyings, ...instruments.map(({ underlying }) => underlying)]
  if (members.length === 0) return linearSnapshot([])
  const dated = instruments.filter(isDated)
  const encoded = await read(client, {
    address: deployment.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'matrix',
    args: [encodeUnderlyingSet(members), dated.map(encodeInstrumentId)],
    blockNumber: await blockOf(client, blockNumber),
  })
  return decodeSnapshot(encoded)
}
