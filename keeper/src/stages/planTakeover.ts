/** One unhealthy or over-indebted account: how much of it to take, into which account, and whether it pays. */
import { type AccountId, type Assessment, discountRate, isDated, type Portfolio, type Position } from '@plimsoll/sdk'
import { portfolioOf } from '../book.ts'
import type { Config } from '../config.ts'
import { type Job, keyOf } from '../jobs.ts'
import { costUsd, takeoverSizeGas } from '../money.ts'
import { next, type Outcome, skip } from '../outcome.ts'
import type { LiquidationState } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import { strikeKey } from '../strikes.ts'
import {
  conversionTerms,
  fits,
  liquidationTerms,
  merged,
  missingMargin,
  positive,
  type Quote,
  quote,
  slippageOf,
} from '../takeover.ts'
import type { Assessed } from './assess.ts'
import type { PlanInput } from './plan.ts'
import { coldOf } from './refresh.ts'

const WAD = 10n ** 18n
/** Halvings between the wanted and the least fraction before the least one is tried. */
const FRACTION_STEPS = 4

/** Accounts that slices may go to: `main` takes several at once, every other one. Plans are booked into it. */
export type Targets = { readonly main: AccountId; readonly portfolios: Map<AccountId, Portfolio> }

/** What is on its way to `target` takes room there; an account of the pool has none left. */
export function bookInto({ main, portfolios }: Targets, target: AccountId, expects: Portfolio | undefined): void {
  const portfolio = portfolios.get(target)
  if (target !== main) portfolios.delete(target)
  else if (portfolio && expects) portfolios.set(target, merged(portfolio, expects.cash, expects.positions))
}

export type TakeoverInput = {
  readonly config: Config
  readonly input: PlanInput
  readonly assessed: Assessed
  readonly state: LiquidationState | undefined
  readonly targets: Targets
}

type Fit = { readonly target: AccountId; readonly quote: Quote }
export type Takeover = { readonly job: Job; readonly expects: Portfolio }

export function planTakeover(given: TakeoverInput): Outcome<Takeover, Reason> & { status: 'next' | 'skip' } {
  const { config, input, assessed, state } = given
  const converts = assessed.standing === 'convertible'
  if (converts && !config.policy.convert) return skip({ kind: 'switched-off', job: 'convert' })
  if (!converts && (!state || !agrees(assessed, state)))
    return skip({ kind: 'chain-disagrees', block: input.head.number })
  const reserved = !converts && isInsolventSoon(config, assessed.assessment)
  const patience = state && !reserved ? impatience(config, state) : undefined
  if (patience) return skip(patience)
  const fit = largestFit(given)
  if ('kind' in fit) return skip(fit)
  const size = sizeOf(input, assessed.account, fit)
  const gas = input.money.gasOf(converts ? 'convert' : 'liquidate') + size.gas
  const slippageUsd = slippageOf(fit.quote.legs, input.view.snapshot, config.policy)
  const profitUsd = fit.quote.reward - slippageUsd - costUsd(input.money, gas)
  const wantedUsd = reserved ? -config.policy.maxLossUsd : config.policy.minRewardUsd
  if (profitUsd < wantedUsd) return skip({ kind: 'unprofitable', profitUsd, wantedUsd })
  const cold = tooCold(config, input, { account: assessed.account, gas, strikes: size.cold })
  if (cold) return skip(cold)
  return next(book(given, fit, { reserved, slippageUsd, size }))
}

type Size = { readonly gas: bigint; readonly cold: number }

/** What the strikes of both accounts add to the gas: all of them are read, and the cold ones computed. */
function sizeOf(input: PlanInput, account: AccountId, { target, quote: { legs } }: Fit): Size {
  const positions = [account, target].flatMap((id) => input.book.accounts.get(id)?.positions ?? [])
  return positionsSize(input, positions, legs.length)
}

