import type { Client } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import { decodeSnapshot } from '../entities/snapshot.ts'
import { encodeUnderlyingSet } from '../entities/underlyingSet.ts'
import { linearSnapshot, type Snapshot } from '../exact/market.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetSnapshotParameters = ReadParameters<'clearinghouse'> & {
  /** 1..; each once, in any order. */
  underlyings: readonly number[]
}
/** Rows ascending by underlying, open interest and its effective cap included. */
export type GetSnapshotReturnType = Snapshot
export type GetSnapshotErrorType = ReadErrorType

/**
 * Market rows as the margin check would use them.
 * @example
 * import { getSnapshot } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const snapshot = await getSnapshot(client, { deployment, underlyings: [1, 2] })
 */
export async function getSnapshot(
  client: Client,
  { deployment, underlyings, blockNumber }: GetSnapshotParameters,
): Promise<GetSnapshotReturnType> {
  if (underlyings.length === 0) return linearSnapshot([])
  const encoded = await read(client, {
    address: deployment.clearinghouse,
    abi: clearinghouseAbi,
    functionName: 'snapshot',
    args: [encodeUnderlyingSet(underlyings)],
    blockNumber: await blockOf(client, blockNumber),
  })
  return decodeSnapshot(encoded)
}
