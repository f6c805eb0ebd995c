/** Runs the margin kernel over accounts, a block at a time. */
import { roundingBound } from '../errorBound.ts'
import type { Layout } from '../layout.ts'
import type { RiskMatrix } from '../matrix.ts'
import type { Results } from '../results.ts'
import type { SparseRows } from '../sparseRows.ts'
import { KERNEL } from './kernel.ts'
import { placeTables, type TablePlaces, writeTables } from './tables.ts'

/** Accounts and, to begin with, positions of a block: it stays in the second-level cache beside the tables. */
const BLOCK_ACCOUNTS = 256
const BLOCK_POSITIONS = 4096
/** Numbers that the kernel gives per account. */
const OUTPUTS = 5
const PAGE_BYTES = 65_536

type KernelExports = {
  configureTables: (...places: number[]) => void
  configureBlock: (...places: number[]) => void
  assess: (accounts: number) => void
  memory: { buffer: ArrayBuffer; grow: (pages: number) => number }
}

/** The part of the WebAssembly interface that is needed: the language's own library has no types for it. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array<ArrayBuffer>) => object
  Instance: new (module: object) => { readonly exports: object }
}

function isKernel(exports: object): exports is KernelExports {
  return 'assess' in exports && 'configureTables' in exports && 'configureBlock' in exports && 'memory' in exports
}

/** The compiled kernel; every `MarginKernel` has an instance, so a memory, of its own. */
let compiled: object | undefined

function instantiate(): KernelExports {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(KERNEL), (character) => character.charCodeAt(0)))
  const { exports } = new WebAssembly.Instance(compiled)
  if (!isKernel(exports)) throw new TypeError('The margin kernel lacks its exports; build it again.')
  return exports
}

/** The block in linear memory. */
type Block = {
  readonly positions: number
  readonly starts: Uint32Array
  readonly modes: Uint32Array
  readonly cash: Float64Array
  readonly keys: Uint32Array
  readonly quantities: Float64Array
  readonly outputs: Float64Array
}

/** Accounts as a `MarginBook` keeps them: rows are ascending instrument numbers with one quantity each. */
export type BookColumns = {
  readonly rows: SparseRows
  readonly cash: Float64Array
  readonly modes: Uint8Array
}

/** `sync` reads the matrix; `add` the accounts to assess, in any order; `flush` assesses those still waiting. */
export class MarginKernel {
  readonly #kernel = instantiate()
  readonly #layout: Layout
  readonly #matrix: RiskMatrix
  readonly #book: BookColumns
  readonly #results: Results
  readonly #places: TablePlaces
  readonly #accounts = new Uint32Array(BLOCK_ACCOUNTS)
  #block: Block
  #waiting = 0
  #used = 0

  constructor(layout: Layout, matrix: RiskMatrix, book: BookColumns, results: Results) {
    this.#layout = layout
    this.#matrix = matrix
    this.#book = book
    this.#results = results
    this.#places = placeTables(layout)
    const { instruments, strikes, underlyings, years, expiries, groups } = this.#places
    this.#kernel.configureTables(instruments, strikes, underlyings, years, expiries, groups)
    this.#block = this.#placeBlock(BLOCK_POSITIONS)
    this.sync()
  }

  get bytes(): number {
    return this.#kernel.memory.buffer.byteLength
  }

  sync(): void {
    writeTables(this.#kernel.memory.buffer, this.#places, this.#layout, this.#matrix)
  }

  add(account: number): void {
    const { start, length, keys, values } = this.#book.rows
    const count = length[account] ?? 0
    if (this.#waiting === BLOCK_ACCOUNTS || this.#used + count > this.#block.positions) this.flush()
    if (count > this.#block.positions) this.#block = this.#placeBlock(2 * count)
    const from = start[account] ?? 0
    const at = this.#waiting
    const { starts, modes, cash, keys: to, quantities } = this.#block
    for (let i = 0; i < count; i++) {
      to[this.#used + i] = keys[from + i] ?? 0
      quantities[this.#used + i] = values[from + i] ?? 0
    }
    this.#used += count
    starts[at + 1] = this.#used
    modes[at] = this.#book.modes[account] ?? 0
    cash[at] = this.#book.cash[account] ?? 0
    this.#accounts[at] = account
    this.#waiting++
  }

  flush(): void {
    const { equity, maintenance, initial, goodEnd, bound } = this.#results
    const { starts, cash, outputs } = this.#block
    this.#kernel.assess(this.#waiting)
    for (let i = 0; i < this.#waiting; i++) {
      const account = this.#accounts[i] ?? 0
      const from = i * OUTPUTS
      const positions = (starts[i + 1] ?? 0) - (starts[i] ?? 0)
      equity[account] = outputs[from] ?? 0
      maintenance[account] = outputs[from + 1] ?? 0
      initial[account] = outputs[from + 2] ?? 0
      goodEnd[account] = outputs[from + 3] ?? 0
      bound[account] = roundingBound(positions, Math.abs(cash[i] ?? 0) + (outputs[from + 4] ?? 0))
    }
    this.#waiting = 0
    this.#used = 0
  }

  /** Lays the block out behind the tables, with room for `positions`. */
  #placeBlock(positions: number): Block {
    const { memory } = this.#kernel
    const results = this.#places.end
    const cash = results + 8 * OUTPUTS * BLOCK_ACCOUNTS
    const quantities = cash + 8 * BLOCK_ACCOUNTS
    const keys = quantities + 8 * positions
    const starts = keys + 4 * positions
    const modes = starts + 4 * (BLOCK_ACCOUNTS + 1)
    const missing = modes + 4 * BLOCK_ACCOUNTS - memory.buffer.byteLength
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
    this.#kernel.configureBlock(starts, modes, cash, keys, quantities, results)
    const { buffer } = memory
    return {
      positions,
      starts: new Uint32Array(buffer, starts, BLOCK_ACCOUNTS + 1),
      modes: new Uint32Array(buffer, modes, BLOCK_ACCOUNTS),
      cash: new Float64Array(buffer, cash, BLOCK_ACCOUNTS),
      keys: new Uint32Array(buffer, keys, positions),
      quantities: new Float64Array(buffer, quantities, positions),
      outputs: new Float64Array(buffer, results, OUTPUTS * BLOCK_ACCOUNTS),
    }
  }
}
