/** All live orders and matches: enters, matches, unwinds. Works on the last chain state without waiting for anything. */
import { type AccountId, unitsLeft } from '@plimsoll/sdk'
import { type Hex, zeroAddress, zeroHash } from 'viem'
import { Book, type Side } from '../book/book.ts'
import { type Agreement, type Desk, matchOrder, type Verdict } from '../book/matching.ts'
import { type ChainState, groupKey, slotKey } from '../chain/view.ts'
import { RefusedError } from '../errors.ts'
import { least } from '../units.ts'
import { refused, requireBookOrder } from './entryRules.ts'
import { Judge } from './judge.ts'
import { Ledger } from './ledger.ts'
import { type Failure, type LiveOrder, liveOrder, type Match, type NewOrder } from './liveOrder.ts'
import { LiveOrders } from './liveOrders.ts'
import { PASSING } from './refusals.ts'

/** Is told of everything that changes, to write it down before anybody else hears of it. */
export interface Recorder {
  order(order: LiveOrder): void
  match(match: Match): void
  /** Units at the price of an order of a book may have changed. */
  level(order: LiveOrder): void
}

export type DeskOptions = {
  readonly state: () => ChainState
  readonly recorder: Recorder
  readonly executor: Hex
  readonly expiryMarginSeconds: number
  readonly maxOrdersPerAccount: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

type Terms = Agreement & Pick<Match, 'makerCash' | 'takerCash'>

/** Failures without a reason after which an order is given up. */
const MOST_FAILURES = 3
/** Refusals that say nothing against an order: what the chain would say is not known, or another block may allow the trade. */
const SKIPPED: ReadonlySet<string> = new Set(['UnknownState', ...PASSING])

export class OrderDesk implements Desk<LiveOrder, Terms> {
  readonly ledger = new Ledger()
  readonly judgement: Judge
  readonly #options: DeskOptions
  readonly #live = new LiveOrders()
  readonly #books = new Map<string, Book<LiveOrder>>()
  #nextSeq = 1
  #nextMatch = 1

  constructor(options: DeskOptions) {
    this.#options = options
    this.judgement = new Judge({ ...options, ledger: this.ledger })
  }

  /* WHAT THERE IS */

  order(hash: Hex): LiveOrder | undefined {
    return this.#live.get(hash)
  }

  ordersOf(accountId: AccountId): readonly LiveOrder[] {
    return [...this.#live.ofAccount(accountId)]
  }

  orders(): readonly LiveOrder[] {
    return [...this.#live.all()]
  }

  /** Live orders, and those behind unsettled matches. */
  *interests(): Generator<LiveOrder> {
    yield* this.#live.all()
    for (const { maker, taker } of this.ledger.matches()) yield* [maker, taker]
  }

  book(market: string): Book<LiveOrder> {
    const known = this.#books.get(market)
    if (known) return known
    const book = new Book<LiveOrder>()
    this.#books.set(market, book)
    return book
  }

  get size(): number {
    return this.#live.size
  }

  /** Resting orders of a side that anybody may settle, the first to trade first. */
  open(market: string, side: Side): readonly LiveOrder[] {
    const resting = this.#books.get(market)?.inPriority(side) ?? []
    return [...resting].filter(({ order }) => order.executor === zeroAddress)
  }

  /** As of the chain state, less what pending matches take; 0 when that is less than the least fill. */
  left({ order, status }: LiveOrder): bigint {
    if (status === 'done') return 0n
    const { filled, grouped } = this.#options.state()
    const taken = this.ledger.takenFrom(order)
    const left = unitsLeft(order, {
      filled: (filled.get(slotKey(order)) ?? order.units) + taken.slot,
      grouped: (grouped.get(groupKey(order)) ?? order.groupCap) + taken.group,
    })
    return left >= minFillOf(order) ? left : 0n
  }

  /* ORDERS */

  /** Takes an order whose signature is good. One that is live or has open matches stays as it is. @throws RefusedError */
  enter(candidate: NewOrder): LiveOrder {
    const known = this.#live.get(candidate.hash) ?? this.ledger.order(candidate.hash)
    if (known) return known
    if (candidate.kind === 'order') requireBookOrder(candidate)
    const live = liveOrder(candidate, this.#nextSeq)
    const refusal = this.judgement.entryRefusal(live, this.left(live))
    if (refusal) throw refused(refusal)
    this.#requireRoom(live)
    this.#nextSeq += 1
    const replaced = this.#live.onSlot(live.order)
    if (replaced) this.drop(replaced, 'Replaced')
    this.#live.add(live)
    if (live.kind === 'order') this.#place(live)
    this.#options.recorder.order(live)
    return live
  }

  /** Takes an order out for good; its matches stay. */
  drop(live: LiveOrder, reason: string): void {
    if (live.resting) this.book(live.market).remove(live)
    live.status = 'done'
    live.reason = reason
    live.resting = false
    this.#live.remove(live)
    this.#changed(live)
  }

  /** Puts back what the journal has, as it was: nothing is matched before the chain is known. */
  restore(orders: readonly LiveOrder[], matches: readonly Match[]): void {
    for (const match of matches) if (match.status !== 'failed') this.ledger.add(match)
    for (const live of orders.filter(({ status }) => status !== 'done')) {
      this.#live.add(live)
      if (live.resting) this.book(live.market).insert(live)
    }
  }

  /** Numbers go on after the largest ones ever used. */
  continueAfter({ seq, match }: { readonly seq: number; readonly match: number }): void {
    this.#nextSeq = seq + 1
    this.#nextMatch = match + 1
  }

  /* MATCHES */

  judge(maker: LiveOrder, taker: LiveOrder): Verdict<Terms> {
    if (maker.order.accountId === taker.order.accountId) return { kind: 'dropMaker', reason: 'SelfTrade' }
    const [ofMaker, ofTaker] = [this.#tradable(maker), this.#tradable(taker)]
    if (ofTaker < minFillOf(taker.order)) return { kind: 'dropTaker', reason: this.#lack(taker) }
    if (ofMaker < minFillOf(maker.order)) return { kind: 'dropMaker', reason: this.#lack(maker) }
    const units = least(ofMaker, ofTaker)
    if (units < minFillOf(maker.order) || units < minFillOf(taker.order)) return { kind: 'skip' }
    const terms = this.judgement.trade(maker, taker, units)
    if (!('against' in terms)) return { kind: 'trade', agreement: { ...terms, units } }
    const { against, refusal } = terms
    if (SKIPPED.has(refusal.error)) return { kind: 'skip' }
    return { kind: against === 'maker' ? 'dropMaker' : 'dropTaker', reason: refusal.error }
  }

  trade(maker: LiveOrder, taker: LiveOrder, terms: Terms): Match {
    const id = this.#nextMatch++
    const at = this.#options.now()
    const match: Match = { id, maker, taker, ...terms, at, status: 'matched', batch: undefined, reason: undefined }
    this.ledger.add(match)
    this.#options.recorder.match(match)
    for (const side of [maker, taker]) {
      if (this.left(side) === 0n) side.resting = false
      this.#changed(side)
    }
    return match
  }

  /** Matches that will not settle: whose fault it is goes, the others trade again, the oldest first. */
  unwind(failures: readonly Failure[]): void {
    const involved = new Set<LiveOrder>()
    const dropped = new Map<LiveOrder, string>()
    for (const { match, reason, against } of failures) {
      this.ledger.move(match, 'failed')
      match.reason = reason
      this.#options.recorder.match(match)
      for (const live of [match.maker, match.taker]) {
        involved.add(live)
        if (against === 'unknown') live.failures += 1
        if (live.failures > MOST_FAILURES) dropped.set(live, 'Unsettleable')
        else if (against !== 'unknown' && against.includes(live)) dropped.set(live, reason)
        else if (live.kind !== 'order' && live.status !== 'done' && !dropped.has(live)) dropped.set(live, reason)
      }
    }
    for (const [live, reason] of dropped) this.drop(live, reason)
    for (const live of [...involved].sort((a, b) => a.seq - b.seq)) this.#revive(live)
  }

  /** A match moves on, or back after a reorganisation. */
  move(match: Match, status: Match['status'], batch = match.batch): void {
    this.ledger.move(match, status)
    match.batch = batch
    match.reason = undefined
    this.#options.recorder.match(match)
  }

  /* A NEW BLOCK */

  /** Brings everything in line with the chain state: fills of others, cancellations, expiries, spot bands. */
  sweep(): void {
    this.#resolveConflicts()
    const rest = this.orders().filter((live) => {
      const reason = this.judgement.endOf(live)
      if (reason !== undefined) this.drop(live, reason)
      return reason === undefined
    })
    for (const live of rest.filter(({ kind }) => kind === 'order').sort((a, b) => a.seq - b.seq)) {
      const isInBand = this.judgement.isInBand(live.order)
      if (live.status === 'working' && !isInBand) this.#park(live)
      else if (isInBand && !live.resting && live.status !== 'done' && this.left(live) > 0n) this.#place(live)
    }
  }

  /** Somebody else filled or voided an order that has matches: the newest that no transaction carries give way. */
  #resolveConflicts(): void {
    const unsent = this.ledger.pending().filter(({ status }) => status === 'matched')
    for (const match of unsent.reverse()) {
      const sides = [match.maker, match.taker]
      const reasons = sides.map((live) => this.judgement.voidOf(live))
      const against = sides.filter((_, index) => reasons[index] !== undefined)
      const reason = reasons.find((voided) => voided !== undefined)
      if (reason !== undefined) this.unwind([{ match, reason, against }])
      else if (sides.some(({ order }) => this.judgement.isOverTaken(order)))
        this.unwind([{ match, reason: 'OverFilled', against: [] }])
    }
  }

  /* INSIDE */

  #place(live: LiveOrder): void {
    if (!this.judgement.isInBand(live.order)) {
      this.#park(live)
      return
    }
    live.status = 'working'
    live.resting = matchOrder(this.book(live.market), live, this)
    this.#changed(live)
  }

  #park(live: LiveOrder): void {
    if (live.resting) this.book(live.market).remove(live)
    live.resting = false
    live.status = 'waiting'
    this.#changed(live)
  }

  #revive(live: LiveOrder): void {
    if (live.kind !== 'order' || (live.status === 'done' && live.reason !== 'Filled')) return
    if (live.status === 'done' && !this.#live.onSlot(live.order)) {
      live.status = 'working'
      live.reason = undefined
      this.#live.add(live)
    }
    if (live.status === 'working' && !live.resting && this.left(live) > 0n) this.#place(live)
    else this.#changed(live)
  }

  /** Units that the order may trade now. */
  #tradable(live: LiveOrder): bigint {
    const left = this.left(live)
    return live.order.reduceOnly ? least(left, this.judgement.reducible(live)) : left
  }

  /** Why an order has too few units to trade. */
  #lack(live: LiveOrder): string {
    return this.left(live) > 0n ? 'NotReducing' : 'OverFilled'
  }

  /** Orders of one group share their units: all their levels may have changed. */
  #changed(live: LiveOrder): void {
    const { recorder } = this.#options
    recorder.order(live)
    if (live.kind === 'order') recorder.level(live)
    if (live.order.group === zeroHash) return
    for (const own of this.#live.ofAccount(live.order.accountId)) if (own.kind === 'order') recorder.level(own)
  }

  #requireRoom({ order }: LiveOrder): void {
    const limit = this.#options.maxOrdersPerAccount
    if (this.#live.ofAccount(order.accountId).size < limit) return
    const message = `The account has ${limit} live orders. Cancel some.`
    throw new RefusedError({ code: 'TooManyOrders', message, status: 429, details: { limit } })
  }
}

function minFillOf({ minFill }: LiveOrder['order']): bigint {
  return minFill > 1n ? minFill : 1n
}
