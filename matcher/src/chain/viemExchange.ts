/** `ExchangePort` over viem and the SDK. The only file that talks JSON-RPC. */
import {
  ask,
  type Call,
  type Fees,
  type Head,
  type OnRequest,
  type Secret,
  type Signed,
  ViemChain,
} from '@plimsoll/keeper/service'
import {
  type AccountId,
  clearinghouseAbi,
  type Deployment,
  decodeError,
  encodeOrder,
  exchangeAbi,
  type Fill,
  getAccount,
  getMatrix,
  getSymbols,
  type Instrument,
  isSigner,
  type Snapshot,
  type Symbols,
  seriesAbi,
} from '@plimsoll/sdk'
import {
  type Address,
  createPublicClient,
  encodeFunctionData,
  getAbiItem,
  type Hex,
  type PublicClient,
  parseEventLogs,
  TransactionReceiptNotFoundError,
  type Transport,
} from 'viem'
import type { AccountState, Estimate, ExchangePort, Group, Inclusion, Slot, Touched } from './port.ts'

export type ViemExchangeOptions = {
  readonly transport: Transport
  readonly deployment: Deployment
  readonly key: Secret
  /** Told about every request: what was asked and whether there was an answer. */
  readonly onRequest?: OnRequest | undefined
}

/** Accounts whose vector, mode or restrictions changed. */
const ACCOUNT_EVENTS = [
  getAbiItem({ abi: clearinghouseAbi, name: 'Moved' }),
  getAbiItem({ abi: clearinghouseAbi, name: 'ModeSet' }),
  getAbiItem({ abi: clearinghouseAbi, name: 'ReduceOnlySet' }),
] as const
const SLOT_EVENTS = [
  getAbiItem({ abi: exchangeAbi, name: 'OrderUsed' }),
  getAbiItem({ abi: exchangeAbi, name: 'Cancelled' }),
] as const

export class ViemExchange implements ExchangePort {
  readonly deployment: Deployment
  readonly #client: PublicClient
  readonly #wallet: ViemChain
  readonly #onRequest: OnRequest

  constructor({ transport, deployment, key, onRequest }: ViemExchangeOptions) {
    this.deployment = deployment
    this.#client = createPublicClient({ transport })
    this.#wallet = new ViemChain({ transport, contracts: deployment, key, onRequest })
    this.#onRequest = onRequest ?? (() => undefined)
  }

  get executor(): Address {
    return this.#wallet.signer
  }

  chainId(): Promise<number> {
    return this.#wallet.chainId()
  }

