/** Puts the stages in a row: one scan at a time per chain, nonces, retries, receipts. The stages decide, this acts. */
import type { AccountId, Snapshot } from '@plimsoll/sdk'
import { type Backoff, failedAgain } from './backoff.ts'
import { Book } from './book.ts'
import type { Config } from './config.ts'
import { ReorgTooDeepError, type RetryableError, StateMismatchError } from './errors.ts'
import { type Action, backoffKeysOf } from './jobs.ts'
import { ethPrice, FIRST_GAS, firstFees, type GasMoney } from './money.ts'
import type { Pending } from './pending.ts'
import type { ChainPort, Head, Revert } from './ports/chain.ts'
import type { ClockPort } from './ports/clock.ts'
import type { JournalPort } from './ports/journal.ts'
import type { Reason } from './reasons.ts'
import type { Reporter } from './report.ts'
import { Budget, isService } from './services.ts'
import { assess, type RiskView } from './stages/assess.ts'
import { type Again, confirm, type Settled } from './stages/confirm.ts'
import { Forecasts, NO_MARGIN, observeMargin } from './stages/margin.ts'
import { observe, observeMatrix } from './stages/observe.ts'
import { NO_SERIES, observeSeries, type SeriesView, Warmth } from './stages/observeSeries.ts'
import { type Plan, type PlannedJob, plan } from './stages/plan.ts'
import { isTakeover, type Simulated, simulate } from './stages/simulate.ts'
import { broadcast, replace, submit } from './stages/submit.ts'
import { Tracker } from './tracker.ts'
import { verify } from './verify.ts'

