/** What the keeper can do on the chain, and how each job is called. */
import {
  type AccountId,
  auctionAbi,
  clearinghouseAbi,
  encodeFill,
  encodeInstrumentId,
  encodePosition,
  encodeUnderlyingSet,
  type Fill,
  type Instrument,
  marketsAbi,
  type Position,
  resellerAbi,
  seriesAbi,
  settlementAbi,
} from '@plimsoll/sdk'
import { type Address, encodeFunctionData } from 'viem'
import type { Call, Contracts } from './ports/chain.ts'
import { strikeKey } from './strikes.ts'

/** What is taken over goes to the reseller's account, and from there to the orders of `fills`, in one call. */
export type Resale = { readonly reseller: Address; readonly fills: readonly Fill[] }

export type Action =
  | {
      readonly kind: 'liquidate'
      readonly account: AccountId
      readonly target: AccountId
      readonly fraction: bigint
      readonly resale?: Resale | undefined
    }
  | {
      readonly kind: 'convert'
      readonly account: AccountId
      readonly target: AccountId
      readonly resale?: Resale | undefined
    }
  | { readonly kind: 'flag' | 'unflag' | 'absorb'; readonly account: AccountId }
  | { readonly kind: 'touch'; readonly underlyings: readonly number[] }
  /** Computes and stores the risk arrays of strikes; `before` a takeover that would be too large with them. */
  | {
      readonly kind: 'refresh'
      readonly instruments: readonly Instrument[]
      readonly before?: AccountId | undefined
    }
  /** Walks a settlement window on; expiry 0: of the perpetual's delisting. */
  | {
      readonly kind: 'average'
      readonly underlying: number
      readonly expiry: number
      readonly hint: bigint
      readonly maxRounds: bigint
    }
  /** Ends the expired positions of `accounts`. */
  | { readonly kind: 'settle'; readonly accounts: readonly AccountId[] }
  /** Between the keeper's own accounts: `fund` gives cash to a pool account, `merge` takes everything back. */
  | {
      readonly kind: 'fund' | 'merge'
      readonly from: AccountId
      readonly to: AccountId
      readonly cash: bigint
      readonly legs: readonly Position[]
    }

type Takeover = Extract<Action, { kind: 'liquidate' | 'convert' }>

export type Job = {
  /** One job per key is on its way at a time. */
  readonly key: string
  readonly action: Action
  /** `reserved`: accounts that are insolvent, or soon will be, even at a loss. */
  readonly lane: 'normal' | 'reserved'
  /** Expected gain of the keeper at mark, before gas. USD. */
  readonly rewardUsd: bigint
  /** Expected loss that the system is spared. USD. */
  readonly sparedUsd: bigint
  /** What selling the options of a slice is expected to cost below mark. USD. */
  readonly slippageUsd?: bigint | undefined
  /** Gas beyond that of a job of this kind without dated instruments. */
  readonly sizeGas?: bigint | undefined
  /** Risk arrays that it would compute. */
  readonly coldStrikes?: number | undefined
  /** Block in which the account was first seen to need this. */
  readonly sinceBlock: bigint
}

export function keyOf(action: Action): string {
  switch (action.kind) {
    case 'touch':
      return 'touch'
    case 'fund':
    case 'merge':
      return `own:${action.kind}:${action.from}:${action.to}`
    case 'average':
      return `average:${action.underlying}:${action.expiry}`
    case 'refresh':
    case 'settle':
      return backoffKeysOf(action)[0] ?? action.kind
    default:
      return action.account
  }
}

/** What a failure holds against whom: one member of a batch may be the cause, so all are tried alone next. */
export function backoffKeysOf(action: Action): string[] {
  if (action.kind === 'refresh') return action.instruments.map((one) => refreshKey(strikeKey(one)))
  if (action.kind === 'settle') return action.accounts.map(settleKey)
  if (resaleOf(action)) return [resaleKey(keyOf(action))]
  return [keyOf(action)]
}

