/** Stage 6 of 6: what became of a transaction, and whether its nonce should be offered again for more. */
import type { Config } from '../config.ts'
import { type Action, resaleOf } from '../jobs.ts'
import { bumped, feeThatCosts, type GasMoney } from '../money.ts'
import { next, type Outcome, retry, skip } from '../outcome.ts'
import type { Pending } from '../pending.ts'
import type { ChainPort, Fees, Head, Receipt, Revert } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import { isTakeover } from './simulate.ts'
import { CANCEL_GAS } from './submit.ts'

export type ConfirmContext = {
  readonly chain: Pick<ChainPort, 'receipt' | 'simulate'>
  readonly config: Pick<Config, 'gas' | 'policy'>
}

export type Settled =
  | { readonly kind: 'confirmed'; readonly receipt: Receipt; readonly rewardUsd: bigint; readonly gasUsd: bigint }
  /** Somebody else was faster, or the price moved back. Not an error. */
  | { readonly kind: 'lost'; readonly receipt: Receipt; readonly revert: Revert; readonly gasUsd: bigint }
  | { readonly kind: 'reverted'; readonly receipt: Receipt; readonly revert: Revert; readonly gasUsd: bigint }
  | { readonly kind: 'cancelled'; readonly receipt: Receipt; readonly gasUsd: bigint }
  /** The nonce was used by a transaction that is not ours. */
  | { readonly kind: 'displaced' }

export type Waiting = { readonly kind: 'pending' } | Reason
export type Again =
  | { readonly kind: 'rebroadcast' }
  | { readonly kind: 'replace'; readonly fees: Fees; readonly cancel: boolean }

/** Ends of a call that mean only that the state had changed when it arrived. */
const RACES = new Set([
  'Healthy',
  'RewardTooSmall',
  'ProfitTooSmall',
  'FractionTooSmall',
  'NotConvertible',
  'NotAbsorbable',
  'NotFlagged',
  'StillUnhealthy',
  'NothingToAverage',
  'NothingToSettle',
])

export async function confirm(
  { chain, config }: ConfirmContext,
  { pending, head, nonce, money }: { pending: Pending; head: Head; nonce: number; money: GasMoney },
): Promise<Outcome<Settled, Waiting, Again>> {
  const receipts = await Promise.all(pending.hashes.map((hash) => chain.receipt(hash)))
  const index = receipts.findIndex((receipt) => receipt !== undefined && receipt.block <= head.number)
  const receipt = receipts[index]
  if (receipt) return next(await settle(chain, pending, receipt, index, money))
  if (nonce > pending.nonce) return receipts.some(Boolean) ? skip({ kind: 'pending' }) : next({ kind: 'displaced' })
  if (pending.broadcastBlock < 0n) return retry({ kind: 'rebroadcast' })
  if (head.number - pending.broadcastBlock < config.gas.replaceAfterBlocks) return skip({ kind: 'pending' })
  return replacement(config, pending, money)
}

async function settle(
  chain: Pick<ChainPort, 'simulate'>,
  pending: Pending,
  receipt: Receipt,
  index: number,
  money: GasMoney,
): Promise<Settled> {
  const gasUsd = (receipt.gasUsed * receipt.effectiveGasPrice * money.ethUsd) / 10n ** 18n
  const wasCancel = pending.cancelled && index === pending.hashes.length - 1
  if (wasCancel) return { kind: 'cancelled', receipt, gasUsd }
  if (receipt.succeeded && settlesNothing(pending, receipt)) {
    return { kind: 'lost', receipt, revert: { error: 'NothingToSettle', args: [] }, gasUsd }
  }
  if (receipt.succeeded) return { kind: 'confirmed', receipt, rewardUsd: rewardOf(pending, receipt), gasUsd }
  const revert = await revertAt(chain, pending, receipt.block)
  return { kind: RACES.has(revert.error) ? 'lost' : 'reverted', receipt, revert, gasUsd }
}

/** Somebody else has settled all of them: the contract does not mind, and does nothing. */
function settlesNothing({ job: { action } }: Pending, { events }: Receipt): boolean {
  return action.kind === 'settle' && !events.some(({ kind }) => kind === 'settled')
}

/** A receipt has no reason: the call is replayed on the state that its block left. */
async function revertAt(chain: Pick<ChainPort, 'simulate'>, { call }: Pending, block: bigint): Promise<Revert> {
  const replay = await chain.simulate(call, block)
  return replay.status === 'reverted' ? replay.revert : { error: 'unexplained', args: [] }
}

function rewardOf({ job: { action, rewardUsd }, expects }: Pending, { events }: Receipt): bigint {
  if (!('account' in action)) return 0n
  // What a resale did not sell counts as planned, the rest is cash.
  if (resaleOf(action)) return cashGained(action, events) + rewardUsd - (expects?.cash ?? 0n)
  const slice = events.find((event) => event.kind === 'sliced' && event.account === action.account)
  return slice?.kind === 'sliced' ? slice.reward : 0n
}

function cashGained(action: Action, events: Receipt['events']): bigint {
  const target = 'target' in action ? action.target : undefined
  let gained = 0n
  for (const event of events) {
    if (event.kind !== 'moved') continue
    if (event.to === target) gained += event.cash
    if (event.from === target) gained -= event.cash
  }
  return gained
}

/** 25 % more at a time, as long as the prize pays for it; then the nonce is freed by a cheap transfer to oneself. */
function replacement(
  config: ConfirmContext['config'],
  pending: Pending,
  money: GasMoney,
): Outcome<never, Waiting, Again> {
  const market = money.fees.maxFeePerGas
  const raised = bumped(pending.fees, config.gas.bumpPercent)
  const fees = market > raised.maxFeePerGas ? { ...raised, maxFeePerGas: market } : raised
  const cancelCeiling = feeThatCosts(config.gas.noPrizeUsd, CANCEL_GAS, money.ethUsd)
  const ceiling = pending.cancelled ? cancelCeiling : feeCeiling(config, pending, money)
  if (fees.maxFeePerGas <= ceiling) return retry({ kind: 'replace', fees, cancel: pending.cancelled })
  if (!pending.cancelled && fees.maxFeePerGas <= cancelCeiling) return retry({ kind: 'replace', fees, cancel: true })
  return skip({ kind: 'fee-ceiling', maxFeePerGas: fees.maxFeePerGas, ceiling })
}

/** Wei per gas that the job's prize can pay. */
function feeCeiling(
  { gas, policy }: ConfirmContext['config'],
  { job, gas: limit }: Pick<Pending, 'job' | 'gas'>,
  { ethUsd }: Pick<GasMoney, 'ethUsd'>,
): bigint {
  const prize = isTakeover(job.action) ? (job.rewardUsd * gas.prizeShare) / 10n ** 18n : gas.noPrizeUsd
  const usd = job.lane === 'reserved' && prize < policy.maxLossUsd ? policy.maxLossUsd : prize
  return feeThatCosts(usd, limit, ethUsd)
}
