/** Equity and requirements of many accounts, kept current: all at once, per tick of one underlying, per event. */
import { DomainError } from '../errors.ts'
import { AccountRisk, isJoint, MODES, type Results, weightSetOf } from './accountRisk.ts'
import { Exposure } from './exposure.ts'
import { GroupRisk, PARTIALS } from './groupRisk.ts'
import { Holders } from './holders.ts'
import { type Layout, SPOT } from './layout.ts'
import { doubles, type Memory, type RiskMatrix } from './matrix.ts'
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

/** Every underlying is out of date. */
const ALL = -1
/** Free slots of a new row: an event rarely moves a row. */
const ROW_SLACK = 2

/** Room for the results of `accounts` accounts. */
export function emptyResults(accounts: number, memory: Memory = 'own'): Results {
  return {
    equity: doubles(accounts, memory),
    maintenance: doubles(accounts, memory),
    initial: doubles(accounts, memory),
    goodEnd: doubles(accounts, memory),
    bound: doubles(accounts, memory),
  }
}

/**
 * The batch form of `plimsollMargin`: the same rules, within `results.bound` of exact arithmetic on the numbers of the
 * matrix. Partial results are kept per account and underlying, so that a tick of one underlying measures only that
 * underlying of the accounts that hold it; an incremental result equals a full one to the bit.
 */
export class MarginBook {
  readonly results: Results
  readonly #layout: Layout
  readonly #rows: SparseRows
  /** Partial results: account x underlying. */
  readonly #groups: SparseRows
  readonly #holders: Holders
  readonly #cash: Float64Array
  readonly #modes: Uint8Array
  readonly #exposure: Exposure
  readonly #group: GroupRisk
  readonly #account: AccountRisk

  /**
   * @param results where the results go; by default the book's own memory. Call `remargin` before reading them.
   * @throws DomainError for an unknown instrument or mode, a quantity that is not finite, or short spot.
   */
  constructor(layout: Layout, matrix: RiskMatrix, accounts: Accounts, results?: Results) {
    const count = accounts.cash.length
    this.results = results ?? emptyResults(count)
    this.#layout = layout
    this.#exposure = new Exposure(layout, matrix)
    this.#group = new GroupRisk(matrix)
    this.#account = new AccountRisk(matrix)
    this.#cash = accounts.cash.slice()
    this.#modes = accounts.modes.slice()
    for (const mode of this.#modes) if (mode >= MODES.length) throw new DomainError('mode', mode, 'an index of MODES')
    this.#rows = this.#readRows(accounts)
    this.#groups = new SparseRows(this.#countGroups(), PARTIALS, 0)
    this.#holders = new Holders(layout.underlyings.length, count)
    for (let account = 0; account < count; account++) this.#openGroups(account)
  }

  get accounts(): number {
    return this.#cash.length
  }

  get positions(): number {
    return this.#rows.size
  }

  /** Memory of rows, partial results, index and results. */
  get bytes(): number {
    const own = this.#rows.bytes + this.#groups.bytes + this.#holders.bytes
    return own + this.#cash.byteLength + this.#modes.byteLength + 5 * this.results.equity.byteLength
  }

  /** Measures every account anew: after a change of time or of parameters of all accounts, and once at the beginning. */
  remargin(): void {
    for (let account = 0; account < this.accounts; account++) this.#assess(account, ALL)
  }

  /** Measures the holders of one underlying whose rows of the matrix changed. @returns how many there are. */
  tick(underlying: number): number {
    return this.#holders.visit(
      underlying,
      (account) => this.#groups.find(account, underlying) >= 0,
      (account) => this.#assess(account, underlying),
    )
  }

  /** Sets what an account holds of an instrument and measures the account. @throws DomainError as the constructor. */
  setPosition(account: number, instrument: number, quantity: number): void {
    this.#requireAccount(account)
    this.#requirePosition(instrument, quantity)
    const underlying = this.#layout.underlyingOf[instrument] ?? 0
    if (quantity === 0) this.#rows.remove(account, instrument)
    else this.#rows.values[this.#rows.upsert(account, instrument)] = quantity
    this.#syncGroup(account, underlying)
    this.#assess(account, underlying)
  }

