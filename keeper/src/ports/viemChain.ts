/** `ChainPort` over viem: batched reads, decoded events and errors, transactions signed here. */
import {
  type AccountId,
  auctionAbi,
  clearinghouseAbi,
  decodePortfolio,
  decodeSnapshot,
  encodeUnderlyingSet,
  exchangeAbi,
  getEpoch,
  getOutlook,
  type Outlook,
} from '@plimsoll/sdk'
import {
  type Address,
  BaseError,
  createPublicClient,
  type Hex,
  keccak256,
  parseEventLogs,
  TransactionReceiptNotFoundError,
  type Transport,
} from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { Secret } from '../config.ts'
import { NonceError, RpcError, SendError } from '../errors.ts'
import type { EventBlock } from '../events.ts'
import { eventsAbi } from './abi.ts'
import type {
  Call,
  ChainPort,
  Contracts,
  Estimate,
  Head,
  LiquidationState,
  Receipt,
  Signed,
  Simulation,
  Transaction,
} from './chain.ts'
import { decodeEvents, type ProtocolLog } from './decode.ts'
import { isRefusal } from './refusal.ts'
import { ask, type OnRequest } from './request.ts'
import { orRevert } from './revert.ts'
import { ViemSeries } from './viemSeries.ts'

export type ViemChainOptions = {
  readonly transport: Transport
  readonly contracts: Contracts
  readonly key: Secret
  /** Told about every request: its method and how it ended. */
  readonly onRequest?: OnRequest | undefined
}

export class ViemChain implements ChainPort {
  readonly series: ViemSeries
  readonly #client
  readonly #account: PrivateKeyAccount
  readonly #contracts: Contracts
  readonly #onRequest: OnRequest
  #chainId: number | undefined

  constructor({ transport, contracts, key, onRequest }: ViemChainOptions) {
    this.#client = createPublicClient({ transport })
    this.#account = privateKeyToAccount(key.reveal())
    this.#contracts = contracts
    this.#onRequest = onRequest ?? (() => undefined)
    this.series = new ViemSeries({
      client: this.#client,
      contracts,
      ask: (method, request) => this.#ask(method, request),
    })
  }

  get signer(): Address {
    return this.#account.address
  }

  async chainId(): Promise<number> {
    this.#chainId ??= await this.#ask('eth_chainId', () => this.#client.getChainId())
    return this.#chainId
  }

  blockNumber(): Promise<bigint> {
    return this.#ask('eth_blockNumber', () => this.#client.getBlockNumber({ cacheTime: 0 }))
  }