  head(): Promise<Head> {
    return this.#ask('head', async () => {
      const { number, hash, timestamp, baseFeePerGas } = await this.#client.getBlock()
      return { number, hash, timestamp, baseFee: baseFeePerGas ?? 0n }
    })
  }

  async hashAt(number: bigint): Promise<Hex | undefined> {
    return (await this.#wallet.block(number))?.hash
  }

  symbols(): Promise<Symbols> {
    return this.#ask('symbols', () => getSymbols(this.#client, { deployment: this.deployment }))
  }

  filled(slots: readonly Slot[], at: bigint): Promise<bigint[]> {
    const where = {
      address: this.deployment.exchange,
      abi: exchangeAbi,
      blockNumber: at,
      functionName: 'filled',
    } as const
    return this.#ask('filled', () =>
      Promise.all(
        slots.map(({ accountId, nonce }) => this.#client.readContract({ ...where, args: [accountId, nonce] })),
      ),
    )
  }

  grouped(groups: readonly Group[], at: bigint): Promise<bigint[]> {
    const { exchange: address } = this.deployment
    const where = { address, abi: exchangeAbi, blockNumber: at, functionName: 'groupFilled' } as const
    return this.#ask('groupFilled', () =>
      Promise.all(
        groups.map(({ accountId, group }) => this.#client.readContract({ ...where, args: [accountId, group] })),
      ),
    )
  }

  accounts(ids: readonly AccountId[], at: bigint): Promise<AccountState[]> {
    const where = { deployment: this.deployment, blockNumber: at }
    return this.#ask('account', () =>
      Promise.all(ids.map((accountId) => getAccount(this.#client, { ...where, accountId }))),
    )
  }

  async isQuoted({ underlying, expiry }: Instrument, at: bigint): Promise<boolean> {
    const where = { address: this.deployment.series, abi: seriesAbi, blockNumber: at } as const
    const word = await this.#ask('surface', () =>
      this.#client.readContract({ ...where, functionName: 'surface', args: [underlying, expiry] }),
    )
    return word !== 0n
  }

  matrix(instruments: readonly Instrument[], at: bigint): Promise<Snapshot> {
    const where = { deployment: this.deployment, blockNumber: at }
    return this.#ask('matrix', () => getMatrix(this.#client, { ...where, instruments }))
  }

  isSigner(accountId: AccountId, hash: Hex, signature: Hex): Promise<boolean> {
    const { deployment } = this
    return this.#ask('isSigner', () => isSigner(this.#client, { deployment, accountId, hash, signature }))
  }

  touched(from: bigint, to: bigint): Promise<Touched> {
    const { exchange, clearinghouse } = this.deployment
    const range = { fromBlock: from, toBlock: to, strict: true } as const
    return this.#ask('eth_getLogs', async () => {
      const [used, moved] = await Promise.all([
        this.#client.getLogs({ address: exchange, events: SLOT_EVENTS, ...range }),
        this.#client.getLogs({ address: clearinghouse, events: ACCOUNT_EVENTS, ...range }),
      ])
      return {
        slots: used.map(({ args: { account, nonce } }) => ({ accountId: account, nonce })),
        groups: used.flatMap(({ args }) => ('group' in args ? [{ accountId: args.account, group: args.group }] : [])),
        accounts: moved.flatMap(({ args }) => ('from' in args ? [args.from, args.to] : [args.account])),
      }
    })
  }

  settlement(fills: readonly Fill[]): Call {
    const encoded = fills.map(({ maker, makerSignature = '0x', taker, takerSignature = '0x', units }) => ({
      maker: encodeOrder(maker),
      makerSignature,
      taker: encodeOrder(taker),
      takerSignature,
      units,
    }))
    const data = encodeFunctionData({ abi: exchangeAbi, functionName: 'settle', args: [encoded] })
    return { to: this.deployment.exchange, data }
  }

  async estimate({ to, data }: Call, at: bigint): Promise<Estimate> {
    return this.#ask('eth_estimateGas', async () => {
      try {
        return { gas: await this.#client.estimateGas({ account: this.executor, to, data, blockNumber: at }) }
      } catch (cause) {
        const error = decodeError(cause)
        if (!error) throw cause
        return { error }
      }
    })
  }

  nonce(): Promise<number> {
    return this.#wallet.nonce()
  }

  balance(): Promise<bigint> {
    return this.#wallet.balance(this.executor)
  }

  sign(transaction: Call & Fees & { readonly nonce: number; readonly gas: bigint }): Promise<Signed> {
    return this.#wallet.sign(transaction)
  }

  send(signed: Signed, nonce: number): Promise<void> {
    return this.#wallet.send(signed, nonce)
  }

  inclusion(hash: Hex): Promise<Inclusion | undefined> {
    return this.#ask('eth_getTransactionReceipt', async () => {
      try {
        const { blockNumber, status, gasUsed, logs } = await this.#client.getTransactionReceipt({ hash })
        const fills = parseEventLogs({ abi: exchangeAbi, eventName: 'Filled', logs, strict: true })
        return { block: blockNumber, succeeded: status === 'success', gasUsed, fills: fills.map(({ args }) => args) }
      } catch (error) {
        if (error instanceof TransactionReceiptNotFoundError) return undefined
        throw error
      }
    })
  }

  #ask<T>(method: string, request: () => Promise<T>): Promise<T> {
    return ask(this.#onRequest, method, request)
  }
}
