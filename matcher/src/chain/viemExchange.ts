/** `ExchangePort` over viem and the SDK. The only file that talks JSON-RPC. */
import {
  ask,
  type Call,
  type Fees,
  type Head,
  type OnRequest,
  revertOf,
  type Secret,
  type Signed,
  ViemChain,
} from '@plimsoll/keeper/service'
import {
  type AccountId,
  clearinghouseAbi,
  type Deployment,
  decodeError,
  encodeSettle,
  encodeSettleAvailable,
  exchangeAbi,
  type Fill,
  getAccount,
  getEpoch,
  getHolder,
  getMatrix,
  getSigner,
  getSymbols,
  type Instrument,
  type Signer,
  type Snapshot,
  type Symbols,
  seriesAbi,
  skippedFills,
} from '@plimsoll/sdk'
import {
  type Address,
  createPublicClient,
  getAbiItem,
  type Hex,
  type PublicClient,
  TransactionReceiptNotFoundError,
  type Transport,
} from 'viem'
import type { AccountState, Estimate, ExchangePort, Group, Inclusion, Key, Slot, Touched } from './port.ts'

export type ViemExchangeOptions = {
  readonly transport: Transport
  readonly deployment: Deployment
  readonly key: Secret
  /** Told about every request: what was asked and whether there was an answer. */
  readonly onRequest?: OnRequest | undefined
}

/** Accounts whose vector, mode, restrictions or operators changed. */
const ACCOUNT_EVENTS = [
  getAbiItem({ abi: clearinghouseAbi, name: 'Moved' }),
  getAbiItem({ abi: clearinghouseAbi, name: 'ModeSet' }),
  getAbiItem({ abi: clearinghouseAbi, name: 'ReduceOnlySet' }),
  getAbiItem({ abi: clearinghouseAbi, name: 'OperatorSet' }),
] as const
const ORDER_EVENTS = [
  getAbiItem({ abi: exchangeAbi, name: 'OrderUsed' }),
  getAbiItem({ abi: exchangeAbi, name: 'Cancelled' }),
  getAbiItem({ abi: exchangeAbi, name: 'GroupCancelled' }),
  getAbiItem({ abi: exchangeAbi, name: 'EpochSet' }),
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
    const read = async (accountId: AccountId) => {
      const [account, epoch] = await Promise.all([
        getAccount(this.#client, { ...where, accountId }),
        getEpoch(this.#client, { ...where, accountId }),
      ])
      return { ...account, epoch }
    }
    return this.#ask('account', () => Promise.all(ids.map(read)))
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

  signers(keys: readonly Key[], at: bigint): Promise<Signer[]> {
    const where = { deployment: this.deployment, blockNumber: at }
    return this.#ask('signers', () => Promise.all(keys.map((key) => getHolder(this.#client, { ...where, ...key }))))
  }

  signer(accountId: AccountId, hash: Hex, signature: Hex): Promise<Signer> {
    const { deployment } = this
    return this.#ask('signer', () => getSigner(this.#client, { deployment, accountId, hash, signature }))
  }

  mayCancel({ accountId, address: who }: Key): Promise<boolean> {
    const where = { address: this.deployment.exchange, abi: exchangeAbi, functionName: 'mayCancel' } as const
    return this.#ask('mayCancel', () => this.#client.readContract({ ...where, args: [accountId, who] }))
  }

  touched(from: bigint, to: bigint): Promise<Touched> {
    const { exchange, clearinghouse } = this.deployment
    const range = { fromBlock: from, toBlock: to, strict: true } as const
    return this.#ask('eth_getLogs', async () => {
      const [ordered, moved] = await Promise.all([
        this.#client.getLogs({ address: exchange, events: ORDER_EVENTS, ...range }),
        this.#client.getLogs({ address: clearinghouse, events: ACCOUNT_EVENTS, ...range }),
      ])
      return {
        slots: ordered.flatMap(({ args }) => ('nonce' in args ? [{ accountId: args.account, nonce: args.nonce }] : [])),
        groups: ordered.flatMap(({ args }) =>
          'group' in args ? [{ accountId: args.account, group: args.group }] : [],
        ),
        accounts: [
          ...moved.flatMap(({ args }) => ('from' in args ? [args.from, args.to] : [args.account])),
          ...ordered.flatMap(({ args }) => ('epoch' in args ? [args.account] : [])),
        ],
        keys: moved.flatMap(({ args }) =>
          'operator' in args ? [{ accountId: args.account, address: args.operator }] : [],
        ),
      }
    })
  }

  settlement(fills: readonly Fill[]): Call {
    return { to: this.deployment.exchange, data: encodeSettleAvailable(fills) }
  }

  async rehearse(fills: readonly Fill[], at: bigint): Promise<Estimate> {
    const call = { to: this.deployment.exchange, data: encodeSettle(fills) }
    return this.#ask('eth_estimateGas', async () => {
      try {
        return { gas: await this.#client.estimateGas({ account: this.executor, ...call, blockNumber: at }) }
      } catch (cause) {
        const error = decodeError(cause)
        if (error) return { error }
        // The contracts revert with data; without any, a call inside had too little gas.
        if (revertOf(cause)) return { outOfGas: true }
        throw cause
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
        const receipt = await this.#client.getTransactionReceipt({ hash })
        const { blockNumber, status, gasUsed } = receipt
        const skipped = new Map(skippedFills(this.deployment, receipt).map(({ index, error }) => [index, error]))
        return { block: blockNumber, succeeded: status === 'success', gasUsed, skipped }
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
