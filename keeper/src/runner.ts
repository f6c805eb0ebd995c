/** Puts the stages in a row: one scan at a time per chain. The stages decide, the actor acts. */
import type { AccountId } from '@plimsoll/sdk'
import { Actor, type ActorOptions } from './actor.ts'
import { Book } from './book.ts'
import { ReorgTooDeepError, type RetryableError, StateMismatchError } from './errors.ts'
import type { Pending } from './pending.ts'
import type { Head } from './ports/chain.ts'
import type { ClockPort } from './ports/clock.ts'
import { assess, type RiskView } from './stages/assess.ts'
import { Forecasts, NO_MARGIN, observeMargin } from './stages/margin.ts'
import { observe, observeMatrix } from './stages/observe.ts'
import { NO_SERIES, observeSeries, Warmth } from './stages/observeSeries.ts'
import { verify } from './verify.ts'

export type RunnerOptions = ActorOptions & { readonly clock: ClockPort }

const LONGEST_PAUSE_MS = 10_000

export class Runner {
  readonly #options: RunnerOptions
  readonly #actor: Actor
  #book: Book | undefined
  #view: RiskView | undefined
  #touched = new Set<AccountId>()
  readonly #warmth = new Warmth()
  readonly #forecasts = new Forecasts()
  /** Block of the last comparison with the chain; undefined: compare in the next scan. */
  #verifiedAt: bigint | undefined
  #trustCheckpoint = true
  /** Applied to the book, but not yet scanned to the end. */
  #unscanned: Head | undefined
  #scanning: Promise<boolean> | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#actor = new Actor(options)
  }

  /** Transactions without a receipt. */
  get open(): readonly Pending[] {
    return this.#actor.open
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
    const money = this.#actor.money(book, snapshot, head)
    await this.#actor.confirmAll(head, money)
    const listed = snapshot.markets.length > 0
    const series = listed
      ? await observeSeries(chain.series, { book, head, snapshot, warmth: this.#warmth })
      : NO_SERIES
    const planned =
      this.#view && listed ? await this.#actor.act({ book, view: this.#view, head, money, series }) : undefined
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
      const reopened = await this.#actor.reopen(rollbackTo.number)
      reporter.reorganised(rollbackTo, reopened)
    }
    for (const block of blocks) for (const account of book.apply(block)) this.#touch(account)
    return head
  }

  /** An account that changed deserves a new try. */
  #touch(account: AccountId): void {
    this.#touched.add(account)
    this.#actor.retry(account)
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

  /** Every so often, and when a plan disagrees with it, the rebuilt state is compared with the chain's. */
  async #verify(book: Book, head: Head): Promise<void> {
    const { chain, config, journal, reporter } = this.#options
    if (this.#actor.disagreed) this.#verifiedAt = undefined
    if (this.#verifiedAt !== undefined && head.number - this.#verifiedAt < config.verifyEveryBlocks) return
    const wrong = await verify({ chain, config }, { book, view: this.#view, head })
    this.#actor.disagreed = false
    if (wrong.length > 0) {
      reporter.mismatched(wrong)
      this.#forgetState(new StateMismatchError({ accounts: wrong }))
    }
    this.#verifiedAt = head.number
    await journal.saveBook(book.save())
  }
}
