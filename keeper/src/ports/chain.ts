/** The chain as the stages see it, and that over viem. The only file that talks JSON-RPC. */
import type { AccountId, Assessment, EpochState, Instrument, Outlook, Portfolio, Snapshot } from '@plimsoll/sdk'
import type { Address, Hex } from 'viem'
import type { BlockId, EventBlock, ProtocolEvent } from '../events.ts'

/** Where the contracts are that a service reads and calls. */
export type Contracts = {
  readonly clearinghouse: Address
  readonly markets: Address
  readonly auction: Address
  readonly exchange: Address
  readonly series: Address
  readonly settlement: Address
  readonly tails: Address
}

export type Head = BlockId & {
  /** Unix seconds. */
  readonly timestamp: bigint
  /** Wei per gas; 0 on chains without a base fee. */
  readonly baseFee: bigint
}

export type LiquidationState = {
  readonly liquidatable: boolean
  readonly convertible: boolean
  readonly flagged: boolean
  readonly elapsed: bigint
  readonly discount: bigint
  readonly reward: bigint
  readonly minFraction: bigint
  readonly maxFraction: bigint
  readonly assessment: Assessment
}

export type Call = { readonly to: Address; readonly data: Hex }
/** Why a call would fail or failed: the name of the contract's error and its values. */
export type Revert = { readonly error: string; readonly args: readonly string[] }
export type Simulation =
  | { readonly status: 'success'; readonly data: Hex }
  | { readonly status: 'reverted'; readonly revert: Revert }

export type Estimate =
  | { readonly status: 'success'; readonly gas: bigint }
  | { readonly status: 'reverted'; readonly revert: Revert }

export type Fees = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
export type Transaction = Call & Fees & { readonly nonce: number; readonly gas: bigint }
export type Signed = { readonly hash: Hex; readonly raw: Hex }

export type Receipt = {
  /** Of the transaction. */
  readonly hash: Hex
  readonly block: bigint
  readonly succeeded: boolean
  readonly gasUsed: bigint
  readonly effectiveGasPrice: bigint
  readonly events: readonly ProtocolEvent[]
}

/** How far the settlement window of a series is averaged, and its final price. */
export type Averaging = {
  /** 0: not begun. */
  readonly doneUntil: number
  readonly isFinal: boolean
  /** USD, 18 decimals; 0 while not final. */
  readonly price: bigint
}

/** One round of a price source. `since` in unix seconds; price 0: no usable answer. */
export type Round = { readonly price: bigint; readonly since: number }

/** Dated instruments: what the contracts store about series, and the rounds behind final prices. */
export interface SeriesPort {
  /** Market rows of `underlyings`, and rows of the dated `instruments`. */
  matrix(underlyings: readonly number[], instruments: readonly Instrument[], at: bigint): Promise<Snapshot>
  epoch(underlying: number, at: bigint): Promise<EpochState>
  /** Epochs of the cached risk arrays of strikes, by `strikeKey`; 0: none. */
  cachedEpochs(keys: readonly bigint[], at: bigint): Promise<number[]>
  averaging(underlying: number, expiry: number, at: bigint): Promise<Averaging>
  /** When the perpetual ends, unix seconds; 0: not scheduled. */
  delistingAt(underlying: number, at: bigint): Promise<number>
  /** The newest round of the price source of `underlying`; undefined when no feed tells it. */
  latestRound(underlying: number, at: bigint): Promise<bigint | undefined>
  /** Undefined when the source does not tell the round. */
  round(underlying: number, id: bigint, at: bigint): Promise<Round | undefined>
}

/** An account as the clearinghouse has it. */
export type AccountView = Portfolio & { readonly flagged: boolean; readonly reduceOnly: boolean }

export interface ChainPort {
  readonly series: SeriesPort
  /** Who pays and signs. */
  readonly signer: Address
  chainId(): Promise<number>
  blockNumber(): Promise<bigint>
  block(number: bigint): Promise<Head | undefined>
  /** Blocks from `from` to `to` that have events of the protocol, ascending. */
  events(from: bigint, to: bigint): Promise<EventBlock[]>
  snapshot(underlyings: readonly number[], at: bigint): Promise<Snapshot>
  liquidationStates(accounts: readonly AccountId[], at: bigint): Promise<LiquidationState[]>
  portfolio(account: AccountId, at: bigint): Promise<AccountView>
  /** The epoch that orders of the account must name. */
  orderEpoch(account: AccountId, at: bigint): Promise<bigint>
  /** Units filled on the order slot (account, nonce); 2^128 - 1 when cancelled. */
  filled(account: AccountId, nonce: bigint): Promise<bigint>
  /** What the ramps of the scan ranges will do to it if the market stands still. */
  outlook(account: AccountId, hours: number, at: bigint): Promise<Outlook>
  totalMemos(at: bigint): Promise<bigint>
  isAuthorized(account: AccountId, caller: Address): Promise<boolean>
  isModule(module: Address): Promise<boolean>
  hasCode(address: Address): Promise<boolean>
  balance(address: Address): Promise<bigint>
  /** Transactions of the signer in blocks. */
  nonce(): Promise<number>
  simulate(call: Call, at: bigint): Promise<Simulation>
  /** @param at Block whose state counts, not that of the pool. */
  estimateGas(call: Call, at: bigint): Promise<Estimate>
  sign(transaction: Transaction): Promise<Signed>
  /** Broadcasts; a transaction that the node knows already is no error. */
  send(signed: Signed, nonce: number): Promise<void>
  receipt(hash: Hex): Promise<Receipt | undefined>
}
