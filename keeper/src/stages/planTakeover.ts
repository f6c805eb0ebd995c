/** One unhealthy or over-indebted account: how much of it to take, into which account, and whether it pays. */
import { type AccountId, discountRate, type Portfolio } from '@plimsoll/sdk'
import type { Config } from '../config.ts'
import type { Job } from '../jobs.ts'
import { costUsd, leastGain } from '../money.ts'
import { next, skip } from '../outcome.ts'
import type { LiquidationState } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import { fits, merged, missingMargin, type Quote, slippageOf } from '../takeover.ts'
import type { Assessed } from './assess.ts'
import type { PlanInput } from './plan.ts'
import { planResale } from './planResale.ts'
import {
  bookInto,
  fractions,
  isInsolventSoon,
  kindOf,
  type Planned,
  positionsSize,
  quotesOf,
  type Size,
  type SliceInput,
  type TakeoverInput,
  takeoverJob,
  tooCold,
} from './slice.ts'

type Fit = { readonly target: AccountId; readonly quote: Quote }

export function planTakeover(given: TakeoverInput): Planned {
  const { config, input, assessed, state } = given
  const converts = assessed.standing === 'convertible'
  if (converts && !config.policy.convert) return skip({ kind: 'switched-off', job: 'convert' })
  if (!converts && (!state || !agrees(assessed, state)))
    return skip({ kind: 'chain-disagrees', block: input.head.number })
  const lane = !converts && isInsolventSoon(config, assessed.assessment) ? 'reserved' : 'normal'
  const patience = state && lane === 'normal' ? impatience(config, state) : undefined
  if (patience) return skip(patience)
  const account = input.book.accounts.get(assessed.account)
  if (!account) return skip({ kind: 'chain-disagrees', block: input.head.number })
  const slice = { ...given, quoteOf: quotesOf(given, account) }
  const resold = planResale(slice, lane)
  if (resold?.status === 'next') return resold
  const own = planOwnMargin(slice, lane)
  // Without margin of its own, what came of the resale is the reason.
  return resold && own.status === 'skip' && own.reason.kind === 'keeper-capacity' ? resold : own
}

/** Into an account of the keeper, which keeps it. */
function planOwnMargin(given: SliceInput, lane: Job['lane']): Planned {
  const { config, input, assessed } = given
  const fit = largestFit(given)
  if ('kind' in fit) return skip(fit)
  const size = sizeOf(input, assessed.account, fit)
  const gas = input.money.gasOf(kindOf(assessed)) + size.gas
  const slippageUsd = slippageOf(fit.quote.legs, input.view.snapshot, config.policy)
  const profitUsd = fit.quote.reward - slippageUsd - costUsd(input.money, gas)
  const wantedUsd = leastGain(config, lane, 'kept')
  if (profitUsd < wantedUsd) return skip({ kind: 'unprofitable', profitUsd, wantedUsd })
  const cold = tooCold(config, input, { account: assessed.account, gas, strikes: size.cold })
  if (cold) return skip(cold)
  const { cashChange: cash, legs: positions, reward: rewardUsd, fraction } = fit.quote
  const expects: Portfolio = { mode: 'cross', cash, positions }
  bookInto(given.targets, fit.target, expects)
  const prospect = { target: fit.target, fraction, rewardUsd, slippageUsd, size }
  return next({ job: takeoverJob(assessed, prospect, lane), expects })
}

/** What the strikes of both accounts add to the gas: all of them are read, and the cold ones computed. */
function sizeOf(input: PlanInput, account: AccountId, { target, quote: { legs } }: Fit): Size {
  const positions = [account, target].flatMap((id) => input.book.accounts.get(id)?.positions ?? [])
  return positionsSize(input, positions, legs.length)
}

/** Two engines, one block: any difference means that the rebuilt state or the twin is wrong. */
function agrees({ assessment }: Assessed, { assessment: onChain, liquidatable }: LiquidationState): boolean {
  return liquidatable && assessment.equity === onChain.equity && assessment.maintenance === onChain.maintenance
}

/** The reason to wait: a better discount is coming, wanted, and not overdue. */
function impatience({ policy }: Config, { discount, elapsed }: LiquidationState): Reason | undefined {
  const capped = discount < discountRate(elapsed) // by E/MM: waiting earns nothing
  if (discount >= policy.minDiscount || elapsed >= policy.patienceSeconds || capped) return undefined
  return { kind: 'waiting', discount, wanted: policy.minDiscount, elapsed }
}

/** The largest wanted slice that one of the keeper's accounts can carry at b * MM. */
function largestFit({ config, input, state, targets, quoteOf }: SliceInput): Fit | Reason {
  let missingUsd: bigint | undefined
  let quoted = false
  for (const fraction of fractions(config, state)) {
    const offer = quoteOf(fraction)
    if (offer.refused) continue
    quoted = true
    for (const [target, portfolio] of targets.portfolios) {
      const after = merged(portfolio, offer.cashChange, offer.legs)
      if (!fits(portfolio, after)) continue
      const missing = missingMargin(after, input.view.snapshot)
      if (missing <= 0n) return { target, quote: offer }
      if (missingUsd === undefined || missing < missingUsd) missingUsd = missing
    }
  }
  if (missingUsd !== undefined || targets.portfolios.size === 0 || quoted) {
    return { kind: 'keeper-capacity', missingUsd: missingUsd ?? 0n }
  }
  return { kind: 'reverts', revert: { error: 'SliceTooSmall', args: [] } }
}