/** The same for a call that moves `legs` positions, or none. */
export function positionsSize(input: PlanInput, positions: readonly Position[], legs: number): Size {
  const strikes = new Set(
    positions.filter(({ instrument }) => isDated(instrument)).map((one) => strikeKey(one.instrument)),
  )
  const cold = coldOf(input, positions).length
  return { gas: takeoverSizeGas({ legs, strikes: strikes.size, cold }), cold }
}

/** The reason to store arrays first: more gas than wanted is expected or was estimated, and some of it is theirs. */
export function tooCold(
  { services }: Config,
  { tooLarge }: PlanInput,
  { account, gas, strikes }: { readonly account: AccountId; readonly gas: bigint; readonly strikes: number },
): Reason | undefined {
  const limit = services.takeoverGas
  if (strikes === 0 || (gas <= limit && !tooLarge.has(account))) return undefined
  return { kind: 'cold-arrays', strikes, gas, limit }
}

/** Two engines, one block: any difference means that the rebuilt state or the twin is wrong. */
function agrees({ assessment }: Assessed, { assessment: onChain, liquidatable }: LiquidationState): boolean {
  return liquidatable && assessment.equity === onChain.equity && assessment.maintenance === onChain.maintenance
}

export function isInsolventSoon({ policy }: Config, assessment: Assessment): boolean {
  return assessment.equity * WAD < policy.insolventRatio * assessment.maintenance || assessment.equity < 0n
}

/** The reason to wait: a better discount is coming, wanted, and not overdue. */
function impatience({ policy }: Config, { discount, elapsed }: LiquidationState): Reason | undefined {
  const capped = discount < discountRate(elapsed) // by E/MM: waiting earns nothing
  if (discount >= policy.minDiscount || elapsed >= policy.patienceSeconds || capped) return undefined
  return { kind: 'waiting', discount, wanted: policy.minDiscount, elapsed }
}

/** The largest wanted slice that one of the keeper's accounts can carry at b * MM. */
function largestFit({ config, input, assessed, state, targets }: TakeoverInput): Fit | Reason {
  const account = input.book.accounts.get(assessed.account)
  if (!account) return { kind: 'chain-disagrees', block: input.head.number }
  let missingUsd: bigint | undefined
  let quoted = false
  for (const fraction of fractions(config, state)) {
    const terms = state ? liquidationTerms(state, fraction) : conversionTerms(assessed.assessment)
    const offer = quote(portfolioOf(account), assessed.assessment, input.view.snapshot, terms)
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

function fractions({ policy }: Config, state: LiquidationState | undefined): bigint[] {
  if (!state) return [WAD] // the auction fixes a conversion's
  const { minFraction: least, maxFraction: most } = state
  const wanted = least + ((most - least) * policy.sliceSize) / WAD
  const steps = [wanted]
  for (let step = 0; step < FRACTION_STEPS; step++) steps.push(((steps.at(-1) ?? least) + least) / 2n)
  return [...new Set([...steps, least])]
}

/** The job; its slice is booked into the target, so that the next one knows what is left. */
function book(
  { assessed, targets }: TakeoverInput,
  { target, quote: offer }: Fit,
  { reserved, slippageUsd, size }: { readonly reserved: boolean; readonly slippageUsd: bigint; readonly size: Size },
): Takeover {
  const { account, assessment, standing } = assessed
  const expects: Portfolio = { mode: 'cross', cash: offer.cashChange, positions: offer.legs }
  bookInto(targets, target, expects)
  const action =
    standing === 'convertible'
      ? ({ kind: 'convert', account, target } as const)
      : ({ kind: 'liquidate', account, target, fraction: offer.fraction } as const)
  const shortfall = positive(assessment.maintenance - assessment.equity)
  const job: Job = {
    key: keyOf(action),
    action,
    lane: reserved ? 'reserved' : 'normal',
    rewardUsd: offer.reward,
    sparedUsd: standing === 'convertible' ? 0n : (shortfall * offer.fraction) / WAD,
    slippageUsd,
    sizeGas: size.gas,
    coldStrikes: size.cold,
    sinceBlock: assessed.since,
  }
  return { job, expects }
}
