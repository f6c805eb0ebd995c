/** The exchange as the matcher sees it: the only edge to the chain. */
import type { Call, Fees, Head, Signed } from '@plimsoll/keeper/service'
import type {
  AccountId,
  Deployment,
  Fill,
  Instrument,
  Order,
  PlimsollError,
  Portfolio,
  Snapshot,
  Symbols,
} from '@plimsoll/sdk'
import type { Address, Hex } from 'viem'

/** Where fills are counted. */
export type Slot = Pick<Order, 'accountId' | 'nonce'>
export type Group = Pick<Order, 'accountId' | 'group'>

export type AccountState = {
  readonly portfolio: Portfolio
  /** It took over a liquidation below initial margin and may only reduce. */
  readonly reduceOnly: boolean
}

/** What changed in some blocks, whoever changed it. */
export type Touched = {
  readonly slots: readonly Slot[]
  readonly groups: readonly Group[]
  readonly accounts: readonly AccountId[]
}

/** One fill as the exchange reports it. */
type Filled = { readonly makerHash: Hex; readonly takerHash: Hex; readonly units: bigint }

/** A transaction in a block. `fills`: those that the exchange settled; none when it reverted. */
export type Inclusion = {
  readonly block: bigint
  readonly succeeded: boolean
  readonly gasUsed: bigint
  readonly fills: readonly Filled[]
}

export type Estimate = { readonly gas: bigint } | { readonly error: PlimsollError }

export interface ExchangePort {
  readonly deployment: Deployment
  /** Who sends batches. */
  readonly executor: Address
  chainId(): Promise<number>
  head(): Promise<Head>
  /** Hash of a block, undefined when the chain has none of that number. */
  hashAt(number: bigint): Promise<Hex | undefined>
  symbols(): Promise<Symbols>
  filled(slots: readonly Slot[], at: bigint): Promise<bigint[]>
  grouped(groups: readonly Group[], at: bigint): Promise<bigint[]>
  accounts(ids: readonly AccountId[], at: bigint): Promise<AccountState[]>
  /** Whether a surface has quoted the expiry of a dated instrument. */
  isQuoted(instrument: Instrument, at: bigint): Promise<boolean>
  matrix(instruments: readonly Instrument[], at: bigint): Promise<Snapshot>
  /** Whether the exchange would take the signature; asks ERC-1271 owners. */
  isSigner(accountId: AccountId, hash: Hex, signature: Hex): Promise<boolean>
  touched(from: bigint, to: bigint): Promise<Touched>
  settlement(fills: readonly Fill[]): Call
  /** Gas of the call at a block, or why it would revert there. */
  estimate(call: Call, at: bigint): Promise<Estimate>
  /** Transactions of the executor in blocks. */
  nonce(): Promise<number>
  balance(): Promise<bigint>
  sign(transaction: Call & Fees & { readonly nonce: number; readonly gas: bigint }): Promise<Signed>
  /** Broadcasts; a transaction that the node knows already is no error. */
  send(signed: Signed, nonce: number): Promise<void>
  inclusion(hash: Hex): Promise<Inclusion | undefined>
}
