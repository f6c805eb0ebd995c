/** Acts on plans: simulates and sends their jobs, follows the receipts, and learns from them what jobs cost and bring. */
import type { AccountId, Snapshot } from '@plimsoll/sdk'
import { type Backoff, failedAgain } from './backoff.ts'
import type { Book } from './book.ts'
import type { Config } from './config.ts'
import { type Action, backoffKeysOf } from './jobs.ts'
import { ethPrice, FIRST_GAS, firstFees, type GasMoney } from './money.ts'
import type { OrderReader } from './orderReader.ts'
import type { Pending } from './pending.ts'
import type { ChainPort, Head, Revert } from './ports/chain.ts'
import type { JournalPort } from './ports/journal.ts'
import type { Reason } from './reasons.ts'
import type { Reporter } from './report.ts'
import { Budget, isService } from './services.ts'
import type { RiskView } from './stages/assess.ts'
import { type Again, confirm, type Settled } from './stages/confirm.ts'
import type { SeriesView } from './stages/observeSeries.ts'
import { type Plan, type PlannedJob, plan } from './stages/plan.ts'
import { isTakeover, type Simulated, simulate } from './stages/simulate.ts'
import { broadcast, replace, submit } from './stages/submit.ts'
import { Tracker } from './tracker.ts'

export type ActorOptions = {
  readonly config: Config
  readonly chain: ChainPort
  readonly journal: JournalPort
  readonly reporter: Reporter
  /** Resting orders to sell to; absent: the keeper does not resell. */
  readonly orders?: OrderReader | undefined
  readonly dryRun: boolean
}

/** One block, as far as it is known before planning. */
type Seen = {
  readonly book: Book
  readonly view: RiskView
  readonly head: Head
  readonly money: GasMoney
  readonly series: SeriesView
}

const WAD = 10n ** 18n

/** One per chain: it owns the nonces of the key. */
export class Actor {
  readonly #options: ActorOptions
  readonly #tracker: Tracker
  readonly #backoffs = new Map<string, Backoff>()
  readonly #gas = new Map<Action['kind'], bigint>(Object.entries(FIRST_GAS) as [Action['kind'], bigint][])
  readonly #budget = new Budget()
  readonly #tooLarge = new Set<AccountId>()
  #won = 1n
  #tried = 1n
  /** A plan has met a chain that computes otherwise, and nobody has looked into it. */
  disagreed = false

  constructor(options: ActorOptions) {
    this.#options = options
    this.#tracker = new Tracker(options.journal)
  }

  /** Transactions without a receipt. */
  get open(): readonly Pending[] {
    return this.#tracker.open()
  }

  /** Receipts above `block` are gone: their transactions are open again. Returns how many. */
  reopen(block: bigint): Promise<number> {
    return this.#tracker.reopen(block)
  }

  /** Forgets what failed for an account that has changed. */
  retry(account: AccountId): void {
    this.#backoffs.delete(account)
    this.#tooLarge.delete(account)
  }