export type RunnerOptions = {
  readonly config: Config
  readonly chain: ChainPort
  readonly clock: ClockPort
  readonly journal: JournalPort
  readonly reporter: Reporter
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
const LONGEST_PAUSE_MS = 10_000

export class Runner {
  readonly #options: RunnerOptions
  readonly #tracker: Tracker
  readonly #backoffs = new Map<string, Backoff>()
  readonly #gas = new Map<Action['kind'], bigint>(Object.entries(FIRST_GAS) as [Action['kind'], bigint][])
  #book: Book | undefined
  #view: RiskView | undefined
  #touched = new Set<AccountId>()
  readonly #warmth = new Warmth()
  readonly #forecasts = new Forecasts()
  readonly #budget = new Budget()
  readonly #tooLarge = new Set<AccountId>()
  #won = 1n
  #tried = 1n
  /** Block of the last comparison with the chain; undefined: compare in the next scan. */
  #verifiedAt: bigint | undefined
  #trustCheckpoint = true
  /** Applied to the book, but not yet scanned to the end. */
  #unscanned: Head | undefined
  #scanning: Promise<boolean> | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#tracker = new Tracker(options.journal)
  }

  /** Transactions without a receipt. */
  get open(): readonly Pending[] {
    return this.#tracker.open()
  }

  /** Scans whenever there is a new block, until `signal` aborts. Errors are reported and never end it. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, config, reporter } = this.#options
    let failures = 0
    while (!signal.aborted) {
      let pause = config.pollMs
      try {
        await this.tick()
        failures = 0
      } catch (error) {
        failures += 1
        reporter.failed(error)
        pause = Math.min(config.pollMs * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS)
      }
      await clock.sleep(pause, signal)
    }
  }

  /** Waits for the scan that is under way and keeps the state for the next start. */
  async close(): Promise<void> {
    await this.#scanning?.catch((error: unknown) => this.#options.reporter.failed(error))
    if (this.#book) await this.#options.journal.saveBook(this.#book.save())
  }

  /** One scan; false when there was no new block. Never two at once: a second call joins the first. */
  tick(): Promise<boolean> {
    this.#scanning ??= this.#scan().finally(() => {
      this.#scanning = undefined
    })
    return this.#scanning
  }

  async #scan(): Promise<boolean> {
    const { reporter, clock } = this.#options
    const started = clock.now()
    const book = await this.#state()
    const head = (await this.#observe(book)) ?? this.#unscanned
    if (!head) {
      reporter.alive()
      return false
    }
    this.#unscanned = head
    const { chain, config } = this.#options
    const expected = this.open.flatMap((pending) => pending.expects?.positions ?? [])
    const snapshot = await observeMatrix({ chain, config }, { book, head, expected })
    const assessed = assess({ book, head, snapshot, previous: this.#view, touched: this.#touched })
    if (assessed.status === 'next') {
      this.#view = assessed.value
      this.#touched = new Set()
    }
    const money = this.#money(book, snapshot, head)
    await this.#confirmAll(head, money)
    const listed = snapshot.markets.length > 0
    const series = listed
      ? await observeSeries(chain.series, { book, head, snapshot, warmth: this.#warmth })
      : NO_SERIES
    const planned = this.#view && listed ? await this.#act({ book, view: this.#view, head, money, series }) : undefined
    await this.#verify(book, head)
    const margin =
      this.#view && listed
        ? await observeMargin({ chain, config }, { book, head, view: this.#view, forecasts: this.#forecasts })
        : NO_MARGIN
    this.#unscanned = undefined
    reporter.scanned({
      head,
      book,
      view: this.#view,
      series,
      margin,
      plan: planned,
      open: this.open,
      milliseconds: clock.now() - started,
    })
    return true
  }

  /** From the checkpoint file, or from the deployment's first block. */
  async #state(): Promise<Book> {
    if (this.#book) return this.#book
    const { chain, config, journal, reporter } = this.#options
    const saved = this.#trustCheckpoint ? journal.loadBook() : undefined
    const onChain = saved && (await chain.block(saved.tip.number))
    if (saved && onChain?.hash === saved.tip.hash) {
      this.#book = Book.restore(saved)
      reporter.started('checkpoint', saved.tip.number)
      return this.#book
    }
    const first = config.deployment.fromBlock > 0n ? config.deployment.fromBlock - 1n : 0n
    const start = await chain.block(first)
    if (!start) throw new ReorgTooDeepError({ tip: first, oldest: first })
    this.#book = new Book({ number: start.number, hash: start.hash })
    reporter.started('events', first)
    return this.#book
  }

  async #observe(book: Book): Promise<Head | undefined> {
    const { chain, config, reporter } = this.#options
    const outcome = await observe({ chain, config }, book)
    if (outcome.status === 'retry' && outcome.reason instanceof ReorgTooDeepError) this.#forgetState(outcome.reason)
    if (outcome.status !== 'next') return undefined
    const { head, rollbackTo, blocks } = outcome.value
    reporter.seen(head.number)
    if (rollbackTo) {
      for (const account of book.rollback(rollbackTo)) this.#touch(account)
      this.#warmth.forget()
      this.#forecasts.keep(new Set())
      const reopened = await this.#tracker.reopen(rollbackTo.number)
      reporter.reorganised(rollbackTo, reopened)
    }
    for (const block of blocks) for (const account of book.apply(block)) this.#touch(account)
    return head
  }

  /** An account that changed deserves a new try. */
  #touch(account: AccountId): void {
    this.#touched.add(account)
    this.#backoffs.delete(account)
    this.#tooLarge.delete(account)
  }

  /** The next scan starts from the deployment's first block. */
  #forgetState(error: RetryableError): never {
    this.#book = undefined
    this.#view = undefined
    this.#unscanned = undefined
    this.#verifiedAt = undefined
    this.#trustCheckpoint = false
    this.#options.reporter.rebuilding()
    throw error
  }

  #money(book: Book, snapshot: Snapshot, head: Head): GasMoney {
    return {
      fees: firstFees(head, this.#options.config.gas),
      ethUsd: ethPrice(book, snapshot, this.#options.config),
      gasOf: (kind) => this.#gas.get(kind) ?? FIRST_GAS[kind],
      inclusion: (this.#won * WAD) / this.#tried,
    }
  }

  async #confirmAll(head: Head, money: GasMoney): Promise<void> {
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

  async #act(seen: Seen): Promise<Plan> {
    const { chain, config } = this.#options
    const { head, money } = seen
    const outcome = await plan(
      { chain, config },
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
    if ([...reasons.values()].some(({ kind }) => kind === 'chain-disagrees')) this.#verifiedAt = undefined
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

  /** Every so often the rebuilt state is compared with the chain's. */
  async #verify(book: Book, head: Head): Promise<void> {
    const { chain, config, journal, reporter } = this.#options
    if (this.#verifiedAt !== undefined && head.number - this.#verifiedAt < config.verifyEveryBlocks) return
    const wrong = await verify({ chain, config }, { book, view: this.#view, head })
    if (wrong.length > 0) {
      reporter.mismatched(wrong)
      this.#forgetState(new StateMismatchError({ accounts: wrong }))
    }
    this.#verifiedAt = head.number
    await journal.saveBook(book.save())
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