  /** Sets an account's cash, USD, and its totals. */
  setCash(account: number, cash: number): void {
    this.#requireAccount(account)
    if (!Number.isFinite(cash)) throw new DomainError('cash', cash, 'a finite number of USD')
    this.#cash[account] = cash
    this.#assess(account, ALL)
  }

  /** Measures the underlying `stale` of an account, or all of them, and adds the account up. */
  #assess(account: number, stale: number): void {
    const { keys, values } = this.#rows
    const { underlyingOf } = this.#layout
    const mode = this.#modes[account] ?? 0
    const joint = isJoint(mode)
    const set = weightSetOf(mode)
    let slot = this.#rows.start[account] ?? 0
    const end = slot + (this.#rows.length[account] ?? 0)
    const first = this.#groups.start[account] ?? 0
    const partials = this.#groups.values
    let group = first
    this.#account.reset()
    while (slot < end) {
      const underlying = underlyingOf[keys[slot] ?? 0] ?? 0
      const isStale = stale === ALL || stale === underlying
      if (isStale || joint) {
        slot = this.#exposure.gather(keys, values, slot, end)
        if (isStale) this.#group.write(this.#exposure, set, partials, group * PARTIALS)
        if (joint) this.#account.addJointly(this.#exposure, partials, group * PARTIALS)
      } else {
        while (slot < end && underlyingOf[keys[slot] ?? 0] === underlying) slot++
      }
      group++
    }
    const positions = this.#rows.length[account] ?? 0
    const cash = this.#cash[account] ?? 0
    this.#account.write(account, mode, cash, positions, partials, first, group - first, this.results)
  }

  #readRows({ starts, instruments, quantities, cash }: Accounts): SparseRows {
    const lengths = new Uint32Array(cash.length)
    for (let account = 0; account < cash.length; account++) {
      lengths[account] = (starts[account + 1] ?? 0) - (starts[account] ?? 0)
    }
    const rows = new SparseRows(lengths, 1, ROW_SLACK)
    for (let account = 0; account < cash.length; account++) {
      for (let i = starts[account] ?? 0; i < (starts[account + 1] ?? 0); i++) {
        const instrument = instruments[i] ?? 0
        const quantity = quantities[i] ?? 0
        this.#requirePosition(instrument, quantity)
        const held = rows.find(account, instrument)
        const sum = quantity + (held < 0 ? 0 : (rows.values[held] ?? 0))
        if (sum === 0) rows.remove(account, instrument)
        else rows.values[rows.upsert(account, instrument)] = sum
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

  #countGroups(): Uint32Array {
    const counts = new Uint32Array(this.accounts)
    for (let account = 0; account < this.accounts; account++) {
      this.#eachUnderlying(account, () => {
        counts[account] = (counts[account] ?? 0) + 1
      })
    }
    return counts
  }

  #openGroups(account: number): void {
    this.#eachUnderlying(account, (underlying) => {
      this.#groups.upsert(account, underlying)
      this.#holders.add(underlying, account)
    })
  }

  #eachUnderlying(account: number, act: (underlying: number) => void): void {
    const { start, length, keys } = this.#rows
    const from = start[account] ?? 0
    let before = -1
    for (let slot = from; slot < from + (length[account] ?? 0); slot++) {
      const underlying = this.#layout.underlyingOf[keys[slot] ?? 0] ?? 0
      if (underlying !== before) act(underlying)
      before = underlying
    }
  }

  /** Opens or closes the account's group of `underlying` after a change of position. */
  #syncGroup(account: number, underlying: number): void {
    const { start, length, keys } = this.#rows
    const from = start[account] ?? 0
    const holds = keys
      .subarray(from, from + (length[account] ?? 0))
      .some((instrument) => this.#layout.underlyingOf[instrument] === underlying)
    const has = this.#groups.find(account, underlying) >= 0
    if (holds && !has) {
      this.#groups.upsert(account, underlying)
      this.#holders.add(underlying, account)
    }
    if (!holds && has) this.#groups.remove(account, underlying)
  }
}