export function refreshKey(strike: bigint): string {
  return `refresh:${strike}`
}

export function settleKey(account: AccountId): string {
  return `settle:${account}`
}

/** A resale that failed is held against the resale: the account may still be taken over with own margin. */
export function resaleKey(account: string): string {
  return `resale:${account}`
}

export function resaleOf(action: Action): Resale | undefined {
  return 'resale' in action ? action.resale : undefined
}

/** The account that the job is about; the keeper's own for own transfers. */
export function subjectOf(action: Action): AccountId | undefined {
  if ('account' in action) return action.account
  if (action.kind === 'refresh') return action.before
  return 'from' in action ? action.from : undefined
}

/** `minReward` protects takeovers against a price that moved meanwhile. */
export function callOf(action: Action, contracts: Contracts, minReward: bigint): Call {
  const { clearinghouse, markets, auction } = contracts
  switch (action.kind) {
    case 'liquidate':
    case 'convert':
      return takeoverCallOf(action, contracts, minReward)
    case 'flag':
    case 'unflag':
    case 'absorb':
      return {
        to: auction,
        data: encodeFunctionData({ abi: auctionAbi, functionName: action.kind, args: [action.account] }),
      }
    case 'touch': {
      const args = [encodeUnderlyingSet(action.underlyings)] as const
      return { to: markets, data: encodeFunctionData({ abi: marketsAbi, functionName: 'touch', args }) }
    }
    case 'fund':
    case 'merge': {
      const args = [action.from, action.to, action.cash, action.legs.map(encodePosition)] as const
      return { to: clearinghouse, data: encodeFunctionData({ abi: clearinghouseAbi, functionName: 'transfer', args }) }
    }
    default:
      return seriesCallOf(action, contracts)
  }
}

function takeoverCallOf(action: Takeover, { auction: to }: Contracts, minReward: bigint): Call {
  const { account, target: keeper, resale } = action
  if (resale) return resaleCallOf(action, resale, minReward)
  if (action.kind === 'convert') {
    const args = [account, keeper, minReward, '0x'] as const
    return { to, data: encodeFunctionData({ abi: auctionAbi, functionName: 'convert', args }) }
  }
  const bid = { account, keeper, fraction: action.fraction, minReward, data: '0x' } as const
  return { to, data: encodeFunctionData({ abi: auctionAbi, functionName: 'liquidate', args: [bid] }) }
}

function resaleCallOf(action: Takeover, { reseller: to, fills }: Resale, minProfit: bigint): Call {
  const sold = fills.map(encodeFill)
  if (action.kind === 'convert') {
    const args = [action.account, sold, minProfit] as const
    return { to, data: encodeFunctionData({ abi: resellerAbi, functionName: 'convert', args }) }
  }
  const args = [action.account, action.fraction, sold, minProfit] as const
  return { to, data: encodeFunctionData({ abi: resellerAbi, functionName: 'liquidate', args }) }
}

function seriesCallOf(
  action: Extract<Action, { kind: 'refresh' | 'average' | 'settle' }>,
  { series, settlement }: Contracts,
): Call {
  switch (action.kind) {
    case 'refresh': {
      const underlyings = [...new Set(action.instruments.map(({ underlying }) => underlying))]
      const args = [encodeUnderlyingSet(underlyings), action.instruments.map(encodeInstrumentId)] as const
      return { to: series, data: encodeFunctionData({ abi: seriesAbi, functionName: 'touch', args }) }
    }
    case 'average': {
      const args = [action.underlying, action.expiry, action.hint, action.maxRounds] as const
      return { to: settlement, data: encodeFunctionData({ abi: settlementAbi, functionName: 'average', args }) }
    }
    case 'settle':
      return {
        to: settlement,
        data: encodeFunctionData({ abi: settlementAbi, functionName: 'settle', args: [action.accounts] }),
      }
  }
}
