import { DomainError } from '../errors.ts'

/**
 * A sparse matrix by rows (compressed sparse rows with slack): row r has ascending `keys`, each with one of `values`,
 * in the slots start[r] .. start[r] + length[r] - 1. A change touches one row: it is made in place while the
 * row has free slots, else the row moves behind the last one. Slots left behind are reclaimed when the arrays must grow.
 *
 * `keys` and `values` are replaced when they grow: read them anew after every change.
 */
export class SparseRows {
  readonly start: Uint32Array
  readonly length: Uint32Array
  keys: Uint32Array
  values: Float64Array
  readonly #capacity: Uint32Array
  #used = 0

  /** `lengths[r]` slots are reserved for row r, and `slack` more; all rows start empty. */
  constructor(lengths: Uint32Array, slack: number) {
    this.start = new Uint32Array(lengths.length)
    this.length = new Uint32Array(lengths.length)
    this.#capacity = new Uint32Array(lengths.length)
    for (let row = 0; row < lengths.length; row++) {
      const capacity = (lengths[row] ?? 0) + slack
      this.start[row] = this.#used
      this.#capacity[row] = capacity
      this.#used += capacity
    }
    this.keys = new Uint32Array(this.#used)
    this.values = new Float64Array(this.#used)
  }

  get rows(): number {
    return this.start.length
  }

  /** Entries of all rows. */
  get size(): number {
    let size = 0
    for (let row = 0; row < this.rows; row++) size += this.length[row] ?? 0
    return size
  }

  get bytes(): number {
    return this.keys.byteLength + this.values.byteLength + 3 * this.start.byteLength
  }

  /** The slot of `key` in `row`, or -1. */
  find(row: number, key: number): number {
    const slot = this.#lowerBound(row, key)
    return slot < this.#end(row) && this.keys[slot] === key ? slot : -1
  }

  /** Sets the value of `key` in `row`. Throws DomainError for a row that does not exist. */
  set(row: number, key: number, value: number): void {
    this.#requireRow(row)
    let slot = this.#lowerBound(row, key)
    if (slot === this.#end(row) || this.keys[slot] !== key) slot = this.#insert(row, slot)
    this.keys[slot] = key
    this.values[slot] = value
  }

  /** Takes `key` out of `row`; nothing happens where it is not. */
  remove(row: number, key: number): void {
    const slot = this.find(row, key)
    if (slot < 0) return
    this.#shift(slot + 1, this.#end(row), slot)
    this.length[row] = (this.length[row] ?? 0) - 1
  }

  #requireRow(row: number): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.rows) {
      throw new DomainError('row', row, `an integer from 0 to ${this.rows - 1}`)
    }
  }

  #end(row: number): number {
    return (this.start[row] ?? 0) + (this.length[row] ?? 0)
  }

  /** First slot of the row whose key is not below `key`. Rows are short: a scan beats bisection. */
  #lowerBound(row: number, key: number): number {
    const end = this.#end(row)
    let slot = this.start[row] ?? 0
    while (slot < end && (this.keys[slot] ?? 0) < key) slot++
    return slot
  }

  /** Makes room at `slot`; the row may move. Returns where the slot is then. */
  #insert(row: number, slot: number): number {
    const offset = slot - (this.start[row] ?? 0)
    if (this.length[row] === this.#capacity[row]) this.#relocate(row)
    const free = (this.start[row] ?? 0) + offset
    if (free < this.#end(row)) this.#shift(free, this.#end(row), free + 1)
    this.length[row] = (this.length[row] ?? 0) + 1
    return free
  }

  #shift(from: number, end: number, to: number): void {
    this.keys.copyWithin(to, from, end)
    this.values.copyWithin(to, from, end)
  }

  /** Gives a full row twice the slots, behind the last row. */
  #relocate(row: number): void {
    const capacity = 2 * (this.#capacity[row] ?? 0) + 1
    if (this.#used + capacity > this.keys.length) this.#repack(capacity)
    const from = this.start[row] ?? 0
    this.#shift(from, this.#end(row), this.#used)
    this.start[row] = this.#used
    this.#capacity[row] = capacity
    this.#used += capacity
  }

  /** Lays all rows out again, in order and without gaps, leaving room for `extra` slots and an eighth more. */
  #repack(extra: number): void {
    const live = this.#capacity.reduce((sum, capacity) => sum + capacity, 0)
    const slots = Math.ceil((live + extra) * 1.125)
    const keys = new Uint32Array(slots)
    const values = new Float64Array(slots)
    let used = 0
    for (let row = 0; row < this.rows; row++) {
      const from = this.start[row] ?? 0
      const end = this.#end(row)
      keys.set(this.keys.subarray(from, end), used)
      values.set(this.values.subarray(from, end), used)
      this.start[row] = used
      used += this.#capacity[row] ?? 0
    }
    this.keys = keys
    this.values = values
    this.#used = used
  }
}
