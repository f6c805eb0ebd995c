import { type Address, type Client, zeroAddress } from 'viem'
import { marketsAbi } from '../abis/markets.ts'
import { UnknownRoundError, UnknownSeriesError } from '../errors/series.ts'
import { SETTLEMENT_WINDOW } from '../exact/parameters.ts'
import { getFinalPrice } from './getFinalPrice.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetSettlementHintParameters = ReadParameters & {
  underlying: number
  /** Unix seconds; 0: the perpetual's delisting. */
  expiry: number
}
/** Round of the price source. */
export type GetSettlementHintReturnType = bigint
export type GetSettlementHintErrorType = ReadErrorType | UnknownRoundError | UnknownSeriesError

/** `ChainlinkSource`, and the proxy that it reads. */
const sourceAbi = [
  { type: 'function', name: 'FEED', stateMutability: 'view', inputs: [], outputs: [{ name: '', type: 'address' }] },
  {
    type: 'function',
    name: 'round',
    stateMutability: 'view',
    inputs: [{ name: 'id', type: 'uint256' }],
    outputs: [
      { name: 'price', type: 'uint256' },
      { name: 'since', type: 'uint256' },
    ],
  },
  {
    type: 'function',
    name: 'latestRoundData',
    stateMutability: 'view',
    inputs: [],
    outputs: [
      { name: 'roundId', type: 'uint80' },
      { name: 'answer', type: 'int256' },
      { name: 'startedAt', type: 'uint256' },
      { name: 'updatedAt', type: 'uint256' },
      { name: 'answeredInRound', type: 'uint80' },
    ],
  },
] as const

const PHASE_BITS = 64n

/**
 * The round with which the average of a series on a Chainlink source begins: the last usable one at or before the settlement
 * window. A search by halves in the feed's phase, so some twenty reads.
 * @throws UnknownSeriesError without a scheduled end; UnknownRoundError when no round of the feed's phase is old enough: then
 * pass one of an earlier phase to `averageSettlement` by hand
 * @example
 * import { getSettlementHint } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const expiry = Date.UTC(2026, 1, 27, 8) / 1000
 * const hint = await getSettlementHint(client, { deployment, underlying: 1, expiry })
 */
export async function getSettlementHint(
  client: Client,
  { deployment, underlying, expiry, blockNumber: at }: GetSettlementHintParameters,
): Promise<GetSettlementHintReturnType> {
  const blockNumber = await blockOf(client, at)
  const [{ end }, source] = await Promise.all([
    getFinalPrice(client, { deployment, underlying, expiry, blockNumber }),
    read(client, {
      address: deployment.markets,
      abi: marketsAbi,
      functionName: 'source',
      args: [underlying],
      blockNumber,
    }),
  ])
  if (end === 0 || source === zeroAddress) {
    throw new UnknownSeriesError({ underlying: BigInt(underlying), expiry: BigInt(expiry) })
  }
  const feed = await read(client, { address: source, abi: sourceAbi, functionName: 'FEED', blockNumber })
  const latest = await read(client, { address: feed, abi: sourceAbi, functionName: 'latestRoundData', blockNumber })
  return roundBefore(client, { source, latest: latest[0], time: BigInt(end - SETTLEMENT_WINDOW), blockNumber })
}

type Search = { source: Address; latest: bigint; time: bigint; blockNumber: bigint }

/** The last usable round of the latest one's phase that is in force at `time`: times do not fall within a phase. */
async function roundBefore(client: Client, { source, latest, time, blockNumber }: Search): Promise<bigint> {
  const roundAt = (id: bigint) =>
    read(client, { address: source, abi: sourceAbi, functionName: 'round', args: [id], blockNumber })
  const none = (latest >> PHASE_BITS) << PHASE_BITS
  let [before, after] = [none, latest + 1n]
  while (after - before > 1n) {
    const middle = (before + after) / 2n
    const [, since] = await roundAt(middle)
    if (since <= time) before = middle
    else after = middle
  }
  while (before > none) {
    const [price] = await roundAt(before)
    if (price !== 0n) return before
    before -= 1n
  }
  throw new UnknownRoundError({ id: none })
}
