/** What the keeper can do on the chain, and how each job is called. */
import {
  type AccountId,
  auctionAbi,
  clearinghouseAbi,
  encodePosition,
  encodeUnderlyingSet,
  marketsAbi,
  type Position,
} from '@plimsoll/sdk'
import { encodeFunctionData } from 'viem'
import type { Call } from './ports/chain.ts'
import type { Contracts } from './ports/viemChain.ts'

export type Action =
  | { readonly kind: 'liquidate'; readonly account: AccountId; readonly target: AccountId; readonly fraction: bigint }
  | { readonly kind: 'convert'; readonly account: AccountId; readonly target: AccountId }
  | { readonly kind: 'flag' | 'unflag' | 'absorb'; readonly account: AccountId }
  | { readonly kind: 'touch'; readonly underlyings: readonly number[] }
  /** Between the keeper's own accounts: `fund` gives cash to a pool account, `merge` takes everything back. */
  | {
      readonly kind: 'fund' | 'merge'
      readonly from: AccountId
      readonly to: AccountId
      readonly cash: bigint
      readonly legs: readonly Position[]
    }

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
  /** Block in which the account was first seen to need this. */
  readonly sinceBlock: bigint
}

export function keyOf(action: Action): string {
  if ('account' in action) return action.account
  return action.kind === 'touch' ? 'touch' : `own:${action.kind}:${action.from}:${action.to}`
}

/** The account that the job is about; the keeper's own for own transfers. */
export function subjectOf(action: Action): AccountId | undefined {
  if ('account' in action) return action.account
  return action.kind === 'touch' ? undefined : action.from
}

/** `minReward` protects takeovers against a price that moved meanwhile. */
export function callOf(action: Action, { clearinghouse, markets, auction }: Contracts, minReward: bigint): Call {
  switch (action.kind) {
    case 'liquidate': {
      const { account, target: keeper, fraction } = action
      const bid = { account, keeper, fraction, minReward, data: '0x' } as const
      return { to: auction, data: encodeFunctionData({ abi: auctionAbi, functionName: 'liquidate', args: [bid] }) }
    }
    case 'convert': {
      const args = [action.account, action.target, minReward, '0x'] as const
      return { to: auction, data: encodeFunctionData({ abi: auctionAbi, functionName: 'convert', args }) }
    }
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
  }
}
