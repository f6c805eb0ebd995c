/** All accounts, rebuilt from events, with enough history to take blocks back. */
import {
  type AccountId,
  decodePosition,
  encodeInstrumentId,
  type Instrument,
  isSameInstrument,
  isSystemAccount,
  type Mode,
  type Portfolio,
  type Position,
} from '@plimsoll/sdk'
import type { BlockId, EventBlock, ProtocolEvent } from './events.ts'

export type Account = {
  readonly mode: Mode
  readonly cash: bigint
  readonly positions: readonly Position[]
  readonly flagged: boolean
  /** Below initial margin after a takeover: until it has it, it may only reduce. */
  readonly reduceOnly: boolean
  /** What the account is expected to lose, USD. */
  readonly memo: bigint
}

/** What one block changed, as it was before. */
type Checkpoint = BlockId & {
  readonly accounts: Map<AccountId, Account | undefined>
  readonly totalMemos: bigint
  readonly observedAt: ReadonlyMap<number, bigint>
  readonly symbols: ReadonlyMap<number, string>
}

export type SavedBook = {
  readonly tip: BlockId
  readonly totalMemos: bigint
  readonly symbols: readonly (readonly [number, string])[]
  readonly observedAt: readonly (readonly [number, bigint])[]
  readonly accounts: readonly (readonly [AccountId, Account])[]
}

/** A derivative that users hold. */
export type OpenInstrument = { readonly instrument: Instrument; readonly holders: ReadonlySet<AccountId> }

const EMPTY: Account = { mode: 'cross', cash: 0n, positions: [], flagged: false, reduceOnly: false, memo: 0n }
const HISTORY_BLOCKS = 256

export function portfolioOf({ mode, cash, positions }: Account): Portfolio {
  return { mode, cash, positions }
}

function moved(account: Account, cash: bigint, legs: readonly Position[], sign: 1n | -1n): Account {
  let positions = account.positions
  for (const leg of legs) {
    const held = positions.find(({ instrument }) => isSameInstrument(instrument, leg.instrument))
    const lots = (held?.lots ?? 0n) + sign * leg.lots
    const others = positions.filter((position) => position !== held)
    positions = lots === 0n ? others : [...others, { ...leg, lots }]
  }
  return { ...account, cash: account.cash + sign * cash, positions }
}

/** Clearing accounts of series: the contracts keep no list of what they hold, and nothing measures them. */
function isClearing(id: AccountId): boolean {
  return BigInt(id) >> 95n === 1n
}

export class Book {
  readonly accounts = new Map<AccountId, Account>()
  totalMemos = 0n
  /** Listed underlyings and their symbols. */
  symbols: ReadonlyMap<number, string> = new Map()
  /** Block of the last stored observation of each underlying. */
  observedAt: ReadonlyMap<number, bigint> = new Map()
  readonly #holders = new Map<number, Set<AccountId>>()
  readonly #derivatives = new Map<bigint, { instrument: Instrument; holders: Set<AccountId> }>()
  #history: Checkpoint[] = []
  #tip: BlockId

  constructor(start: BlockId) {
    this.#tip = start
  }

  get tip(): BlockId {
    return this.#tip
  }

  /** Blocks that can be compared with the chain, newest first, the tip included. */
  checkpoints(): BlockId[] {
    return this.#history.map(({ number, hash }) => ({ number, hash })).reverse()
  }

  holdersOf(underlying: number): ReadonlySet<AccountId> {
    return this.#holders.get(underlying) ?? new Set()
  }

