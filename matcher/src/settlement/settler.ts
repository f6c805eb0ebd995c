/** Brings matches onto the chain: one transaction at a time, simulated first, followed until it is final. */
import { bumped, type Fees, firstFees, type Head, NonceError, RpcError } from '@plimsoll/keeper/service'
import type { Fill, PlimsollError } from '@plimsoll/sdk'
import type { Logger } from 'pino'
import type { Hex } from 'viem'
import type { ExchangePort, Inclusion } from '../chain/port.ts'
import type { ChainView } from '../chain/view.ts'
import type { Match } from '../desk/liveOrder.ts'
import type { OrderDesk } from '../desk/orderDesk.ts'
import type { Turn } from '../journal/turn.ts'
import type { Metrics } from '../metrics.ts'
import type { Settings } from '../settings.ts'
import type { Batch } from './batch.ts'
import { culpritsOf } from './blame.ts'

export type SettlerOptions = {
  readonly port: ExchangePort
  readonly view: ChainView
  readonly desk: OrderDesk
  readonly turn: Turn
  readonly settings: Pick<Settings, 'settlement' | 'gas'>
  readonly metrics: Metrics
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Where a batch was found: in a block, nowhere yet, or its nonce went to another transaction. */
type Found = { readonly batch: Batch; readonly at: Inclusion | 'open' | 'displaced' }

export class Settler {
  readonly #options: SettlerOptions
  readonly #batches = new Map<number, Batch>()
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
        if (inclusion) return { batch, at: inclusion.block <= head.number ? inclusion : 'open' }
        return { batch, at: used > batch.nonce ? 'displaced' : 'open' }
      }),
    )
  }

  #follow({ batch, at }: Found, head: Head): void {
    const { settlement } = this.#options.settings
    if (at === 'open') {
      if (batch.status === 'mined') this.#takeBack(batch)
    } else if (at === 'displaced') this.#end(batch, 'displaced', new Map(), 'Displaced')
    else if (!at.succeeded) this.#end(batch, 'reverted', new Map(), 'Reverted')
    else {
      if (batch.status === 'sent') this.#mined(batch, at)
      if (head.number >= at.block + settlement.finalityBlocks) this.#finalise(batch)
    }
  }

  /** Fills that the exchange reports are settled; the rest of the batch was skipped. */
  #mined(batch: Batch, { fills, block, gasUsed }: Inclusion): void {
    const { desk, turn, metrics } = this.#options
    const open = [...fills]
    const skipped: Match[] = []
    for (const match of this.#matchesOf(batch)) {
      const index = open.findIndex(
        ({ makerHash, takerHash, units }) =>
          makerHash === match.maker.hash && takerHash === match.taker.hash && units === match.units,
      )
      if (index < 0) skipped.push(match)
      else {
        open.splice(index, 1)
        desk.move(match, 'settled')
        metrics.settled.inc()
      }
    }
    batch.status = 'mined'
    batch.minedBlock = block
    turn.batch(batch)
    metrics.batches.inc({ outcome: 'mined' })
    metrics.gasUsed.inc(Number(gasUsed))
    this.#unwind(skipped, new Map(), 'Skipped')
  }

  /** Its block is gone: its matches are on their way again. */
  #takeBack(batch: Batch): void {
    batch.status = 'sent'
    batch.minedBlock = undefined
    this.#options.turn.batch(batch)
    this.#options.metrics.batches.inc({ outcome: 'reorganised' })
    for (const match of this.#matchesOf(batch)) this.#options.desk.move(match, 'sent')
  }

  #finalise(batch: Batch): void {
    for (const match of this.#matchesOf(batch)) this.#options.desk.move(match, 'final')
    this.#forget(batch, 'final')
  }

  #end(batch: Batch, status: 'reverted' | 'displaced', culprits: ReadonlyMap<Hex, string>, reason: string) {
    this.#options.metrics.batches.inc({ outcome: status })
    this.#options.log.warn({ batch: batch.id, nonce: batch.nonce }, status)
    const matches = this.#matchesOf(batch)
    this.#forget(batch, status)
    this.#unwind(matches, culprits, reason)
  }

  #forget(batch: Batch, status: Batch['status']): void {
    batch.status = status
    this.#batches.delete(batch.id)
    this.#options.turn.batch(batch)
  }

  #matchesOf({ id }: Batch): Match[] {
    return [...this.#options.desk.ledger.matches()].filter(({ batch }) => batch === id)
  }

  #unwind(matches: readonly Match[], culprits: ReadonlyMap<Hex, string>, reason: string): void {
    if (matches.length === 0) return
    this.#options.metrics.unwound.inc({ reason }, matches.length)
    this.#options.desk.unwind(matches, culprits, reason)
  }

  /* THE NEXT BATCH */

  async #settleNext(): Promise<void> {
    const { desk, settings, view } = this.#options
    let matches = desk.ledger.pending().filter(({ status }) => status === 'matched')
    matches = matches.slice(0, settings.settlement.maxFills)
    while (matches.length > 0) {
      const { head } = view.state
      const call = this.#options.port.settlement(matches.map(fillOf))
      const estimate = await this.#options.port.estimate(call, head.number)
      if ('gas' in estimate && estimate.gas <= settings.settlement.maxGas) {
        await this.#send(matches, call, estimate.gas, head)
        return
      }
      matches = await this.#withoutFailing(matches, 'gas' in estimate ? undefined : estimate.error, head)
    }
  }

  /**
   * What is left to settle of matches that revert together, or need too much gas (no error). Culprits are dropped; without
   * any the batch is halved, and a match that fails alone is taken back.
   */
  async #withoutFailing(matches: readonly Match[], error: PlimsollError | undefined, head: Head): Promise<Match[]> {
    const culprits = error ? culpritsOf(error, matches) : new Map<Hex, string>()
    if (culprits.size === 0 && matches.length > 1) return half(matches)
    const code = error?.code ?? 'TOO_MUCH_GAS'
    const isAlone = culprits.size === 0
    if (isAlone) this.#options.log.warn({ code, problem: error?.message, block: String(head.number) }, 'unsettleable')
    const fails = ({ maker, taker }: Match) => isAlone || culprits.has(maker.hash) || culprits.has(taker.hash)
    this.#unwind(matches.filter(fails), culprits, code)
    await this.#options.turn.committed()
    return matches.filter((match) => !fails(match))
  }

  /** Signs, writes the journal, broadcasts; in this order, so that a crash never forgets a transaction. */
  async #send(matches: readonly Match[], call: Parameters<ExchangePort['estimate']>[0], gas: bigint, head: Head) {
    const { port, desk, turn, settings, metrics, log } = this.#options
    const fees = firstFees(head, settings.gas)
    const nonce = await port.nonce()
    const limit = (gas * BigInt(Math.round(settings.gas.headroom * 100))) / 100n
    const signed = await port.sign({ ...call, ...fees, nonce, gas: limit })
    if (matches.some(({ status }) => status !== 'matched')) return // unwound meanwhile
    const id = this.#nextBatch++
    const batch: Batch = {
      id,
      nonce,
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
      const call = port.settlement(this.#matchesOf(batch).map(fillOf))
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

function fillOf({ maker, taker, units }: Match): Fill {
  return {
    maker: maker.order,
    makerSignature: maker.signature,
    taker: taker.order,
    takerSignature: taker.signature,
    units,
  }
}

function half(matches: readonly Match[]): Match[] {
  return matches.slice(0, Math.floor(matches.length / 2))
}

function higher(a: Fees, b: Fees): Fees {
  return a.maxFeePerGas >= b.maxFeePerGas ? a : { ...a, maxFeePerGas: b.maxFeePerGas }
}