  /** What gas costs now, and what jobs have needed of it. */
  money(book: Book, snapshot: Snapshot, head: Head): GasMoney {
    return {
      fees: firstFees(head, this.#options.config.gas),
      ethUsd: ethPrice(book, snapshot, this.#options.config),
      gasOf: (kind) => this.#gas.get(kind) ?? FIRST_GAS[kind],
      inclusion: (this.#won * WAD) / this.#tried,
    }
  }

  /** Follows what was sent: receipts, replacements, and what is final. */
  async confirmAll(head: Head, money: GasMoney): Promise<void> {
    const { chain, config, reporter, journal } = this.#options
    const open = this.open
    if (open.length > 0) {
      const nonce = await chain.nonce()
      const results = await Promise.all(
        open.map((pending) => confirm({ chain, config }, { pending, head, nonce, money })),
      )
      for (const [index, outcome] of results.entries()) {
        const pending = open[index]
        if (!pending) continue
        if (outcome.status === 'next') await this.#settle(pending, outcome.value, head)
        else if (outcome.status === 'retry') await this.#again(pending, outcome.reason, head)
        else if (outcome.reason.kind !== 'pending') reporter.skipped(pending.job.action, outcome.reason)
      }
    }
    await this.#tracker.finalize(head.number, config.finalityBlocks)
    reporter.journal(journal.writable)
  }

  async #settle(pending: Pending, settled: Settled, head: Head): Promise<void> {
    const { action } = pending.job
    if (settled.kind === 'displaced') await this.#tracker.forget(pending.nonce)
    else await this.#tracker.mined(pending, settled.receipt.block)
    if (settled.kind !== 'displaced' && isService(action)) this.#budget.spend(head.timestamp, settled.gasUsd)
    if (settled.kind === 'confirmed') {
      this.#gas.set(action.kind, withoutSize(pending, settled.receipt.gasUsed))
      for (const key of backoffKeysOf(action)) this.#backoffs.delete(key)
    }
    if (settled.kind === 'reverted') this.#backOff(action, settled.receipt.block, settled.revert)
    const raced = isTakeover(action) && (settled.kind === 'confirmed' || settled.kind === 'lost')
    if (raced) this.#learn(settled.kind === 'confirmed')
    this.#options.reporter.settled(pending, settled)
  }

  /** P(inclusion): the share of the last few dozen jobs that were not lost. */
  #learn(won: boolean): void {
    this.#tried += 1n
    if (won) this.#won += 1n
    if (this.#tried < 64n) return
    this.#tried /= 2n
    this.#won /= 2n
  }

  async #again(pending: Pending, reason: Again, head: Head): Promise<void> {
    const { chain, journal, reporter } = this.#options
    const outcome =
      reason.kind === 'replace'
        ? await replace({ chain, journal }, { pending, fees: reason.fees, cancel: reason.cancel, head })
        : await broadcast({ chain, journal }, pending, head)
    if (outcome.status === 'next') this.#tracker.track(outcome.value.pending)
    else reporter.skipped(pending.job.action, outcome.reason)
    if (reason.kind === 'replace') reporter.replaced(pending, reason.cancel)
  }

  /** Plans, simulates and submits; returns the plan with a reason for each of its jobs that was not sent. */
  async act(seen: Seen): Promise<Plan> {
    const { chain, config, orders } = this.#options
    const { head, money } = seen
    const outcome = await plan(
      { chain, config, orders },
      {
        ...seen,
        busy: this.#tracker.busy(),
        backoffs: this.#backoffs,
        tooLarge: this.#tooLarge,
        budgetUsd: this.#budget.left(head.timestamp, config.services.budgetUsdPerDay),
      },
    )
    if (outcome.status !== 'next') return { jobs: [], reasons: new Map(), serviceReasons: new Map() }
    const { jobs, serviceReasons } = outcome.value
    const reasons = new Map(outcome.value.reasons)
    if ([...reasons.values()].some(({ kind }) => kind === 'chain-disagrees')) this.disagreed = true
    const results = await Promise.all(jobs.map((job) => simulate({ chain, config }, { job, head, money })))
    const ready: Simulated[] = []
    for (const [index, result] of results.entries()) {
      const job = jobs[index]
      if (!job) continue
      if (result.status === 'next') ready.push(result.value)
      else this.#refuse(job, result.reason, head, reasons)
    }
    await this.#submitAll(ready, head, money, reasons)
    return { jobs, reasons, serviceReasons }
  }

  async #submitAll(
    ready: readonly Simulated[],
    head: Head,
    money: GasMoney,
    reasons: Map<AccountId, Reason>,
  ): Promise<void> {
    const { chain, journal, reporter, dryRun } = this.#options
    if (ready.length === 0) return
    let nonce = dryRun ? 0 : this.#tracker.nextNonce(await chain.nonce())
    for (const simulated of ready) {
      const { job, profitUsd } = simulated
      if (dryRun) {
        note(job, { kind: 'dry-run', profitUsd }, reasons)
        reporter.skipped(job.action, { kind: 'dry-run', profitUsd })
        continue
      }
      const outcome = await submit({ chain, journal }, { simulated, nonce, fees: money.fees, head })
      if (outcome.status === 'next') {
        const { pending } = outcome.value
        this.#tracker.track(pending)
        note(job, { kind: 'in-flight', job: job.action.kind, nonce }, reasons)
        reporter.submitted(pending)
        nonce += 1
        continue
      }
      await this.#tracker.forget(nonce)
      note(job, outcome.reason, reasons)
      reporter.skipped(job.action, outcome.reason)
      break // the next nonce would wait for this one
    }
  }

  #refuse(job: PlannedJob, reason: Reason, head: Head, reasons: Map<AccountId, Reason>): void {
    note(job, reason, reasons)
    if (reason.kind === 'reverts') this.#backOff(job.action, head.number, reason.revert)
    if (reason.kind === 'cold-arrays' && 'account' in job.action) this.#tooLarge.add(job.action.account)
    this.#options.reporter.skipped(job.action, reason)
  }

  #backOff(action: Action, block: bigint, revert: Revert): void {
    for (const key of backoffKeysOf(action)) {
      this.#backoffs.set(key, failedAgain(this.#backoffs.get(key), block, revert))
    }
  }
}

/** What the kind of job needs before its strikes and legs. */
function withoutSize({ job: { action, sizeGas = 0n } }: Pending, gasUsed: bigint): bigint {
  const least = FIRST_GAS[action.kind] / 2n
  return gasUsed - sizeGas > least ? gasUsed - sizeGas : least
}

function note({ action }: PlannedJob, reason: Reason, reasons: Map<AccountId, Reason>): void {
  if ('account' in action) reasons.set(action.account, reason)
}
