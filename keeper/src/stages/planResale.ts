/** A takeover that is sold on in the same call: what the resting orders take of it, and whether that pays. */
import { assess, encodeInstrumentId, type Portfolio, type Position, type Snapshot, type Symbols } from '@plimsoll/sdk'
import type { Book } from '../book.ts'
import type { Config } from '../config.ts'
import { type Job, resaleKey, resaleOf } from '../jobs.ts'
import { costUsd, leastGain, resaleGas } from '../money.ts'
import type { OrderReader } from '../orderReader.ts'
import { next, skip } from '../outcome.ts'
import type { ChainPort } from '../ports/chain.ts'
import type { Wanted } from '../ports/matcher.ts'
import type { Reason } from '../reasons.ts'
import { ResaleBook, type Sale } from '../resale.ts'
import { rowsOf } from '../rows.ts'
import { fits, merged, missingMargin, slippageOf } from '../takeover.ts'
import type { Assessed } from './assess.ts'
import type { PlanInput } from './plan.ts'
import {
  fractions,
  kindOf,
  type OpenedResale,
  type Planned,
  type Prospect,
  positionsSize,
  type SliceInput,
  type TakeoverInput,
  takeoverJob,
  tooCold,
} from './slice.ts'

type ResaleContext = {
  readonly chain: Pick<ChainPort, 'orderEpoch'>
  readonly config: Pick<Config, 'resale'>
  readonly orders?: OrderReader | undefined
}

/** Resting orders that slices of `accounts`, and what the reseller's account still has, could be sold to. */
export async function openResale(
  { config, orders, chain }: ResaleContext,
  { book, busy, head, view }: PlanInput,
  accounts: readonly Assessed[],
): Promise<OpenedResale | undefined> {
  const { resale: settings } = config
  const needy = accounts.filter(({ standing }) => standing === 'liquidatable' || standing === 'convertible')
  if (!settings || !orders || needy.length === 0) return undefined
  const ids = [settings.account, ...needy.map(({ account }) => account)]
  const held = ids.flatMap((id) => book.accounts.get(id)?.positions ?? [])
  const [found, epoch] = await Promise.all([
    orders.read(wantedFor(held), symbolsOf(book), head),
    chain.orderEpoch(settings.account, head.number),
  ])
  if (found.status === 'skip') return found
  const resale = new ResaleBook({ settings, orders: found.value, book, snapshot: view.snapshot, head, epoch })
  for (const { job, expects } of busy.values()) {
    const onItsWay = resaleOf(job.action)
    if (onItsWay && expects) {
      resale.take(onItsWay.fills, merged(resale.portfolio, expects.cash, expects.positions))
    }
  }
  return next({ book: resale, reseller: settings.reseller })
}

/** The sides of the books, each once, with the largest position: what is long is sold to buyers. */
function wantedFor(positions: readonly Position[]): Wanted[] {
  const wanted = new Map<string, Wanted>()
  for (const { instrument, lots } of positions) {
    const [side, size] = lots > 0n ? (['buy', lots] as const) : (['sell', -lots] as const)
    const key = `${side} ${encodeInstrumentId(instrument)}`
    const largest = wanted.get(key)?.lots ?? 0n
    wanted.set(key, { instrument, side, lots: size > largest ? size : largest })
  }
  return [...wanted.values()]
}

function symbolsOf({ symbols }: Book): Symbols {
  return Array.from({ length: Math.max(0, ...symbols.keys()) }, (_, index) => symbols.get(index + 1) ?? '')
}

/** Undefined: the keeper does not resell. */
export function planResale(given: SliceInput, lane: Job['lane']): Planned | undefined {
  const { config, input, assessed, resale } = given
  if (!resale || resale.status === 'skip') return resale
  const { book, reseller } = resale.value
  const backoff = input.backoffs.get(resaleKey(assessed.account))
  // A block longer than others wait, so that own margin has its turn.
  if (backoff && input.head.number <= backoff.until) return skip({ kind: 'backing-off', ...backoff })
  const wantedUsd = leastGain(config, lane, 'sold')
  const found = largestSale(given, book, wantedUsd)
  if ('kind' in found) return skip(found)
  const { prospect, sale, gas } = found
  const { size } = prospect
  const cold = tooCold(config, input, { account: assessed.account, gas, strikes: size.cold })
  if (cold) return skip(cold)
  const expects = difference(sale.portfolio, book.portfolio)
  book.take(sale.fills, sale.portfolio)
  const resold = { reseller, fills: sale.fills }
  return next({ job: takeoverJob(assessed, { ...prospect, resale: resold }, lane), expects })
}

type Found = { readonly prospect: Prospect; readonly sale: Sale; readonly gas: bigint }

/** The largest fraction that sells for at least `wantedUsd` after gas, and whose rest the reseller's account can carry. */
function largestSale(given: SliceInput, resale: ResaleBook, wantedUsd: bigint): Found | Reason {
  const { config, input, assessed, state } = given
  const { snapshot } = input.view
  let reason: Reason = { kind: 'reverts', revert: { error: 'SliceTooSmall', args: [] } }
  for (const fraction of fractions(config, state)) {
    const offer = given.quoteOf(fraction)
    const start = merged(resale.portfolio, offer.cashChange, offer.legs)
    if (offer.refused || !fits(resale.portfolio, start)) continue
    const sale = resale.sell(start, assessed.account)
    const missingUsd = missingMargin(sale.portfolio, snapshot)
    if (sale.fills.length === 0 || missingUsd > 0n) {
      reason = { kind: 'unsold', missingUsd }
      continue
    }
    const found = prospectOf(given, resale, { fraction: offer.fraction, sale, legs: offer.legs })
    const { rewardUsd, slippageUsd } = found.prospect
    const profitUsd = rewardUsd - slippageUsd - costUsd(input.money, found.gas)
    if (profitUsd >= wantedUsd) return found
    reason = { kind: 'unprofitable', profitUsd, wantedUsd }
  }
  return reason
}

function prospectOf(
  { config, input, assessed }: TakeoverInput,
  { portfolio, target }: ResaleBook,
  { fraction, sale, legs }: { readonly fraction: bigint; readonly sale: Sale; readonly legs: readonly Position[] },
): Found {
  const { snapshot } = input.view
  const traders = [assessed.account, target, ...sale.fills.map(({ maker }) => maker.accountId)]
  const positions = [...new Set(traders)].flatMap((id) => input.book.accounts.get(id)?.positions ?? [])
  const { gas, cold } = positionsSize(input, positions, legs.length)
  const size = { gas: gas + resaleGas(sale.fills.length), cold }
  const rewardUsd = equityOf(sale.portfolio, snapshot) - equityOf(portfolio, snapshot)
  const slippageUsd = slippageOf(sale.portfolio.positions, snapshot, config.policy)
  return {
    prospect: { target, fraction, rewardUsd, slippageUsd, size },
    sale,
    gas: input.money.gasOf(kindOf(assessed)) + size.gas,
  }
}

function equityOf(portfolio: Portfolio, snapshot: Snapshot): bigint {
  return assess(portfolio, rowsOf(portfolio, snapshot)).equity
}

/** What has to be added to `before` for it to become `after`. */
function difference(after: Portfolio, before: Portfolio): Portfolio {
  const opposite = before.positions.map(({ instrument, lots }) => ({ instrument, lots: -lots }))
  return merged(after, -before.cash, opposite)
}
