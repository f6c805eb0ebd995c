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
  Signer,
  Snapshot,
  Symbols,
} from '@plimsoll/sdk'
import type { Address, Hex } from 'viem'

/** Where fills are counted. */
export type Slot = Pick<Order, 'accountId' | 'nonce'>
export type Group = Pick<Order, 'accountId' | 'group'>

/** An address that signs for an account beside its owner: an operator, a session key, or no more either. */
export type Key = { readonly accountId: AccountId; readonly address: Address }

/** The operator or session key that signed: none when the owner did, by a key of its own or as a contract. */
export function keyOf(signer: Signer): Address | undefined {
  return signer.kind === 'operator' || signer.kind === 'sessionKey' ? signer.address : undefined
}

export type AccountState = {
  readonly portfolio: Portfolio
  /** It took over a liquidation below initial margin and may only reduce. */
  readonly reduceOnly: boolean
  /** Orders of another are void. */
  readonly epoch: bigint
}

/** What changed in some blocks, whoever changed it. */
export type Touched = {
  readonly slots: readonly Slot[]
  readonly groups: readonly Group[]
  readonly accounts: readonly AccountId[]
  /** Operators named or dismissed. */
  readonly keys: readonly Key[]
}

/** A settlement in a block. `skipped`: fills that the exchange left out, by their place in the batch, and why. */
export type Inclusion = {
  readonly block: bigint
  readonly succeeded: boolean
  readonly gasUsed: bigint
  readonly skipped: ReadonlyMap<number, PlimsollError>
}

/** `outOfGas`: more than the node gives. */
export type Estimate = { readonly gas: bigint } | { readonly error: PlimsollError } | { readonly outOfGas: true }

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
  /** What the addresses may do, session keys with what of their budget is in use at that block. */
  signers(keys: readonly Key[], at: bigint): Promise<Signer[]>
  /** Who stands behind a signature, as the exchange sees it now; asks ERC-1271 owners. */
  signer(accountId: AccountId, hash: Hex, signature: Hex): Promise<Signer>
  /** Whether the address may cancel orders of the account on the chain now. */
  mayCancel(key: Key): Promise<boolean>
  touched(from: bigint, to: bigint): Promise<Touched>
  /** Settles what can be filled when it is mined, and leaves out the rest. */
  settlement(fills: readonly Fill[]): Call
  /** Gas of settling every one of the fills at a block, or why that would revert there: the error names an order or an account. */
  rehearse(fills: readonly Fill[], at: bigint): Promise<Estimate>
  /** Transactions of the executor in blocks. */
  nonce(): Promise<number>
  balance(): Promise<bigint>
  sign(transaction: Call & Fees & { readonly nonce: number; readonly gas: bigint }): Promise<Signed>
  /** Broadcasts; a transaction that the node knows already is no error. */
  send(signed: Signed, nonce: number): Promise<void>
  inclusion(hash: Hex): Promise<Inclusion | undefined>
}
