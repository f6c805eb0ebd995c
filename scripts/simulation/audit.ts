/** Conservation, checked against the chain in every block, INV-6 for every owner action, and INV-12 for every account in a tail mode. */
import {
  type AccountId,
  assess,
  CUSTODY,
  compartment,
  decodeInstrumentId,
  decodeMode,
  encodePosition,
  FEES,
  HOLE,
  isSystemAccount,
  type Mode,
  QUEUE,
  type Snapshot,
} from '@plimsoll/sdk'
import { Ledger } from './ledger.ts'
import type { BlockView, Observer, Totals, Transaction } from './observer.ts'

/** Reasons with which owners move: deposit, withdrawal, trade, transfer, queued withdrawal. */
const OWNER_REASONS = new Set([0, 1, 2, 5, 12])

const TAIL_MODES: ReadonlySet<Mode> = new Set<Mode>(['riskNeutral', 'quantitative'])

export type Violation = { invariant: keyof InvariantResults; block: number; detail: string }
/** True: held in every check. `inv12`: only where there was any. */
export type InvariantResults = { inv1: boolean; inv2: boolean; inv3: boolean; inv6: boolean; inv12?: boolean }

export class Audit {
  readonly ledger = new Ledger()
  readonly violations: Violation[] = []
  /** Blocks whose sums were read from the chain, owner actions whose equity was compared, requirements of tail modes. */
  checkedBlocks = 0
  checkedActions = 0
  checkedModes = 0
  leastRatio = 10n ** 18n
  readonly #observer: Observer
  readonly #system: readonly AccountId[]

  /** `clearing`: accounts of series against which expired positions are settled. */
  constructor(observer: Observer, underlyings: readonly number[], clearing: readonly AccountId[] = []) {
    this.#observer = observer
    this.#system = [CUSTODY, FEES, HOLE, QUEUE, compartment(0), ...underlyings.map(compartment), ...clearing]
  }

  results(): InvariantResults {
    const holds = (name: keyof InvariantResults) => !this.violations.some(({ invariant }) => invariant === name)
    const always = { inv1: holds('inv1'), inv2: holds('inv2'), inv3: holds('inv3'), inv6: holds('inv6') }
    return this.checkedModes === 0 ? always : { ...always, inv12: holds('inv12') }
  }

  /** Applies a block and checks it; returns the accounts it changed. */
  async block(view: BlockView): Promise<Set<AccountId>> {
    const changed = new Set<AccountId>()
    for (const transaction of view.transactions) {
      for (const account of this.#transaction(transaction, view)) changed.add(account)
    }
    this.#floors(view)
    const accounts = [...new Set([...this.#system, ...this.ledger.accounts()])]
    this.#totals(await this.#observer.totals(accounts, view.number), view.number)
    return changed
  }

  /** Every account rebuilt from events against the contract's own. */
  async compare(block: number): Promise<void> {
    const accounts = this.ledger.accounts()
    const onChain = await this.#observer.portfolios(accounts)
    for (const [i, account] of accounts.entries()) {
      const { mode, cash, positions } = this.ledger.portfolio(account)
      const rebuilt = [mode, cash, ...positions.map(encodePosition).sort(ascending)].join()
      const actual = onChain[i]
      const read = actual && [decodeMode(actual.mode), actual.cash, ...[...actual.positions].sort(ascending)].join()
      if (read !== rebuilt) this.#violated('inv1', block, `events give ${account} ${rebuilt}, the contract ${read}`)
    }
  }

  #transaction({ events, succeeded }: Transaction, { snapshot, number }: BlockView): Set<AccountId> {
    const moves = events.filter((event) => event.kind === 'moved')
    const byOwner = succeeded && moves.some(({ reason }) => OWNER_REASONS.has(reason))
    const accounts = new Set(moves.flatMap(({ from, to }) => [from, to]))
    const owners = byOwner ? [...accounts].filter((account) => !isSystemAccount(account)) : []
    const before = owners.map((account) => this.#equity(account, snapshot))
    for (const event of events) {
      if (event.kind === 'moved') this.ledger.apply(event)
      if (event.kind === 'mode') this.ledger.setMode(event.account, decodeMode(event.mode))
    }
    for (const [i, account] of owners.entries()) {
      this.checkedActions += 1
      const after = this.#equity(account, snapshot)
      if (after < 0n && (before[i] ?? 0n) >= 0n) {
        this.#violated('inv6', number, `an owner action took ${account} from ${before[i]} to ${after}`)
      }
    }
    return accounts
  }

  /** INV-12: a tail mode asks for no less than 0.7 of what Portfolio would, and for no more. */
  #floors({ snapshot, number }: BlockView): void {
    for (const account of this.ledger.accounts()) {
      const portfolio = this.ledger.portfolio(account)
      if (!TAIL_MODES.has(portfolio.mode) || portfolio.positions.length === 0) continue
      const own = assess(portfolio, snapshot)
      const whole = assess({ ...portfolio, mode: 'portfolio' }, snapshot)
      for (const level of ['maintenance', 'initial'] as const) {
        this.checkedModes += 1
        const [actual, most] = [own[level], whole[level]]
        // The ceiling of initial margin may be a wei off.
        if (actual <= most && 10n * (actual + 1n) >= 7n * most) continue
        this.#violated('inv12', number, `${level} of ${account} is ${actual}, in Portfolio ${most}`)
      }
    }
  }

  #equity(account: AccountId, snapshot: Snapshot): bigint {
    return assess(this.ledger.portfolio(account), snapshot).equity
  }

  #totals({ cash, lots, unknownPositions, owed, held, ratio }: Totals, block: number): void {
    this.checkedBlocks += 1
    if (ratio < this.leastRatio) this.leastRatio = ratio
    if (cash !== 0n) this.#violated('inv1', block, `cash sums to ${cash}`)
    if (unknownPositions !== 0n) this.#violated('inv2', block, `${unknownPositions} positions of unknown instruments`)
    for (const [id, sum] of lots) {
      if (sum === 0n) continue
      const { kind, underlying, expiry, strike } = decodeInstrumentId(id)
      const name = [underlying, kind, expiry, strike].join(' ')
      this.#violated(kind === 'spot' ? 'inv3' : 'inv2', block, `lots of ${name} sum to ${sum}`)
    }
    owed.forEach((amount, asset) => {
      const has = held[asset] ?? 0n
      if (amount > has)
        this.#violated(asset === 0 ? 'inv1' : 'inv3', block, `asset ${asset}: owes ${amount}, holds ${has}`)
    })
  }

  #violated(invariant: Violation['invariant'], block: number, detail: string): void {
    this.violations.push({ invariant, block, detail })
  }
}

function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