  async block(number: bigint): Promise<Head | undefined> {
    // A plain request: viem throws for a block that does not exist (yet, or any more), and that is an answer here.
    const block = await this.#ask('eth_getBlockByNumber', () =>
      this.#client.request({ method: 'eth_getBlockByNumber', params: [`0x${number.toString(16)}`, false] }),
    )
    if (!block?.hash || !block.number) return undefined
    return {
      number: BigInt(block.number),
      hash: block.hash,
      timestamp: BigInt(block.timestamp),
      baseFee: BigInt(block.baseFeePerGas ?? 0),
    }
  }

  async events(from: bigint, to: bigint): Promise<EventBlock[]> {
    const { clearinghouse, markets, auction } = this.#contracts
    const logs = await this.#ask('eth_getLogs', () =>
      this.#client.getLogs({
        address: [clearinghouse, markets, auction],
        events: eventsAbi,
        fromBlock: from,
        toBlock: to,
        strict: true,
      }),
    )
    const blocks = new Map<bigint, { hash: Hex; logs: ProtocolLog[] }>()
    for (const log of logs) {
      const block = blocks.get(log.blockNumber)
      if (block) block.logs.push(log)
      else blocks.set(log.blockNumber, { hash: log.blockHash, logs: [log] })
    }
    return [...blocks].map(([number, block]) => ({ number, hash: block.hash, events: decodeEvents(block.logs) }))
  }

  async snapshot(underlyings: readonly number[], at: bigint) {
    const snapshot = await this.#ask('snapshot', () =>
      this.#client.readContract({
        address: this.#contracts.clearinghouse,
        abi: clearinghouseAbi,
        functionName: 'snapshot',
        args: [encodeUnderlyingSet(underlyings)],
        blockNumber: at,
      }),
    )
    return decodeSnapshot(snapshot)
  }

  liquidationStates(accounts: readonly AccountId[], at: bigint): Promise<LiquidationState[]> {
    return this.#ask('liquidationState', () =>
      Promise.all(
        accounts.map((account) =>
          this.#client.readContract({
            address: this.#contracts.auction,
            abi: auctionAbi,
            functionName: 'liquidationState',
            args: [account],
            blockNumber: at,
          }),
        ),
      ),
    )
  }

  async portfolio(account: AccountId, at: bigint) {
    const where = {
      address: this.#contracts.clearinghouse,
      abi: clearinghouseAbi,
      args: [account],
      blockNumber: at,
    } as const
    const [portfolio, [, flagged, reduceOnly]] = await this.#ask('portfolio', () =>
      Promise.all([
        this.#client.readContract({ ...where, functionName: 'portfolio' }),
        this.#client.readContract({ ...where, functionName: 'status' }),
      ]),
    )
    return { ...decodePortfolio(portfolio), flagged, reduceOnly }
  }

  orderEpoch(accountId: AccountId, at: bigint): Promise<bigint> {
    const deployment = this.#contracts
    return this.#ask('epochOf', () => getEpoch(this.#client, { deployment, accountId, blockNumber: at }))
  }

  filled(account: AccountId, nonce: bigint): Promise<bigint> {
    const where = { address: this.#contracts.exchange, abi: exchangeAbi } as const
    return this.#ask('filled', () =>
      this.#client.readContract({ ...where, functionName: 'filled', args: [account, nonce] }),
    )
  }

  outlook(accountId: AccountId, hours: number, at: bigint): Promise<Outlook> {
    const deployment = this.#contracts
    return this.#ask('outlook', () => getOutlook(this.#client, { deployment, accountId, hours, blockNumber: at }))
  }

  totalMemos(at: bigint): Promise<bigint> {
    return this.#ask('totalMemos', () =>
      this.#client.readContract({
        address: this.#contracts.clearinghouse,
        abi: clearinghouseAbi,
        functionName: 'totalMemos',
        blockNumber: at,
      }),
    )
  }

  isAuthorized(account: AccountId, caller: Address): Promise<boolean> {
    const where = { address: this.#contracts.clearinghouse, abi: clearinghouseAbi } as const
    return this.#ask('isAuthorized', () =>
      this.#client.readContract({ ...where, functionName: 'isAuthorized', args: [account, caller] }),
    )
  }

  isModule(module: Address): Promise<boolean> {
    const where = { address: this.#contracts.clearinghouse, abi: clearinghouseAbi } as const
    return this.#ask('isModule', () =>
      this.#client.readContract({ ...where, functionName: 'isModule', args: [module] }),
    )
  }

  async hasCode(address: Address): Promise<boolean> {
    return (await this.#ask('eth_getCode', () => this.#client.getCode({ address }))) !== undefined
  }

  balance(address: Address): Promise<bigint> {
    return this.#ask('eth_getBalance', () => this.#client.getBalance({ address }))
  }

  nonce(): Promise<number> {
    return this.#ask('eth_getTransactionCount', () =>
      this.#client.getTransactionCount({ address: this.signer, blockTag: 'latest' }),
    )
  }

  simulate({ to, data }: Call, at: bigint): Promise<Simulation> {
    return this.#ask('eth_call', () =>
      orRevert(async () => {
        const result = await this.#client.call({ account: this.signer, to, data, blockNumber: at })
        return { status: 'success', data: result.data ?? '0x' }
      }),
    )
  }

  estimateGas({ to, data }: Call, at: bigint): Promise<Estimate> {
    return this.#ask('eth_estimateGas', () =>
      orRevert(async () => {
        const gas = await this.#client.estimateGas({ account: this.signer, to, data, blockNumber: at })
        return { status: 'success', gas }
      }),
    )
  }

  async sign(transaction: Transaction): Promise<Signed> {
    const chainId = await this.chainId()
    const raw = await this.#account.signTransaction({ type: 'eip1559', chainId, value: 0n, ...transaction })
    return { hash: keccak256(raw), raw }
  }

  async send({ hash, raw }: Signed, nonce: number): Promise<void> {
    const method = 'eth_sendRawTransaction'
    try {
      await this.#client.sendRawTransaction({ serializedTransaction: raw })
      this.#onRequest(method, true)
    } catch (cause) {
      // Nodes also complain about what they took: known already, or (Hardhat) mined at once and reverted.
      const known = isRefusal(cause) && (await this.#knows(hash))
      this.#onRequest(method, known)
      if (known) return
      if (!isRefusal(cause)) throw new RpcError({ method, cause })
      const isNonce = cause instanceof BaseError && /nonce|replacement|underpriced/i.test(cause.message)
      throw isNonce ? new NonceError({ nonce, cause }) : new SendError({ hash, cause })
    }
  }

  async #knows(hash: Hex): Promise<boolean> {
    const transaction = await this.#ask('eth_getTransactionByHash', () =>
      this.#client.request({ method: 'eth_getTransactionByHash', params: [hash] }),
    )
    return transaction !== null
  }

  async receipt(hash: Hex): Promise<Receipt | undefined> {
    const receipt = await this.#ask('eth_getTransactionReceipt', async () => {
      try {
        return await this.#client.getTransactionReceipt({ hash })
      } catch (error) {
        if (error instanceof TransactionReceiptNotFoundError) return undefined
        throw error
      }
    })
    if (!receipt) return undefined
    return {
      hash,
      block: receipt.blockNumber,
      succeeded: receipt.status === 'success',
      gasUsed: receipt.gasUsed,
      effectiveGasPrice: receipt.effectiveGasPrice,
      events: decodeEvents(parseEventLogs({ abi: eventsAbi, logs: receipt.logs, strict: true })),
    }
  }

  #ask<T>(method: string, request: () => Promise<T>): Promise<T> {
    return ask(this.#onRequest, method, request)
  }
}
