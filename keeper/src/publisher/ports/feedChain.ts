/** The protocol as publishers see it: prices, the stored surface, the feed's signers. Reads of one block. */
import { type Deployment, type GetSeriesReturnType, getSeries, parseDeployment, surfaceFeedAbi } from '@plimsoll/sdk'
import { type Address, createPublicClient, getAddress, type PublicClient, type Transport } from 'viem'
import { RpcError, WrongChainError } from '../../errors.ts'
import type { Head } from '../../ports/chain.ts'

/** What the chain says of one underlying in its newest block. */
export type FeedState = {
  readonly underlying: number
  readonly head: Head
  /** Ascending. */
  readonly signers: readonly Address[]
  readonly quorum: number
  /** Of the last message that the feed took, unix seconds; 0: none. */
  readonly lastTimestamp: number
  readonly series: GetSeriesReturnType
}

export class FeedChain {
  readonly deployment: Deployment
  readonly #client: PublicClient
  readonly #onRequest: (method: string, ok: boolean) => void

  constructor(transport: Transport, deployment: Deployment, onRequest?: (method: string, ok: boolean) => void) {
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

  state(underlying: number, head: Head): Promise<FeedState> {
    const { deployment } = this
    const feed = { address: deployment.surfaceFeed, abi: surfaceFeedAbi, blockNumber: head.number } as const
    return this.#ask('state', async () => {
      const [signers, quorum, last, series] = await Promise.all([
        this.#client.readContract({ ...feed, functionName: 'signers' }),
        this.#client.readContract({ ...feed, functionName: 'quorum' }),
        this.#client.readContract({ ...feed, functionName: 'lastTimestamp', args: [underlying] }),
        getSeries(this.#client, { deployment, underlying, blockNumber: head.number }),
      ])
      const addresses = signers.map((signer) => getAddress(signer))
      return { underlying, head, signers: addresses, quorum: Number(quorum), lastTimestamp: Number(last), series }
    })
  }

  async hasCode(address: Address): Promise<boolean> {
    return (await this.#ask('eth_getCode', () => this.#client.getCode({ address }))) !== undefined
  }

  balance(address: Address): Promise<bigint> {
    return this.#ask('eth_getBalance', () => this.#client.getBalance({ address }))
  }

  async #ask<T>(method: string, request: () => Promise<T>): Promise<T> {
    try {
      const result = await request()
      this.#onRequest(method, true)
      return result
    } catch (cause) {
      this.#onRequest(method, false)
      throw new RpcError({ method, cause })
    }
  }
}

/** Expiries of the last surface that are still to come. Unix seconds, ascending. */
export function listedExpiries({ series, head }: Pick<FeedState, 'series' | 'head'>): number[] {
  return series.expiries.map(({ expiry }) => expiry).filter((expiry) => expiry > Number(head.timestamp))
}
