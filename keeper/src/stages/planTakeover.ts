/** One unhealthy or over-indebted account: how much of it to take, into which account, and whether it pays. */
import { type AccountId, discountRate, type Portfolio } from '@plimsoll/sdk'
import { portfolioOf } from '../book.ts'
import type { Config } from '../config.ts'
import { type Job, keyOf } from '../jobs.ts'
import { costUsd } from '../money.ts'
import { next, type Outcome, skip } from '../outcome.ts'
import type { LiquidationState } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import { conversionTerms, liquidationTerms, merged, missingMargin, positive, type Quote, quote } from '../takeover.ts'
import type { Assessed } from './assess.ts'
import type { PlanInput } from './plan.ts'

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
  const reserved = !converts && isInsolventSoon(config, assessed)
  const patience = state && !reserved ? impatience(config, state) : undefined
  if (patience) return skip(patience)
  const fit = largestFit(given)
  if ('kind' in fit) return skip(fit)
  const gas = costUsd(input.money, input.money.gasOf(converts ? 'convert' : 'liquidate'))
  const profitUsd = fit.quote.reward - gas
  const wantedUsd = reserved ? -config.policy.maxLossUsd : config.policy.minRewardUsd
  if (profitUsd < wantedUsd) return skip({ kind: 'unprofitable', profitUsd, wantedUsd })
  return next(book(given, fit, reserved))
}

/** Two engines, one block: any difference means that the rebuilt state or the twin is wrong. */
function agrees({ assessment }: Assessed, { assessment: onChain, liquidatable }: LiquidationState): boolean {
  return liquidatable && assessment.equity === onChain.equity && assessment.maintenance === onChain.maintenance
}

function isInsolventSoon({ policy }: Config, { assessment }: Assessed): boolean {
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
  for (const fraction of fractions(config, state)) {
    const terms = state ? liquidationTerms(state, fraction) : conversionTerms(assessed.assessment)
    const offer = quote(portfolioOf(account), assessed.assessment, input.view.snapshot, terms)
    if (offer.refused) continue
    for (const [target, portfolio] of targets.portfolios) {
      const missing = missingMargin(merged(portfolio, offer.cashChange, offer.legs), input.view.snapshot)
      if (missing <= 0n) return { target, quote: offer }
      if (missingUsd === undefined || missing < missingUsd) missingUsd = missing
    }
  }
  if (missingUsd !== undefined || targets.portfolios.size === 0) {
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
function book({ assessed, targets }: TakeoverInput, { target, quote: offer }: Fit, reserved: boolean): Takeover {
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
    sinceBlock: assessed.since,
  }
  return { job, expects }
}
