/** `SeriesPort` over viem. */
import {
  clearinghouseAbi,
  decodeSnapshot,
  encodeInstrumentId,
  encodeUnderlyingSet,
  type Instrument,
  marketsAbi,
  type Snapshot,
  seriesAbi,
  settlementAbi,
} from '@plimsoll/sdk'
import { type Address, encodeAbiParameters, type Hex, keccak256, type PublicClient, parseAbi, toHex } from 'viem'
import type { Averaging, Contracts, Round, SeriesPort } from './chain.ts'
import { revertOf } from './revert.ts'

export type ViemSeriesOptions = {
  readonly client: Pick<PublicClient, 'readContract' | 'getStorageAt'>
  readonly contracts: Contracts
  readonly ask: <T>(method: string, request: () => Promise<T>) => Promise<T>
}

/** Where `Series` keeps its arrays: no function tells which are cached, because reading never depends on it. */
const ARRAYS_SLOT = 7n
const UINT_PAIR = [{ type: 'uint256' }, { type: 'uint256' }] as const

/** What tells the newest round: a Chainlink source its feed, an aggregate its first source. */
const sourceAbi = parseAbi([
  'function round(uint256 id) view returns (uint256 price, uint256 since)',
  'function FEED() view returns (address)',
  'function source(uint256 index) view returns (address)',
  'function latestRoundData() view returns (uint80 roundId, int256, uint256, uint256, uint80)',
])
const MAX_NESTING = 3

export class ViemSeries implements SeriesPort {
  readonly #options: ViemSeriesOptions
  readonly #feeds = new Map<Address, Address | undefined>()

  constructor(options: ViemSeriesOptions) {
    this.#options = options
  }

  matrix(underlyings: readonly number[], instruments: readonly Instrument[], at: bigint): Promise<Snapshot> {
    const { client, contracts, ask } = this.#options
    return ask('matrix', async () =>
      decodeSnapshot(
        await client.readContract({
          address: contracts.clearinghouse,
          abi: clearinghouseAbi,
          functionName: 'matrix',
          args: [encodeUnderlyingSet(underlyings), instruments.map(encodeInstrumentId)],
          blockNumber: at,
        }),
      ),
    )
  }

  epoch(underlying: number, at: bigint) {
    const { client, contracts, ask } = this.#options
    return ask('epoch', async () => {
      const { rolledAt, number, nextExpiry, surfaceAt, ...amounts } = await client.readContract({
        address: contracts.series,
        abi: seriesAbi,
        functionName: 'epoch',
        args: [underlying],
        blockNumber: at,
      })
      const counts = { rolledAt: Number(rolledAt), number: Number(number), nextExpiry: Number(nextExpiry) }
      return { ...amounts, ...counts, surfaceAt: Number(surfaceAt) }
    })
  }

  /** The tag stands in the top 32 bits of an array's second word. */
  cachedEpochs(keys: readonly bigint[], at: bigint): Promise<number[]> {
    const { client, contracts, ask } = this.#options
    return ask('eth_getStorageAt', () =>
      Promise.all(
        keys.map(async (key) => {
          const slot = BigInt(keccak256(encodeAbiParameters(UINT_PAIR, [key, ARRAYS_SLOT]))) + 1n
          const hex = toHex(slot, { size: 32 })
          const word: Hex | undefined = await client.getStorageAt({
            address: contracts.series,
            slot: hex,
            blockNumber: at,
          })
          return Number(BigInt(word ?? '0x0') >> 224n)
        }),
      ),
    )
  }

  averaging(underlying: number, expiry: number, at: bigint): Promise<Averaging> {
    const { client, contracts, ask } = this.#options
    const where = { address: contracts.settlement, abi: settlementAbi, blockNumber: at } as const
    return ask('averaging', async () => {
      const [[, doneUntil], [isFinal, price]] = await Promise.all([
        client.readContract({ ...where, functionName: 'progress', args: [underlying, expiry] }),
        client.readContract({ ...where, functionName: 'finalPrice', args: [underlying, expiry] }),
      ])
      return { doneUntil: Number(doneUntil), isFinal, price }
    })
  }

  delistingAt(underlying: number, at: bigint): Promise<number> {
    const { client, contracts, ask } = this.#options
    return ask('delistingAt', async () =>
      Number(
        await client.readContract({
          address: contracts.settlement,
          abi: settlementAbi,
          functionName: 'delistingAt',
          args: [underlying],
          blockNumber: at,
        }),
      ),
    )
  }

  async latestRound(underlying: number, at: bigint): Promise<bigint | undefined> {
    const { client, ask } = this.#options
    const source = await this.#source(underlying, at)
    if (!this.#feeds.has(source)) this.#feeds.set(source, await this.#feedOf(source, at))
    const feed = this.#feeds.get(source)
    if (!feed) return undefined
    const where = { address: feed, abi: sourceAbi, blockNumber: at } as const
    const latest = await ask('latestRoundData', () =>
      orUndefined(() => client.readContract({ ...where, functionName: 'latestRoundData' })),
    )
    return latest?.[0]
  }

  async round(underlying: number, id: bigint, at: bigint): Promise<Round | undefined> {
    const { client, ask } = this.#options
    const address = await this.#source(underlying, at)
    const where = { address, abi: sourceAbi, functionName: 'round', args: [id], blockNumber: at } as const
    const round = await ask('round', () => orUndefined(() => client.readContract(where)))
    return round && { price: round[0], since: Number(round[1]) }
  }

  #source(underlying: number, at: bigint): Promise<Address> {
    const { client, contracts, ask } = this.#options
    return ask('source', () =>
      client.readContract({
        address: contracts.markets,
        abi: marketsAbi,
        functionName: 'source',
        args: [underlying],
        blockNumber: at,
      }),
    )
  }

  async #feedOf(source: Address, at: bigint): Promise<Address | undefined> {
    const { client, ask } = this.#options
    let address: Address | undefined = source
    for (let nesting = 0; address && nesting < MAX_NESTING; nesting++) {
      const where: { address: Address; abi: typeof sourceAbi; blockNumber: bigint } = {
        address,
        abi: sourceAbi,
        blockNumber: at,
      }
      const feed = await ask('FEED', () => orUndefined(() => client.readContract({ ...where, functionName: 'FEED' })))
      if (feed) return feed
      address = await ask('source', () =>
        orUndefined(() => client.readContract({ ...where, functionName: 'source', args: [0n] })),
      )
    }
    return undefined
  }
}

/** A source that reverts does not tell; a node that does not answer is a failure. */
async function orUndefined<T>(request: () => Promise<T>): Promise<T | undefined> {
  try {
    return await request()
  } catch (error) {
    if (revertOf(error)) return undefined
    throw error
  }
}
