/**
 * Beside the six stages, after everything that earns: who is below initial margin, and whom the ramps of the scan ranges will
 * take below maintenance margin if the market stands still. Sends nothing.
 */
import { type AccountId, type Assessment, assess as assessPortfolio, type Outlook, underlyingsOf } from '@plimsoll/sdk'
import { type Account, type Book, portfolioOf } from '../book.ts'
import type { Config } from '../config.ts'
import type { ChainPort, Head } from '../ports/chain.ts'
import { rowsOf } from '../rows.ts'
import type { Assessed, RiskView } from './assess.ts'
import { Shifts } from './filter.ts'

/** An account with maintenance but not initial margin. USD, 18 decimals. */
type MarginCall = { readonly equity: bigint; readonly initial: bigint; readonly topUp: bigint }

/** An account that a ramp will take below maintenance margin. */
type RampBreach = {
  /** Unix seconds: the earliest time of the step that does it. */
  readonly at: number
  /** Cash that prevents it through all the hours looked at. USD, 18 decimals. */
  readonly topUp: bigint
}

export type MarginView = {
  readonly calls: ReadonlyMap<AccountId, MarginCall>
  readonly breaches: ReadonlyMap<AccountId, RampBreach>
  /** How many outlooks were read in this scan. */
  readonly forecasts: number
}

export const NO_MARGIN: MarginView = { calls: new Map(), breaches: new Map(), forecasts: 0 }

/** Outlooks, each until its account changes or it is too old. */
export class Forecasts {
  readonly #known = new Map<AccountId, { readonly state: Account; readonly time: bigint; readonly outlook: Outlook }>()

  outlookOf(account: AccountId): Outlook | undefined {
    return this.#known.get(account)?.outlook
  }

  isDue(account: AccountId, state: Account, now: bigint, seconds: bigint): boolean {
    const known = this.#known.get(account)
    return known?.state !== state || now - known.time >= seconds
  }

  note(account: AccountId, state: Account, time: bigint, outlook: Outlook): void {
    this.#known.set(account, { state, time, outlook })
  }

  /** Drops all but those of `accounts`. */
  keep(accounts: ReadonlySet<AccountId>): void {
    for (const account of this.#known.keys()) if (!accounts.has(account)) this.#known.delete(account)
  }
}

type MarginInput = {
  readonly book: Book
  readonly head: Head
  readonly view: RiskView
  readonly forecasts: Forecasts
}

/** An account that is not proved to be far above. */
type Near = { readonly account: AccountId; readonly state: Account; readonly assessment: Assessment }

const NO_PRIORITY = 10n ** 18n
/** Options and offsets are no linear function of a range: such a book can need more than 1.3 times as much after the ramp. */
const NONLINEAR_MARGIN = 2n

/** @throws RpcError */
export async function observeMargin(
  { chain, config }: { readonly chain: Pick<ChainPort, 'outlook'>; readonly config: Pick<Config, 'margin'> },
  { book, head, view, forecasts }: MarginInput,
): Promise<MarginView> {
  const shifts = new Shifts(view.snapshot)
  const calls = new Map<AccountId, MarginCall>()
  const ramped: Near[] = []
  for (const assessed of view.accounts.values()) {
    const near = nearOf(assessed, book, view, shifts)
    if (!near) continue
    const { equity, initial } = near.assessment
    if (equity < initial) calls.set(near.account, { equity, initial, topUp: initial - equity })
    const reach = assessed.anchor.linear ? initial : NONLINEAR_MARGIN * initial
    if (config.margin.hours > 0 && equity < reach && isRamping(near, view)) ramped.push(near)
  }
  const read = await forecast({ chain, config }, ramped, head, forecasts)
  return { calls, breaches: breachesOf(ramped, forecasts), forecasts: read }
}

/** Exact as of the view's snapshot; undefined for those below maintenance margin and those that are certainly far above initial. */
function nearOf(
  { account, anchor, assessment }: Assessed,
  book: Book,
  view: RiskView,
  shifts: Shifts,
): Near | undefined {
  const state = book.accounts.get(account)
  if (!state || state.positions.length === 0 || shifts.provesInitial(anchor)) return undefined
  const isCurrent = anchor.snapshot === view.snapshot
  const exact = isCurrent ? assessment : assessPortfolio(portfolioOf(state), rowsOf(state, view.snapshot))
  return exact.equity < exact.maintenance ? undefined : { account, state, assessment: exact }
}

/** A range of what the account holds has not reached its target; in Portfolio mode others count no more than that. */
function isRamping({ state }: Near, { snapshot }: RiskView): boolean {
  const held = new Set(underlyingsOf(state.positions))
  return snapshot.markets.some(
    ({ underlying, scanRange, targetRange }) => held.has(underlying) && targetRange > scanRange,
  )
}

/** Reads outlooks that are missing or old, those with the least room first; returns how many. */
async function forecast(
  { chain, config }: { readonly chain: Pick<ChainPort, 'outlook'>; readonly config: Pick<Config, 'margin'> },
  ramped: readonly Near[],
  { number, timestamp }: Head,
  forecasts: Forecasts,
): Promise<number> {
  const { hours, forecastSeconds, forecastsPerScan } = config.margin
  forecasts.keep(new Set(ramped.map(({ account }) => account)))
  const due = ramped
    .filter(({ account, state }) => forecasts.isDue(account, state, timestamp, forecastSeconds))
    .sort((a, b) => (roomOf(a) < roomOf(b) ? -1 : 1))
    .slice(0, forecastsPerScan)
  const outlooks = await Promise.all(due.map(({ account }) => chain.outlook(account, hours, number)))
  for (const [index, outlook] of outlooks.entries()) {
    const near = due[index]
    if (near) forecasts.note(near.account, near.state, timestamp, outlook)
  }
  return outlooks.length
}

/** Equity per initial requirement, WAD. */
function roomOf({ assessment: { equity, initial } }: Near): bigint {
  return initial === 0n ? NO_PRIORITY : (equity * NO_PRIORITY) / initial
}

function breachesOf(ramped: readonly Near[], forecasts: Forecasts): Map<AccountId, RampBreach> {
  const breaches = new Map<AccountId, RampBreach>()
  for (const { account } of ramped) {
    const outlook = forecasts.outlookOf(account)
    if (outlook?.breachAt !== undefined) breaches.set(account, { at: outlook.breachAt, topUp: outlook.topUp })
  }
  return breaches
}