  /** Everything but collateral that an account of a user holds. */
  derivatives(): OpenInstrument[] {
    return [...this.#derivatives.values()]
  }

  /** Applies one block; returns the accounts it changed. */
  apply(block: EventBlock): AccountId[] {
    const checkpoint: Checkpoint = {
      number: block.number,
      hash: block.hash,
      accounts: new Map(),
      totalMemos: this.totalMemos,
      observedAt: this.observedAt,
      symbols: this.symbols,
    }
    for (const event of block.events) this.#applyEvent(event, block.number, checkpoint.accounts)
    this.#history.push(checkpoint)
    if (this.#history.length > HISTORY_BLOCKS) this.#history = this.#history.slice(-HISTORY_BLOCKS)
    this.#tip = { number: block.number, hash: block.hash }
    return [...checkpoint.accounts.keys()]
  }

  /** Takes back every block above `target`, which must be a checkpoint; returns the accounts that changed. */
  rollback(target: BlockId): AccountId[] {
    const changed = new Set<AccountId>()
    for (let last = this.#history.at(-1); last && last.number > target.number; last = this.#history.at(-1)) {
      for (const [id, before] of last.accounts) {
        this.#write(id, before)
        changed.add(id)
      }
      this.totalMemos = last.totalMemos
      this.observedAt = last.observedAt
      this.symbols = last.symbols
      this.#history.pop()
    }
    this.#tip = target
    return [...changed]
  }

  save(): SavedBook {
    return {
      tip: this.#tip,
      totalMemos: this.totalMemos,
      symbols: [...this.symbols],
      observedAt: [...this.observedAt],
      accounts: [...this.accounts],
    }
  }

  static restore(saved: SavedBook): Book {
    const book = new Book(saved.tip)
    book.totalMemos = saved.totalMemos
    book.symbols = new Map(saved.symbols)
    book.observedAt = new Map(saved.observedAt)
    for (const [id, account] of saved.accounts) book.#write(id, account)
    book.apply({ ...saved.tip, events: [] })
    return book
  }

  #applyEvent(event: ProtocolEvent, block: bigint, before: Map<AccountId, Account | undefined>): void {
    const change = (id: AccountId, edit: (account: Account) => Account) => {
      const account = this.accounts.get(id)
      if (!before.has(id)) before.set(id, account)
      this.#write(id, edit(account ?? EMPTY))
    }
    switch (event.kind) {
      case 'moved': {
        const legs = event.legs.map(decodePosition)
        const legsOf = (id: AccountId) => (isClearing(id) ? [] : legs)
        change(event.from, (account) => moved(account, event.cash, legsOf(event.from), -1n))
        change(event.to, (account) => moved(account, event.cash, legsOf(event.to), 1n))
        break
      }
      case 'mode':
        change(event.account, (account) => ({ ...account, mode: event.mode }))
        break
      case 'memo':
        change(event.account, (account) => ({ ...account, memo: event.memo }))
        this.totalMemos = event.total
        break
      case 'flag':
        change(event.account, (account) => ({ ...account, flagged: event.flagged }))
        break
      case 'reduceOnly':
        change(event.account, (account) => ({ ...account, reduceOnly: event.reduceOnly }))
        break
      case 'listed':
        this.symbols = new Map(this.symbols).set(event.underlying, event.symbol)
        break
      case 'observed':
        this.observedAt = new Map(this.observedAt).set(event.underlying, block)
        break
      case 'sliced':
      case 'settled':
        break // their moves, memo and flag have events of their own
    }
  }

  #write(id: AccountId, account: Account | undefined): void {
    for (const { instrument } of this.accounts.get(id)?.positions ?? []) this.#unlink(id, instrument)
    if (!account) {
      this.accounts.delete(id)
      return
    }
    this.accounts.set(id, account)
    for (const { instrument } of account.positions) this.#link(id, instrument)
  }

  #unlink(id: AccountId, instrument: Instrument): void {
    this.#holders.get(instrument.underlying)?.delete(id)
    const key = encodeInstrumentId(instrument)
    const open = this.#derivatives.get(key)
    open?.holders.delete(id)
    if (open?.holders.size === 0) this.#derivatives.delete(key)
  }

  #link(id: AccountId, instrument: Instrument): void {
    const holders = this.#holders.get(instrument.underlying)
    if (holders) holders.add(id)
    else this.#holders.set(instrument.underlying, new Set([id]))
    if (instrument.kind === 'spot' || isSystemAccount(id)) return
    const key = encodeInstrumentId(instrument)
    const open = this.#derivatives.get(key)
    if (open) open.holders.add(id)
    else this.#derivatives.set(key, { instrument, holders: new Set([id]) })
  }
}
