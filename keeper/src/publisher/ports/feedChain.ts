/** The protocol as publishers see it: prices, what is stored, the feeds' signers. Reads of one block. */
import {
  aboveCaps,
  capsOf,
  type Deployment,
  type GetMarketReturnType,
  type GetSeriesReturnType,
  getMarket,
  getSeries,
  parseDeployment,
  seriesAbi,
  surfaceFeedAbi,
  tailsAbi,
} from '@plimsoll/sdk'
import { type Address, createPublicClient, getAddress, type PublicClient, type Transport } from 'viem'
import { WrongChainError } from '../../errors.ts'
import type { Head } from '../../ports/chain.ts'
import { ask, type OnRequest } from '../../ports/request.ts'

/** What a feed says of one underlying in the newest block. */
export type FeedState = {
  readonly underlying: number
  readonly head: Head
  /** Ascending. */
  readonly signers: readonly Address[]
  readonly quorum: number
  /** Of the last message that the feed took, unix seconds; 0: none. */
  readonly lastTimestamp: number
}

export type SurfaceState = FeedState & { readonly series: GetSeriesReturnType }

export type HistoryState = FeedState & {
  readonly market: Pick<GetMarketReturnType, 'status' | 'spot'>
  /** PSR_M + epsilon, WAD. */
  readonly scanRange: bigint
  /** Caps as posted, and the time of their message, unix seconds. Undefined: nothing was posted yet. */
  readonly stored: { readonly caps: bigint; readonly timestamp: number } | undefined
  /** In force, and as governed: millionths. */
  readonly offset: number
  readonly governedOffset: number
}

export class FeedChain {
  readonly deployment: Deployment
  readonly #client: PublicClient
  readonly #onRequest: OnRequest

  constructor(transport: Transport, deployment: Deployment, onRequest?: OnRequest) {
    this.deployment = parseDeployment(deployment)
    this.#client = createPublicClient({ transport })
    this.#onRequest = onRequest ?? (() => undefined)
  }

  /** @throws WrongChainError, RpcError */
  async requireChain(): Promise<void> {
    const actual = await this.#ask('eth_chainId', () => this.#client.getChainId())
    const expected = this.deployment.chainId
    if (actual !== expected) throw new WrongChainError({ expected, actual })
  }

  head(): Promise<Head> {
    return this.#ask('eth_getBlockByNumber', async () => {
      const { number, hash, timestamp, baseFeePerGas } = await this.#client.getBlock()
      return { number, hash, timestamp, baseFee: baseFeePerGas ?? 0n }
    })
  }

  surface(underlying: number, head: Head): Promise<SurfaceState> {
    const { deployment } = this
    return this.#ask('surface', async () => {
      const [feed, series] = await Promise.all([
        this.#feed(deployment.surfaceFeed, underlying, head),
        getSeries(this.#client, { deployment, underlying, blockNumber: head.number }),
      ])
      return { ...feed, series }
    })
  }

  history(underlying: number, head: Head): Promise<HistoryState> {
    const { deployment } = this
    const blockNumber = head.number
    const at = { address: deployment.tails, abi: tailsAbi, args: [underlying], blockNumber } as const
    const series = { address: deployment.series, abi: seriesAbi, args: [underlying], blockNumber } as const
    return this.#ask('history', async () => {
      const [feed, market, [posted], offset, terms] = await Promise.all([
        this.#feed(deployment.historyFeed, underlying, head),
        getMarket(this.#client, { deployment, underlying, blockNumber }),
        this.#client.readContract({ ...at, functionName: 'history' }),
        this.#client.readContract({ ...at, functionName: 'offset' }),
        this.#client.readContract({ ...series, functionName: 'riskTerms' }),
      ])
      const { scanRange } = market
      const offsets = { offset: Number(offset), governedOffset: terms.offset }
      const stored = posted === 0n ? undefined : { caps: capsOf(posted), timestamp: Number(aboveCaps(posted)) }
      return { ...feed, market, scanRange, stored, ...offsets }
    })
  }

  /** What all feeds have. */
  async #feed(address: Address, underlying: number, head: Head): Promise<FeedState> {
    const feed = { address, abi: surfaceFeedAbi, blockNumber: head.number } as const
    const [signers, quorum, last] = await Promise.all([
      this.#client.readContract({ ...feed, functionName: 'signers' }),
      this.#client.readContract({ ...feed, functionName: 'quorum' }),
      this.#client.readContract({ ...feed, functionName: 'lastTimestamp', args: [underlying] }),
    ])
    const addresses = signers.map((signer) => getAddress(signer))
    return { underlying, head, signers: addresses, quorum: Number(quorum), lastTimestamp: Number(last) }
  }

  async hasCode(address: Address): Promise<boolean> {
    return (await this.#ask('eth_getCode', () => this.#client.getCode({ address }))) !== undefined
  }

  balance(address: Address): Promise<bigint> {
    return this.#ask('eth_getBalance', () => this.#client.getBalance({ address }))
  }

  #ask<T>(method: string, request: () => Promise<T>): Promise<T> {
    return ask(this.#onRequest, method, request)
  }
}

/** Expiries of the last surface that are still to come. Unix seconds, ascending. */
export function listedExpiries({ series, head }: Pick<SurfaceState, 'series' | 'head'>): number[] {
  return series.expiries.map(({ expiry }) => expiry).filter((expiry) => expiry > Number(head.timestamp))
}
