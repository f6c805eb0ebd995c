/** What the pool and its workers tell each other. */

import type { Layout } from '../layout.ts'
import type { Accounts } from '../marginBook.ts'
import type { RiskMatrix } from '../matrix.ts'
import type { Results } from '../results.ts'

/** What a worker starts with: its own accounts, and views of shared memory. */
export type WorkerStart = { layout: Layout; matrix: RiskMatrix; accounts: Accounts; results: Results }

/** Accounts by their number within the worker. */
export type Command =
  | { readonly kind: 'remargin' }
  | { readonly kind: 'tick'; readonly underlying: number }
  | { readonly kind: 'position'; readonly account: number; readonly instrument: number; readonly quantity: number }
  | { readonly kind: 'cash'; readonly account: number; readonly cash: number }

/** Answers come in the order of the commands; the first one, without a command, says that the worker is ready. */
export type Answer =
  | { readonly kind: 'done'; readonly touched: number; readonly bytes: number }
  | { readonly kind: 'failed'; readonly message: string }
