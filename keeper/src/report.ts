/** Everything the keeper says: logs, metrics, one JSON line per confirmed action, reasons and health. */
import type { AccountId, Assessment } from '@plimsoll/sdk'
import type { Logger } from 'pino'
import { formatEther } from 'viem'
import { actionLine } from './actionLine.ts'
import type { Book } from './book.ts'
import { type Config, ownAccounts } from './config.ts'
import { errorCode, RpcError, SendError } from './errors.ts'
import type { BlockId } from './events.ts'
import { measureInventory, measureRisk, measureSeries, toNumber } from './gauges.ts'
import { type Action, subjectOf } from './jobs.ts'
import { MarginReport } from './marginReport.ts'
import type { Pending } from './pending.ts'
import type { Head } from './ports/chain.ts'
import type { ClockPort } from './ports/clock.ts'
import type { Metrics } from './ports/metrics.ts'
import { plain, ReasonLog } from './reasonLog.ts'
import type { Reason } from './reasons.ts'
import { isService } from './services.ts'
import type { Assessed, RiskView } from './stages/assess.ts'
import type { Settled } from './stages/confirm.ts'
import type { MarginView } from './stages/margin.ts'
import type { SeriesView } from './stages/observeSeries.ts'
import type { Plan } from './stages/plan.ts'
import { TakeoverReport } from './takeoverReport.ts'

export type ReporterOptions = {
  readonly config: Config
  readonly log: Logger
  readonly metrics: Metrics
  readonly clock: ClockPort
  /** Takes one JSON line per confirmed action. */
  readonly emit?: ((line: string) => void) | undefined
}

export type Scan = {
  readonly head: Head
  readonly book: Book
  readonly view: RiskView | undefined
  readonly series: SeriesView
  readonly margin: MarginView
  readonly plan: Plan | undefined
  readonly open: readonly Pending[]
  readonly milliseconds: number
}

export type Health = {
  readonly healthy: boolean
  readonly ready: boolean
  /** What is wrong, in words; empty when healthy and ready. */
  readonly problems: readonly string[]
  readonly headBlock: string
  readonly scannedBlock: string
  readonly secondsSinceScan: number
}

export type AccountReport = {
  readonly account: AccountId
  readonly standing: Assessed['standing']
  readonly flagged: boolean
  readonly equityUsd: string
  readonly maintenanceUsd: string
  readonly sinceBlock: string
  readonly reason: Reason | { readonly kind: 'none' }
}

export class Reporter {
  readonly #options: ReporterOptions
  readonly #margin: MarginReport
  readonly #takeovers: TakeoverReport
  #scan: Scan | undefined
  #scannedAtMs: number
  #headSeen = 0n
  #rpcFailures = 0
  #journalWritable = true
  #mismatched = false
  #refused: string | undefined
  /** By key of the job. */
  readonly #serviceReasons = new ReasonLog<string>()

  constructor(options: ReporterOptions) {
    this.#options = options
    this.#margin = new MarginReport(options)
    this.#takeovers = new TakeoverReport(options)
    this.#scannedAtMs = options.clock.now()
  }

  started(source: 'checkpoint' | 'events', block: bigint): void {
    this.#options.log.info({ source, block: String(block) }, 'state loads')
  }

