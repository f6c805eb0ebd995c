/** Where every trader stands, block by block: margin calls, breaches, how long they last, what is taken. */
import {
  type AccountId,
  type Assessment,
  assess,
  BUFFER,
  decodePosition,
  type Portfolio,
  type Position,
  REASONS,
  type Snapshot,
  WAD,
} from '@plimsoll/sdk'
import type { Ledger } from './ledger.ts'
import type { BlockView } from './observer.ts'

/** From the first block with E + goodEnd < MM to the first at E >= MM or without positions. */
export type Episode = {
  account: AccountId
  breachBlock: number
  closeBlock: number | undefined
  /** Unix seconds of the two blocks. */
  breachedAt: number
  closedAt: number | undefined
  slices: number
  /** Gross value of what was taken, USD with 18 decimals. */
  taken: bigint
  /**
   * Of the account at the breach: the least fraction that restores b * MM at par, times its gross value; no more than was
   * taken when that was enough to make it healthy.
   */
  leastNeeded: bigint
}

export type Sample = { equity: bigint; maintenance: bigint; initial: bigint; breached: number; called: number }

const LIQUIDATION = REASONS.indexOf('liquidation')
/** Below this multiple of maintenance an account is assessed in every block, not only after a price. */
const WATCHED = 2n

export class Standings {
  readonly marginCalled = new Set<AccountId>()
  readonly liquidated = new Set<AccountId>()
  readonly episodes: Episode[] = []
  readonly #ledger: Ledger
  readonly #accounts: ReadonlySet<AccountId>
  readonly #open = new Map<AccountId, Episode>()
  readonly #last = new Map<AccountId, Assessment>()

  constructor(ledger: Ledger, accounts: readonly AccountId[]) {
    this.#ledger = ledger
    this.#accounts = new Set(accounts)
  }

  /** How many accounts are liquidatable now. */
  get breached(): number {
    return this.#open.size
  }

  /** Accounts that a liquidation of now would not have cleared: with positions, and less equity than b * MM. */
  uncleared(): AccountId[] {
    const isUncleared = (account: AccountId, { equity, maintenance }: Assessment) =>
      equity * WAD < maintenance * BUFFER && !this.#ledger.isEmpty(account)
    return [...this.#last].filter(([account, last]) => isUncleared(account, last)).map(([account]) => account)
  }

  /** As of the last block in which the account was looked at. */
  last(account: AccountId): Assessment | undefined {
    return this.#last.get(account)
  }

  /** `pushed`: prices moved, so everybody is assessed. Returns who fell below initial margin for the first time. */
  update(view: BlockView, changed: ReadonlySet<AccountId>, pushed: boolean): AccountId[] {
    this.#takeovers(view)
    const called: AccountId[] = []
    for (const account of this.#accounts) {
      if (!pushed && !changed.has(account) && !this.#isWatched(account)) continue
      const portfolio = this.#ledger.portfolio(account)
      const assessment = assess(portfolio, view.snapshot)
      this.#last.set(account, assessment)
      if (this.#stand(account, portfolio, assessment, view)) called.push(account)
    }
    return called
  }

  sample(): Sample {
    const all = [...this.#last.values()]
    const sum = (of: (assessment: Assessment) => bigint) => all.reduce((total, each) => total + of(each), 0n)
    return {
      equity: sum(({ equity }) => equity),
      maintenance: sum(({ maintenance }) => maintenance),
      initial: sum(({ initial }) => initial),
      breached: this.#open.size,
      called: all.filter(({ equity, initial, maintenance }) => equity < initial && equity >= maintenance).length,
    }
  }

  #isWatched(account: AccountId): boolean {
    const last = this.#last.get(account)
    return last !== undefined && last.equity < WATCHED * last.maintenance
  }

  /** True at the first margin call. */
  #stand(account: AccountId, portfolio: Portfolio, a: Assessment, view: BlockView): boolean {
    const episode = this.#open.get(account)
    if (episode && (a.equity >= a.maintenance || portfolio.positions.length === 0)) {
      episode.closeBlock = view.number
      episode.closedAt = view.timestamp
      if (episode.taken < episode.leastNeeded) episode.leastNeeded = episode.taken
      this.#open.delete(account)
    } else if (!episode && portfolio.positions.length > 0 && a.equity + a.goodEnd < a.maintenance) {
      const value = grossValue(portfolio.positions, view.snapshot)
      const leastNeeded = (value * leastFraction(a)) / WAD
      const times = { breachBlock: view.number, closeBlock: undefined, breachedAt: view.timestamp, closedAt: undefined }
      const fresh = { account, ...times, slices: 0, taken: 0n, leastNeeded }
      this.#open.set(account, fresh)
      this.episodes.push(fresh)
    }
    if (a.equity >= a.initial || a.equity < a.maintenance || this.marginCalled.has(account)) return false
    this.marginCalled.add(account)
    return true
  }

  #takeovers({ transactions, snapshot }: BlockView): void {
    for (const event of transactions.flatMap(({ events }) => events)) {
      if (event.kind !== 'moved' || event.reason !== LIQUIDATION || !this.#accounts.has(event.from)) continue
      this.liquidated.add(event.from)
      const episode = this.#open.get(event.from)
      if (!episode) continue
      episode.slices += 1
      episode.taken += grossValue(event.legs.map(decodePosition), snapshot)
    }
  }
}

/** (b * MM - E) / (b * MM), at most 1: without the rule that takes small accounts whole. */
function leastFraction({ equity, maintenance }: Assessment): bigint {
  const target = maintenance * BUFFER
  if (equity <= 0n || target === 0n) return WAD
  const missing = target - equity * WAD
  return missing <= 0n ? 0n : (missing * WAD) / target
}

/** Sum of the sizes of all positions, options at full size, USD with 18 decimals. */
export function grossValue(positions: readonly Position[], snapshot: Snapshot): bigint {
  return positions.reduce((sum, { instrument, lots }) => {
    const market = snapshot.markets.find(({ underlying }) => underlying === instrument.underlying)
    if (!market) return sum
    const { kind } = instrument
    const price = kind === 'perpetual' ? market.perpetualMark : market.spot
    const unit = (kind === 'spot' ? market.tokenUnit : market.lotUnit) * price
    const size = lots < 0n ? -lots : lots
    return sum + (size * unit) / WAD
  }, 0n)
}
