/** Accounts spread over worker threads: each margins its own, the market and the results are shared memory. */
import { Worker } from 'node:worker_threads'
import { DomainError, RiskError } from '../../errors.ts'
import type { Layout } from '../layout.ts'
import type { Accounts } from '../marginBook.ts'
import type { RiskMatrix } from '../matrix.ts'
import { emptyResults, type Results } from '../results.ts'
import type { Answer, Command, WorkerStart } from './messages.ts'

/** A matrix that threads cannot share. */
export class NotSharedError extends RiskError {
  readonly code = 'NOT_SHARED'

  constructor() {
    super("The matrix is in this thread's own memory. Make it with emptyMatrix(layout, 'shared').")
  }
}

/** A worker refused a command or ended. */
export class WorkerFailedError extends RiskError {
  readonly code = 'WORKER_FAILED'

  constructor(message: string) {
    super(`A margin worker failed: ${message} Open a new pool if it ended.`)
  }
}

/** Accounts `from` to `to - 1` of a thread, and its unanswered commands, in order. */
type Thread = { worker: Worker; from: number; to: number; bytes: number; waiting: Waiting[]; hasEnded: boolean }
type Waiting = { resolve: (touched: number) => void; reject: (error: WorkerFailedError) => void }

export type PoolOptions = {
  readonly layout: Layout
  /** Made with `emptyMatrix(layout, 'shared')`. Change it only while no command is under way. */
  readonly matrix: RiskMatrix
  readonly accounts: Accounts
  readonly workers: number
}

/**
 * `MarginBook` over several threads, with the same results to the bit: an account is computed by one thread from its own
 * row and the shared matrix. Node.js only.
 */
export class MarginPool {
  readonly results: Results
  readonly #threads: readonly Thread[]

  /** @throws NotSharedError, WorkerFailedError, DomainError for fewer than one worker */
  static async open({ layout, matrix, accounts, workers }: PoolOptions): Promise<MarginPool> {
    if (!Number.isInteger(workers) || workers < 1) throw new DomainError('workers', workers, 'an integer from 1 on')
    if (!(matrix.account.buffer instanceof SharedArrayBuffer)) throw new NotSharedError()
    const count = accounts.cash.length
    const results = emptyResults(count, 'shared')
    const opening: Promise<number>[] = []
    const threads = Array.from({ length: workers }, (_, i) => {
      const from = Math.floor((count * i) / workers)
      const to = Math.floor((count * (i + 1)) / workers)
      const thread = startThread(layout, matrix, partOf(accounts, from, to), viewOf(results, from, to), from, to)
      opening.push(new Promise((resolve, reject) => thread.waiting.push({ resolve, reject })))
      return thread
    })
    const pool = new MarginPool(results, threads)
    try {
      await Promise.all(opening)
    } catch (error) {
      await pool.close()
      throw error
    }
    return pool
  }

  private constructor(results: Results, threads: readonly Thread[]) {
    this.results = results
    this.#threads = threads
  }

  /** Memory of all books, as `MarginBook.bytes`. */
  get bytes(): number {
    return this.#threads.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Measures every account anew. @throws WorkerFailedError */
  async remargin(): Promise<void> {
    await this.#all({ kind: 'remargin' })
  }

  /** Measures the holders of an underlying. @returns how many there are. @throws WorkerFailedError */
  async tick(underlying: number): Promise<number> {
    const touched = await this.#all({ kind: 'tick', underlying })
    return touched.reduce((sum, each) => sum + each, 0)
  }

  /** Sets what an account holds of an instrument and measures it. @throws WorkerFailedError, DomainError */
  async setPosition(account: number, instrument: number, quantity: number): Promise<void> {
    const thread = this.#threadOf(account)
    await send(thread, { kind: 'position', account: account - thread.from, instrument, quantity })
  }

  /** Sets an account's cash, USD, and measures it. @throws WorkerFailedError, DomainError */
  async setCash(account: number, cash: number): Promise<void> {
    const thread = this.#threadOf(account)
    await send(thread, { kind: 'cash', account: account - thread.from, cash })
  }

  /** Ends the threads; the results stay readable. */
  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  async #all(command: Command): Promise<number[]> {
    return Promise.all(this.#threads.map((thread) => send(thread, command)))
  }

  #threadOf(account: number): Thread {
    const thread = this.#threads.find(({ from, to }) => account >= from && account < to)
    if (thread && Number.isInteger(account)) return thread
    throw new DomainError('account', account, `an integer from 0 to ${this.results.equity.length - 1}`)
  }
}

function startThread(
  layout: Layout,
  matrix: RiskMatrix,
  accounts: Accounts,
  results: Results,
  from: number,
  to: number,
): Thread {
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js'
  const start: WorkerStart = { layout, matrix, accounts, results }
  const transferList = [accounts.starts, accounts.instruments, accounts.quantities, accounts.cash, accounts.modes].map(
    ({ buffer }) => buffer as ArrayBuffer, // `partOf` copied them: no shared memory among them
  )
  const worker = new Worker(new URL(file, import.meta.url), { workerData: start, transferList })
  const thread: Thread = { worker, from, to, bytes: 0, waiting: [], hasEnded: false }
  worker.on('message', (answer: Answer) => settle(thread, answer))
  worker.on('error', (error) => failAll(thread, error instanceof Error ? error.message : String(error)))
  worker.on('exit', () => {
    thread.hasEnded = true
    failAll(thread, 'it ended.')
  })
  return thread
}

function settle(thread: Thread, answer: Answer): void {
  const waiting = thread.waiting.shift()
  if (answer.kind === 'failed') {
    waiting?.reject(new WorkerFailedError(answer.message))
    return
  }
  thread.bytes = answer.bytes
  waiting?.resolve(answer.touched)
}

function failAll(thread: Thread, message: string): void {
  for (const { reject } of thread.waiting.splice(0)) reject(new WorkerFailedError(message))
}

function send(thread: Thread, command: Command): Promise<number> {
  return new Promise((resolve, reject) => {
    if (thread.hasEnded) {
      reject(new WorkerFailedError('it ended.'))
      return
    }
    thread.waiting.push({ resolve, reject })
    thread.worker.postMessage(command)
  })
}

/** A copy of accounts `from` to `to - 1`. */
function partOf({ starts, instruments, quantities, cash, modes }: Accounts, from: number, to: number): Accounts {
  const first = starts[from] ?? 0
  const end = starts[to] ?? 0
  return {
    starts: Uint32Array.from(starts.subarray(from, to + 1), (start) => start - first),
    instruments: new Uint32Array(instruments.subarray(first, end)),
    quantities: new Float64Array(quantities.subarray(first, end)),
    cash: new Float64Array(cash.subarray(from, to)),
    modes: new Uint8Array(modes.subarray(from, to)),
  }
}

function viewOf(results: Results, from: number, to: number): Results {
  return {
    equity: results.equity.subarray(from, to),
    maintenance: results.maintenance.subarray(from, to),
    initial: results.initial.subarray(from, to),
    goodEnd: results.goodEnd.subarray(from, to),
    bound: results.bound.subarray(from, to),
  }
}