  /** The node answered and there is nothing new: the last scan is still the newest possible. */
  alive(): void {
    if (this.#scan) this.#scannedAtMs = this.#options.clock.now()
    this.#options.metrics.rpcUp.set(1)
    this.#rpcFailures = 0
  }

  seen(head: bigint): void {
    this.#headSeen = head
    this.#options.metrics.headBlock.set(Number(head))
  }

  scanned(scan: Scan): void {
    const { metrics, clock, log, config } = this.#options
    this.#scan = scan
    this.#scannedAtMs = clock.now()
    this.#rpcFailures = 0
    this.#mismatched = false
    metrics.rpcUp.set(1)
    metrics.scannedBlock.set(Number(scan.head.number))
    metrics.scannedAt.set(clock.now() / 1000)
    metrics.scanSeconds.observe(scan.milliseconds / 1000)
    for (const lane of ['normal', 'reserved'] as const) {
      metrics.inFlight.set({ lane }, scan.open.filter(({ job }) => job.lane === lane).length)
    }
    measureRisk(metrics, scan)
    this.#margin.scanned(scan.margin)
    this.#takeovers.planned(scan.plan?.reasons ?? new Map())
    measureInventory(metrics, scan, ownAccounts(config))
    measureSeries(metrics, scan)
    this.#logServices(scan.plan)
    const { head, view, plan, milliseconds } = scan
    log.debug(
      { block: String(head.number), computed: view?.computed, jobs: plan?.jobs.length, milliseconds },
      'scanned',
    )
  }

  submitted({ job, nonce, hashes, profitUsd }: Pending): void {
    const { metrics, log } = this.#options
    this.#refused = undefined
    metrics.outcomes.inc({ kind: job.action.kind, outcome: 'submitted' })
    const account = subjectOf(job.action)
    log.info(
      { job: job.action.kind, account, nonce, hash: hashes.at(-1), profitUsd: formatEther(profitUsd) },
      'submitted',
    )
  }

  settled(pending: Pending, settled: Settled): void {
    const { metrics, log, emit, config, clock } = this.#options
    const { job, nonce } = pending
    const { kind } = job.action
    metrics.outcomes.inc({ kind, outcome: settled.kind })
    this.#takeovers.settled(pending, settled)
    if (settled.kind === 'displaced') {
      log.warn({ job: kind, nonce }, 'nonce used by another transaction')
      return
    }
    metrics.gasUsd.inc(toNumber(settled.gasUsd))
    if (isService(job.action)) metrics.serviceUsd.inc({ kind }, toNumber(settled.gasUsd))
    if (kind === 'refresh') metrics.refreshGas.inc(Number(settled.receipt.gasUsed))
    if (settled.kind === 'confirmed') {
      metrics.profitUsd.inc(toNumber(settled.rewardUsd > 0n ? settled.rewardUsd : 0n))
      if (kind === 'liquidate') metrics.breachToConfirmed.observe(Number(settled.receipt.block - job.sinceBlock))
      emit?.(actionLine(pending, settled, { keeper: config.name, at: new Date(clock.now()) }))
    }
    const level = settled.kind === 'reverted' ? 'warn' : 'info'
    const revert = 'revert' in settled ? settled.revert : undefined
    log[level]({ job: kind, account: subjectOf(job.action), nonce, hash: settled.receipt.hash, revert }, settled.kind)
  }

  skipped(action: Action, reason: Reason): void {
    const { metrics, log } = this.#options
    metrics.skipped.inc({ kind: action.kind, reason: reason.kind })
    if (reason.kind === 'sending-failed') this.#refused = reason.code
    const level = reason.kind === 'sending-failed' ? 'error' : 'debug'
    log[level]({ job: action.kind, account: subjectOf(action), reason: plain(reason) }, 'not sent')
  }

  replaced({ nonce, job }: Pending, cancel: boolean): void {
    const { metrics, log } = this.#options
    metrics.replacements.inc({ kind: cancel ? 'cancel' : 'bump' })
    log.info({ nonce, job: job.action.kind, cancel }, 'same nonce offered for more')
  }

  reorganised(to: BlockId, reopened: number): void {
    this.#options.metrics.reorgs.inc()
    this.#options.log.warn({ sharedBlock: String(to.number), reopened }, 'blocks taken back')
  }

  rebuilding(): void {
    this.#options.metrics.rebuilds.inc()
  }

  mismatched(accounts: readonly string[]): void {
    this.#mismatched = true
    this.#options.metrics.mismatches.inc(accounts.length)
    this.#options.log.error({ accounts }, 'rebuilt state differs from the chain')
  }

  journal(writable: boolean): void {
    this.#journalWritable = writable
    this.#options.metrics.journalUp.set(writable ? 1 : 0)
  }

  failed(error: unknown): void {
    const { metrics, log } = this.#options
    const code = errorCode(error)
    metrics.errors.inc({ code })
    if (error instanceof RpcError) {
      this.#rpcFailures += 1
      metrics.rpcUp.set(0)
    }
    if (error instanceof SendError) this.#refused = error.code
    if (code === 'JOURNAL') this.journal(false)
    log.error({ code, error: error instanceof Error ? error.message : String(error) }, 'scan failed')
  }

  /** Healthy: scans complete. Ready: and it can act. */
  health(): Health {
    const { config, clock } = this.#options
    const secondsSinceScan = (clock.now() - this.#scannedAtMs) / 1000
    const scanned = this.#scan?.head.number ?? 0n
    const ill: string[] = []
    if (!this.#scan) ill.push('no scan has completed yet')
    if (secondsSinceScan > config.maxScanAgeSeconds) ill.push(`last complete scan ${secondsSinceScan.toFixed(0)} s ago`)
    if (this.#headSeen - scanned > config.maxScanLagBlocks) ill.push(`${this.#headSeen - scanned} blocks behind`)
    if (this.#rpcFailures > 2) ill.push(`the node failed ${this.#rpcFailures} times in a row`)
    if (!this.#journalWritable) ill.push('the journal cannot be written')
    if (this.#mismatched) ill.push('rebuilt state differs from the chain')
    const unready = this.#refused ? [`the node refuses transactions (${this.#refused})`] : []
    const isFunded = config.resale !== undefined || this.#scan?.book.accounts.has(config.account.main)
    if (this.#scan && !isFunded) unready.push("the keeper's account is empty")
    return {
      healthy: ill.length === 0,
      ready: ill.length === 0 && unready.length === 0,
      problems: [...ill, ...unready],
      headBlock: String(this.#headSeen),
      scannedBlock: String(scanned),
      secondsSinceScan,
    }
  }

  /** Every account that needs something, and why it has not got it. */
  accounts(): AccountReport[] {
    const needy = [...(this.#scan?.view?.accounts.values() ?? [])].filter(
      ({ standing, flagged }) => standing !== 'healthy' || flagged,
    )
    return needy.map(({ account, standing, flagged, assessment, since }) => ({
      account,
      standing,
      flagged,
      equityUsd: formatEther(assessment.equity),
      maintenanceUsd: formatEther(assessment.maintenance),
      sinceBlock: String(since),
      reason: this.#scan?.plan?.reasons.get(account) ?? { kind: 'none' },
    }))
  }

  /** What the last scan made of one account. */
  assessmentOf(account: AccountId): Assessment | undefined {
    return this.#scan?.view?.accounts.get(account)?.assessment
  }

  #logServices(plan: Plan | undefined): void {
    const { log, metrics } = this.#options
    const reasons = plan?.serviceReasons ?? new Map<string, Reason>()
    for (const [job, { kind: reason }] of reasons) {
      if (reason !== 'not-due') metrics.skipped.inc({ kind: job.slice(0, job.indexOf(':')), reason })
    }
    for (const [job, reason] of this.#serviceReasons.changed(reasons)) {
      log[reason.kind === 'not-due' ? 'debug' : 'warn']({ job, reason: plain(reason) }, 'not sent')
    }
  }
}
