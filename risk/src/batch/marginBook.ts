/** Equity and requirements of many accounts, kept current: all at once, per tick of one underlying, per event. */
import { DomainError } from '../errors.ts'
import { Holders } from './holders.ts'
import { type Layout, SPOT } from './layout.ts'
import type { RiskMatrix } from './matrix.ts'
import { emptyResults, MODES, type Results } from './results.ts'
import { MarginKernel } from './simd/marginKernel.ts'
import { SparseRows } from './sparseRows.ts'

/**
 * Accounts in compressed sparse rows: account a holds `quantities[i]` units of instrument number `instruments[i]` of the
 * layout for i from `starts[a]` to `starts[a + 1] - 1`, in any order. Entry prices belong into cash: a perpetual or future
 * counts with its full mark, so cash is less quantity times entry.
 */
export type Accounts = {
  readonly starts: Uint32Array
  readonly instruments: Uint32Array
  readonly quantities: Float64Array
  /** USD. */
  readonly cash: Float64Array
  /** Index into `MODES`. */
  readonly modes: Uint8Array
}

/** Free slots of a new row: an event rarely moves a row. */
const ROW_SLACK = 2

/**
 * The batch form of `plimsollMargin`: the same rules, within `results.bound` of exact arithmetic on the numbers of the
 * matrix. A tick measures the accounts that hold the underlying that moved, an event one account; incremental results
 * equal full ones to the bit. An account is small (some hundred nanoseconds by the kernel), so nothing of it is kept but
 * its row: reading stored partial results would cost more than making them.
 *
 * Cost: 12 bytes per position and about 110 per account; time linear in positions.
 */
export class MarginBook {
  readonly results: Results
  readonly #layout: Layout
  readonly #rows: SparseRows
  readonly #holders: Holders
  readonly #cash: Float64Array
  readonly #modes: Uint8Array
  readonly #kernel: MarginKernel

  /**
   * @param results where the results go; by default the book's own memory. Call `remargin` before reading them.
   * @throws DomainError for an unknown instrument or mode, a quantity that is not finite, or short spot.
   */
  constructor(layout: Layout, matrix: RiskMatrix, accounts: Accounts, results?: Results) {
    const count = accounts.cash.length
    this.results = results ?? emptyResults(count)
    this.#layout = layout
    this.#cash = accounts.cash.slice()
    this.#modes = accounts.modes.slice()
    for (const mode of this.#modes) if (mode >= MODES.length) throw new DomainError('mode', mode, 'an index of MODES')
    this.#rows = this.#readRows(accounts)
    this.#holders = new Holders(layout.underlyings.length, count)
    for (let account = 0; account < count; account++) this.#listHoldings(account)
    const book = { rows: this.#rows, cash: this.#cash, modes: this.#modes }
    this.#kernel = new MarginKernel(layout, matrix, book, this.results)
  }

  get accounts(): number {
    return this.#cash.length
  }

  get positions(): number {
    return this.#rows.size
  }

  /** Memory of rows, index, kernel and results. */
  get bytes(): number {
    const own = this.#rows.bytes + this.#holders.bytes + this.#kernel.bytes
    return own + this.#cash.byteLength + this.#modes.byteLength + 5 * this.results.equity.byteLength
  }

  /** Reads the matrix and measures every account anew: at the beginning, and after a change of time or of all prices. */
  remargin(): void {
    this.#kernel.sync()
    for (let account = 0; account < this.accounts; account++) this.#kernel.add(account)
    this.#kernel.flush()
  }

  /** Reads the matrix and measures the holders of an underlying whose rows changed. @returns how many there are. */
  tick(underlying: number): number {
    this.#kernel.sync()
    const touched = this.#holders.visit(
      underlying,
      (account) => this.#holds(account, underlying),
      (account) => this.#kernel.add(account),
    )
    this.#kernel.flush()
    return touched
  }

  /** Sets what an account holds of an instrument and measures the account. @throws DomainError as the constructor. */
  setPosition(account: number, instrument: number, quantity: number): void {
    this.#requireAccount(account)
    this.#requirePosition(instrument, quantity)
    const underlying = this.#layout.underlyingOf[instrument] ?? 0
    const isNew = !this.#holds(account, underlying)
    if (quantity === 0) this.#rows.remove(account, instrument)
    else this.#rows.set(account, instrument, quantity)
    if (isNew && quantity !== 0) this.#holders.add(underlying, account)
    this.#assess(account)
  }

  /** Sets an account's cash, USD, and measures the account. @throws DomainError */
  setCash(account: number, cash: number): void {
    this.#requireAccount(account)
    if (!Number.isFinite(cash)) throw new DomainError('cash', cash, 'a finite number of USD')
    this.#cash[account] = cash
    this.#assess(account)
  }

  #assess(account: number): void {
    this.#kernel.add(account)
    this.#kernel.flush()
  }

  #readRows({ starts, instruments, quantities, cash }: Accounts): SparseRows {
    const lengths = new Uint32Array(cash.length)
    for (let account = 0; account < cash.length; account++) {
      lengths[account] = (starts[account + 1] ?? 0) - (starts[account] ?? 0)
    }
    const rows = new SparseRows(lengths, ROW_SLACK)
    for (let account = 0; account < cash.length; account++) {
      for (let i = starts[account] ?? 0; i < (starts[account + 1] ?? 0); i++) {
        const instrument = instruments[i] ?? 0
        const quantity = quantities[i] ?? 0
        this.#requirePosition(instrument, quantity)
        const held = rows.find(account, instrument)
        const sum = quantity + (held < 0 ? 0 : (rows.values[held] ?? 0))
        if (sum === 0) rows.remove(account, instrument)
        else rows.set(account, instrument, sum)
      }
    }
    return rows
  }

  #requirePosition(instrument: number, quantity: number): void {
    const kind = this.#layout.kindOf[instrument]
    if (kind === undefined) throw new DomainError('instrument', instrument, 'a number of the layout')
    if (!Number.isFinite(quantity)) throw new DomainError('quantity', quantity, 'a finite number of units')
    if (kind === SPOT && quantity < 0) {
      throw new DomainError('spot quantity', quantity, '0 or more; short a perpetual or future')
    }
  }

  #requireAccount(account: number): void {
    if (!Number.isInteger(account) || account < 0 || account >= this.accounts) {
      throw new DomainError('account', account, `an integer from 0 to ${this.accounts - 1}`)
    }
  }

  /** Lists the account once with every underlying it holds; a row is ascending, so each comes in one run. */
  #listHoldings(account: number): void {
    const { start, length, keys } = this.#rows
    const from = start[account] ?? 0
    let before = -1
    for (let slot = from; slot < from + (length[account] ?? 0); slot++) {
      const underlying = this.#layout.underlyingOf[keys[slot] ?? 0] ?? 0
      if (underlying !== before) this.#holders.add(underlying, account)
      before = underlying
    }
  }

  #holds(account: number, underlying: number): boolean {
    const { start, length, keys } = this.#rows
    const { underlyingOf } = this.#layout
    const from = start[account] ?? 0
    for (let slot = from; slot < from + (length[account] ?? 0); slot++) {
      if (underlyingOf[keys[slot] ?? 0] === underlying) return true
    }
    return false
  }
}
