/** What the keeper says of takeovers: those that were sold on, and why an account is left where it is. */
import type { AccountId } from '@plimsoll/sdk'
import type { Logger } from 'pino'
import { resaleOf } from './jobs.ts'
import type { Pending } from './pending.ts'
import type { Metrics } from './ports/metrics.ts'
import { plain, ReasonLog } from './reasonLog.ts'
import type { Reason } from './reasons.ts'
import type { Settled } from './stages/confirm.ts'

/** Reasons that a plan gives for lack of money or buyers. */
const NOT_TAKEN: ReadonlySet<Reason['kind']> = new Set(['keeper-capacity', 'unprofitable', 'unsold', 'matcher-down'])

export class TakeoverReport {
  readonly #log: Logger
  readonly #metrics: Metrics
  readonly #reasons = new ReasonLog<AccountId>()

  constructor({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }) {
    this.#log = log
    this.#metrics = metrics
  }

  /** Counts every scan, and logs a reason when it appears or changes. */
  planned(reasons: ReadonlyMap<AccountId, Reason>): void {
    const left = new Map([...reasons].filter(([, { kind }]) => NOT_TAKEN.has(kind)))
    for (const { kind } of left.values()) this.#metrics.notTaken.inc({ reason: kind })
    for (const [account, reason] of this.#reasons.changed(left)) {
      this.#log.info({ account, reason: plain(reason) }, 'not taken over')
    }
  }

  settled({ job }: Pending, { kind: outcome }: Settled): void {
    if (resaleOf(job.action)) this.#metrics.resales.inc({ outcome })
  }
}
