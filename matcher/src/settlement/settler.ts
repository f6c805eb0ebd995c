/** Brings matches onto the chain: one transaction at a time, simulated first, followed until it is final. */
import { bumped, type Fees, firstFees, type Head, NonceError, RpcError } from '@plimsoll/keeper/service'
import type { PlimsollError } from '@plimsoll/sdk'
import type { Logger } from 'pino'
import type { ExchangePort, Inclusion } from '../chain/port.ts'
import type { ChainView } from '../chain/view.ts'
import type { Failure, Match } from '../desk/liveOrder.ts'
import type { OrderDesk } from '../desk/orderDesk.ts'
import type { Turn } from '../journal/turn.ts'
import type { Metrics } from '../metrics.ts'
import type { Settings } from '../settings.ts'
import { type Batch, fillOf, isAsIn, openOf } from './batch.ts'
import { failureOfSkip, failuresOf, failuresOfBatch, reasonOf } from './blame.ts'

export type SettlerOptions = {
  readonly port: ExchangePort
  readonly view: ChainView
  readonly desk: OrderDesk
  readonly turn: Turn
  readonly settings: Pick<Settings, 'settlement' | 'gas'>
  readonly metrics: Metrics
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Where a batch was found: in a block, nowhere yet, or nowhere although its nonce is used. */
type Found = {
  readonly batch: Batch
  readonly at: Inclusion | 'open' | 'missing'
  /** Why it reverts on what its block left; undefined when that tells nothing. */
  readonly revert?: PlimsollError | undefined
}

export class Settler {
  readonly #options: SettlerOptions
  readonly #batches = new Map<number, Batch>()
  /** Block at which a batch was first found missing, by id. */
  readonly #missingSince = new Map<number, bigint>()
  #nextBatch = 1

  constructor(options: SettlerOptions) {
    this.#options = options
  }

  /** @param last Largest number of a batch so far. */
  restore(batches: readonly Batch[], last: number): void {
    for (const batch of batches) this.#batches.set(batch.id, batch)
    this.#nextBatch = last + 1
  }

  /** Transactions without a receipt. */
  get inFlight(): number {
    return this.#open().length
  }

  /** One look at the chain: what was sent is followed up, orders are brought in line, the next batch goes out. */
  async round(): Promise<void> {
    const { view, desk, turn } = this.#options
    await view.advance(
      () => desk.interests(),
      async (head) => {
        const found = await this.#find(head)
        return (isNew) => {
          for (const each of found) this.#follow(each, head)
          if (isNew) desk.sweep()
        }
      },
    )
    await turn.committed()
    const open = this.#open()
    for (const batch of open) await this.#offerAgain(batch)
    if (open.length === 0) await this.#settleNext()
  }

  #open(): Batch[] {
    return [...this.#batches.values()].filter(({ status }) => status === 'sent').sort((a, b) => a.nonce - b.nonce)
  }

  /* WHAT BECAME OF BATCHES */

  async #find(head: Head): Promise<Found[]> {
    const { port } = this.#options
    if (this.#batches.size === 0) return []
    const used = await port.nonce() // before the receipts, which exist if its own nonce was used
    return Promise.all(
      [...this.#batches.values()].map(async (batch): Promise<Found> => {
        const inclusions = await Promise.all(batch.hashes.map((hash) => port.inclusion(hash)))
        const inclusion = inclusions.find((each) => each !== undefined)
        if (!inclusion) return { batch, at: used > batch.nonce ? 'missing' : 'open' }
        if (inclusion.block > head.number) return { batch, at: 'open' }
        return {
          batch,
          at: inclusion,
          revert: inclusion.succeeded ? undefined : await this.#revertOf(batch, inclusion),
        }
      }),
    )
  }

  /** A receipt has no reason: the fills are rehearsed on the state that its block left, as long as the node has it. */
  async #revertOf(batch: Batch, { block }: Inclusion): Promise<PlimsollError | undefined> {
    try {
      const estimate = await this.#options.port.rehearse(openOf(batch).map(fillOf), block)
      return 'error' in estimate ? estimate.error : undefined
    } catch (error) {
      if (!(error instanceof RpcError)) throw error
      this.#options.log.warn(
        { batch: batch.id, block: String(block), problem: error.message },
        'revert without a reason',
      )
      return undefined
    }
  }

  #follow({ batch, at, revert }: Found, head: Head): void {
    const { settlement } = this.#options.settings
    if (at !== 'missing') this.#missingSince.delete(batch.id)
    if (at === 'open') {
      if (batch.status === 'mined') this.#takeBack(batch)
    } else if (at === 'missing') this.#missed(batch, head)
    else if (!at.succeeded) this.#end(batch, 'reverted', failuresOfBatch(revert, openOf(batch)))
    else {
      if (batch.status === 'mined' && !isAsIn(batch, at)) this.#takeBack(batch)
      if (batch.status === 'sent') this.#mined(batch, at)
      if (head.number >= at.block + settlement.finalityBlocks) this.#finalise(batch)
    }
  }

  /**
   * Nodes count a transaction before they know its block: only a later block without it says that another one was mined. Somebody
   * used this service's key, which is no order's fault.
   */
  #missed(batch: Batch, head: Head): void {
    const since = this.#missingSince.get(batch.id) ?? head.number
    this.#missingSince.set(batch.id, since)
    if (head.number <= since) return
    this.#end(
      batch,
      'displaced',
      openOf(batch).map((match) => ({ match, reason: 'Displaced', against: [] })),
    )
  }

  /** What the exchange did not skip is settled, also what it had skipped in a block that is gone. */
  #mined(batch: Batch, { skipped, block, gasUsed }: Inclusion): void {
    const { desk, turn, metrics } = this.#options
    const failures: Failure[] = []
    batch.matches.forEach((match, index) => {
      const error = skipped.get(index)
      if (error === undefined) {
        desk.move(match, 'settled')
        metrics.settled.inc()
      } else if (match.status !== 'failed') failures.push(failureOfSkip(error, match))
    })
    batch.status = 'mined'
    batch.minedBlock = block
    turn.batch(batch)
    metrics.batches.inc({ outcome: 'mined' })
    metrics.gasUsed.inc(Number(gasUsed))
    this.#unwind(failures)
  }

  /** Its block is gone: its matches are on their way again. */
  #takeBack(batch: Batch): void {
    batch.status = 'sent'
    batch.minedBlock = undefined
    this.#options.turn.batch(batch)
    this.#options.metrics.batches.inc({ outcome: 'reorganised' })
    for (const match of openOf(batch)) this.#options.desk.move(match, 'sent')
  }

  #finalise(batch: Batch): void {
    for (const match of openOf(batch)) this.#options.desk.move(match, 'final')
    this.#forget(batch, 'final')
  }

  #end(batch: Batch, status: 'reverted' | 'displaced', failures: readonly Failure[]) {
    this.#options.metrics.batches.inc({ outcome: status })
    this.#options.log.warn({ batch: batch.id, nonce: batch.nonce }, status)
    this.#forget(batch, status)
    this.#unwind(failures)
  }

  #forget(batch: Batch, status: Batch['status']): void {
    batch.status = status
    this.#batches.delete(batch.id)
    this.#missingSince.delete(batch.id)
    this.#options.turn.batch(batch)
  }

  #unwind(failures: readonly Failure[]): void {
    for (const { reason } of failures) this.#options.metrics.unwound.inc({ reason })
    this.#options.desk.unwind(failures)
  }

  /* THE NEXT BATCH */

  async #settleNext(): Promise<void> {
    const { desk, settings, view, port } = this.#options
    let matches = desk.ledger.pending().filter(({ status }) => status === 'matched')
    matches = matches.slice(0, settings.settlement.maxFills)
    while (matches.length > 0) {
      const { head } = view.state
      const estimate = await port.rehearse(matches.map(fillOf), head.number)
      if ('gas' in estimate && estimate.gas <= settings.settlement.maxGas) {
        await this.#send(matches, estimate.gas, head)
        return
      }
      matches = await this.#withoutFailing(matches, 'error' in estimate ? estimate.error : undefined, head)
    }
  }

  /**
   * What is left to settle of matches that revert together, or need too much gas (no error). Those that the error names are
   * taken back; when it names nobody the batch is halved, and a match that fails alone is taken back.
   */
  async #withoutFailing(matches: readonly Match[], error: PlimsollError | undefined, head: Head): Promise<Match[]> {
    const named = error ? failuresOf(error, matches) : []
    if (named.length === 0 && matches.length > 1) return half(matches)
    const reason = error ? reasonOf(error) : 'TooMuchGas'
    const alone = matches.map((match): Failure => ({ match, reason, against: 'unknown' }))
    if (named.length === 0) {
      this.#options.log.warn({ reason, problem: error?.message, block: String(head.number) }, 'unsettleable')
    }
    const failures = named.length > 0 ? named : alone
    this.#unwind(failures)
    await this.#options.turn.committed()
    return matches.filter((match) => failures.every((failure) => failure.match !== match))
  }

  /** Signs, writes the journal, broadcasts; in this order, so that a crash never forgets a transaction. */
  async #send(matches: readonly Match[], gas: bigint, head: Head) {
    const { port, desk, turn, settings, metrics, log } = this.#options
    const fees = firstFees(head, settings.gas)
    const nonce = await port.nonce()
    const limit = (gas * BigInt(Math.round(settings.gas.headroom * 100))) / 100n
    const signed = await port.sign({ ...port.settlement(matches.map(fillOf)), ...fees, nonce, gas: limit })
    if (matches.some(({ status }) => status !== 'matched')) return // unwound meanwhile
    const id = this.#nextBatch++
    const batch: Batch = {
      id,
      nonce,
      matches,
      status: 'sent',
      hashes: [signed.hash],
      raw: signed.raw,
      gas: limit,
      fees,
      sentBlock: head.number,
      minedBlock: undefined,
    }
    this.#batches.set(id, batch)
    turn.batch(batch)
    for (const match of matches) desk.move(match, 'sent', id)
    await turn.committed()
    metrics.batchFills.observe(matches.length)
    log.info({ batch: id, nonce, fills: matches.length, hash: signed.hash }, 'submitted')
    await this.#broadcast(batch)
  }

  /** The same transaction again, in case no node has it; after some blocks for more. */
  async #offerAgain(batch: Batch): Promise<void> {
    const { view, settings, port, turn, metrics } = this.#options
    const { head } = view.state
    if (head.number - batch.sentBlock >= settings.gas.replaceAfterBlocks) {
      const call = port.settlement(batch.matches.map(fillOf))
      const fees = higher(bumped(batch.fees, settings.gas.bumpPercent), firstFees(head, settings.gas))
      const signed = await port.sign({ ...call, ...fees, nonce: batch.nonce, gas: batch.gas })
      batch.hashes = [...batch.hashes, signed.hash]
      batch.raw = signed.raw
      batch.fees = fees
      batch.sentBlock = head.number
      turn.batch(batch)
      await turn.committed()
      metrics.replacements.inc()
    }
    await this.#broadcast(batch)
  }

  /** A node that does not answer may have it all the same; a used nonce shows in the next round. */
  async #broadcast({ hashes, raw, nonce }: Batch): Promise<void> {
    const hash = hashes.at(-1)
    if (!hash) return
    try {
      await this.#options.port.send({ hash, raw }, nonce)
    } catch (error) {
      if (!(error instanceof RpcError || error instanceof NonceError)) throw error
      this.#options.log.warn({ hash, code: error.code }, 'not known to have arrived')
    }
  }
}

function half(matches: readonly Match[]): Match[] {
  return matches.slice(0, Math.floor(matches.length / 2))
}

function higher(a: Fees, b: Fees): Fees {
  return a.maxFeePerGas >= b.maxFeePerGas ? a : { ...a, maxFeePerGas: b.maxFeePerGas }
}
