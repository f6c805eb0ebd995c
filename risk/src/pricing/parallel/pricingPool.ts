/** Pricing of shared columns by worker threads. Node only; nothing else in the package imports this file. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { DomainError, RiskError } from '../../errors.ts'
import type { OptionColumns, ValueColumns } from '../black76Batch.ts'
import { requireLength } from '../columns.ts'

/** A column that the workers would get a copy of. */
export class ColumnNotSharedError extends RiskError {
  readonly code = 'COLUMN_NOT_SHARED'
  readonly column: string

  constructor(column: string) {
    super(`Column ${column} is not on a SharedArrayBuffer, so workers cannot share it. Allocate it by sharedColumns.`)
    this.column = column
  }
}

/** The rows of `options` from `start` up to `end`, for one worker. */
export type PricingTask = { options: OptionColumns; out: ValueColumns; start: number; end: number }

const sharedColumn = (length: number) => new Float64Array(new SharedArrayBuffer(8 * length))

/** Columns for `length` options and their results that all threads see. */
export function sharedColumns(length: number): { options: OptionColumns; out: ValueColumns } {
  const options = {
    sign: sharedColumn(length),
    forward: sharedColumn(length),
    strike: sharedColumn(length),
    expiryYears: sharedColumn(length),
    volatility: sharedColumn(length),
    discount: sharedColumn(length),
  }
  return { options, out: { value: sharedColumn(length), delta: sharedColumn(length), vega: sharedColumn(length) } }
}

/** Worker threads that share the rows of a batch out among themselves. Give it one batch at a time, and close it. */
export class PricingPool {
  readonly #workers: readonly Worker[]

  /** @throws DomainError unless `size`, the number of threads, is a positive integer. */
  constructor(size: number) {
    if (!(Number.isInteger(size) && size > 0)) throw new DomainError('size', size, 'a positive number of threads')
    const file = import.meta.url.endsWith('.ts') ? './pricingWorker.ts' : './pricingWorker.js'
    this.#workers = Array.from({ length: size }, () => new Worker(new URL(file, import.meta.url)))
  }

  /**
   * `black76BatchSimd` over all rows, to the same bits.
   * @returns the number of rows outside the domain.
   * @throws DomainError if the lengths differ; ColumnNotSharedError for columns that are not shared.
   */
  async price(options: OptionColumns, out: ValueColumns): Promise<number> {
    const length = out.value.length
    requireLength(length, { ...options, ...out })
    for (const [name, column] of Object.entries({ ...options, ...out }))
      if (!(column.buffer instanceof SharedArrayBuffer)) throw new ColumnNotSharedError(name)
    const share = Math.ceil(length / this.#workers.length / 2) * 2 // even, so that rows pair up as they do in one batch
    const refused = await Promise.all(
      this.#workers.map(async (worker, i) => {
        const start = Math.min(i * share, length)
        const task: PricingTask = { options, out, start, end: Math.min(start + share, length) }
        worker.postMessage(task)
        const [count]: number[] = await once(worker, 'message')
        return count ?? 0
      }),
    )
    return refused.reduce((sum, count) => sum + count, 0)
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()))
  }
}
