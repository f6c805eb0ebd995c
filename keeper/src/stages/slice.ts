/** What all takeovers have in common: where they go, how much is tried, what their size costs, and the job that comes of it. */
import { type AccountId, type Assessment, isDated, type Portfolio, type Position } from '@plimsoll/sdk'
import type { Address } from 'viem'
import { type Account, portfolioOf } from '../book.ts'
import type { Config } from '../config.ts'
import { type Job, keyOf, type Resale } from '../jobs.ts'
import { takeoverSizeGas } from '../money.ts'
import type { Outcome } from '../outcome.ts'
import type { LiquidationState } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import type { ResaleBook } from '../resale.ts'
import { strikeKey } from '../strikes.ts'
import { conversionTerms, liquidationTerms, merged, positive, type Quote, quote } from '../takeover.ts'
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
  /** Absent: the keeper keeps what it takes over. */
  readonly resale: OpenedResale | undefined
}

/** Orders to sell to and the contract that does, or why there are none. */
export type OpenedResale = Outcome<{ readonly book: ResaleBook; readonly reseller: Address }, Reason> & {
  status: 'next' | 'skip'
}

/** With the quote of each share of the account, computed once: a resale and own margin try the same ones. */
export type SliceInput = TakeoverInput & { readonly quoteOf: (fraction: bigint) => Quote }

type Takeover = { readonly job: Job; readonly expects: Portfolio }
export type Planned = Outcome<Takeover, Reason> & { status: 'next' | 'skip' }

export function kindOf({ standing }: Assessed): 'convert' | 'liquidate' {
  return standing === 'convertible' ? 'convert' : 'liquidate'
}

export function quotesOf({ input, state, assessed }: TakeoverInput, account: Account): SliceInput['quoteOf'] {
  const { assessment } = assessed
  const portfolio = portfolioOf(account)
  const known = new Map<bigint, Quote>()
  return (fraction) => {
    const found = known.get(fraction)
    if (found) return found
    const terms = state ? liquidationTerms(state, fraction) : conversionTerms(assessment)
    const asked = quote(portfolio, assessment, input.view.snapshot, terms)
    known.set(fraction, asked)
    return asked
  }
}

/** Shares of an account to try, the wanted one first. */
export function fractions({ policy }: Config, state: LiquidationState | undefined): bigint[] {
  if (!state) return [WAD] // the auction fixes a conversion's
  const { minFraction: least, maxFraction: most } = state
  const wanted = least + ((most - least) * policy.sliceSize) / WAD
  const steps = [wanted]
  for (let step = 0; step < FRACTION_STEPS; step++) steps.push(((steps.at(-1) ?? least) + least) / 2n)
  return [...new Set([...steps, least])]
}

export function isInsolventSoon({ policy }: Config, assessment: Assessment): boolean {
  return assessment.equity * WAD < policy.insolventRatio * assessment.maintenance || assessment.equity < 0n
}

export type Size = { readonly gas: bigint; readonly cold: number }

/** What the strikes of `positions` add to the gas of a call that reads them and moves `legs` of them: cold ones are computed. */
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

export type Prospect = {
  readonly target: AccountId
  readonly fraction: bigint
  readonly rewardUsd: bigint
  readonly slippageUsd: bigint
  readonly size: Size
  readonly resale?: Resale | undefined
}

export function takeoverJob(assessed: Assessed, prospect: Prospect, lane: Job['lane']): Job {
  const { account, assessment } = assessed
  const { target, fraction, rewardUsd, slippageUsd, size, resale } = prospect
  const kind = kindOf(assessed)
  const common = { account, target, resale }
  const action = kind === 'convert' ? { kind, ...common } : { kind, ...common, fraction }
  const shortfall = positive(assessment.maintenance - assessment.equity)
  return {
    key: keyOf(action),
    action,
    lane,
    rewardUsd,
    sparedUsd: kind === 'convert' ? 0n : (shortfall * fraction) / WAD,
    slippageUsd,
    sizeGas: size.gas,
    coldStrikes: size.cold,
    sinceBlock: assessed.since,
  }
}
