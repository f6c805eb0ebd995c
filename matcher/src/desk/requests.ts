/** Requests for quotes: makers answer with signed orders, the taker picks one. Open ones do not survive a restart. */
import { randomBytes } from 'node:crypto'
import { encodeInstrumentId, type Leg } from '@plimsoll/sdk'
import { type Hex, toHex } from 'viem'
import { RefusedError } from '../errors.ts'
import type { LiveOrder, Match, NewOrder } from './liveOrder.ts'
import type { OrderDesk } from './orderDesk.ts'

export type QuoteRequest = {
  /** Random: who knows it may see the quotes. */
  readonly id: Hex
  /** As the taker would trade them. */
  readonly legs: readonly Leg[]
  readonly units: bigint
  /** Milliseconds since the epoch. */
  readonly closesAt: number
  readonly quotes: Map<Hex, LiveOrder>
}

export type RequestLimits = { readonly lifeSeconds: number; readonly maxOpen: number; readonly maxPerRequest: number }

export class QuoteRequests {
  readonly #desk: OrderDesk
  readonly #limits: RequestLimits
  readonly #now: () => number
  readonly #open = new Map<Hex, QuoteRequest>()

  constructor(desk: OrderDesk, limits: RequestLimits, now: () => number) {
    this.#desk = desk
    this.#limits = limits
    this.#now = now
  }

  /** @throws RefusedError when too many are open */
  open(legs: readonly Leg[], units: bigint): QuoteRequest {
    if (this.#open.size >= this.#limits.maxOpen) {
      const message = 'Too many requests for quotes are open. Try again in some seconds.'
      throw new RefusedError({ code: 'TooManyRequests', message, status: 503 })
    }
    const closesAt = this.#now() + this.#limits.lifeSeconds * 1_000
    const request: QuoteRequest = { id: toHex(randomBytes(16)), legs, units, closesAt, quotes: new Map() }
    this.#open.set(request.id, request)
    return request
  }

  /** @throws RefusedError when it is unknown or closed */
  get(id: Hex): QuoteRequest {
    const request = this.#open.get(id)
    if (request && request.closesAt > this.#now()) return request
    throw new RefusedError({ code: 'UnknownRequest', message: 'No such request is open. Ask again.', status: 404 })
  }

  /** Takes a maker's signed order as a quote. @throws RefusedError */
  quote(id: Hex, candidate: Omit<NewOrder, 'kind'>): LiveOrder {
    const request = this.get(id)
    if (request.quotes.size >= this.#limits.maxPerRequest && !request.quotes.has(candidate.hash)) {
      throw new RefusedError({ code: 'TooManyQuotes', message: 'The request has enough quotes.', status: 429 })
    }
    requireLegs(candidate, request, -1n)
    const live = this.#desk.enter({ ...candidate, kind: 'quote' })
    request.quotes.set(live.hash, live)
    return live
  }

  /** Matches the taker's signed order with a quote, all its units. The request is closed then. @throws RefusedError */
  pick(id: Hex, quoteHash: Hex, candidate: Omit<NewOrder, 'kind'>): Match {
    const request = this.get(id)
    const quote = request.quotes.get(quoteHash)
    if (!quote || this.#desk.order(quoteHash) !== quote) {
      throw new RefusedError({ code: 'UnknownQuote', message: 'The quote is gone. Pick another one.', status: 409 })
    }
    requireLegs(candidate, request, 1n)
    this.#requirePrice(quote, candidate)
    const taker = this.#desk.enter({ ...candidate, kind: 'pick' })
    const verdict = this.#desk.judge(quote, taker)
    if (verdict.kind === 'trade' && verdict.agreement.units === taker.order.units) {
      const match = this.#desk.trade(quote, taker, verdict.agreement)
      this.#close(request)
      return match
    }
    const reason = 'reason' in verdict ? verdict.reason : 'QuoteTooSmall'
    if (taker.kind === 'pick') this.#desk.drop(taker, reason)
    if (verdict.kind === 'dropMaker') this.#desk.drop(quote, reason)
    const message = `The pick does not trade with the quote: ${reason}. Pick another one.`
    throw new RefusedError({ code: reason, message, status: 409 })
  }

  /** Closes what is over, and drops quotes without a request and without matches. */
  sweep(): void {
    for (const request of this.#open.values()) if (request.closesAt <= this.#now()) this.#close(request)
    const asked = new Set([...this.#open.values()].flatMap(({ quotes }) => [...quotes.keys()]))
    for (const live of this.#desk.orders()) {
      if (live.kind === 'order' || asked.has(live.hash) || this.#desk.ledger.takenFrom(live.order).slot > 0n) continue
      this.#desk.drop(live, 'RequestClosed')
    }
  }

  #close({ id }: QuoteRequest): void {
    this.#open.delete(id)
  }

  #requirePrice({ order: maker }: LiveOrder, { order: taker }: Pick<NewOrder, 'order'>): void {
    if (taker.limitPrice >= -maker.limitPrice) return
    const details = { makerLimit: maker.limitPrice, takerLimit: taker.limitPrice }
    const message = `The quote is ${-maker.limitPrice} and the order pays at most ${taker.limitPrice} per unit.`
    throw new RefusedError({ code: 'PricesDoNotCross', message, details })
  }
}

/** The same legs in the same order, all bought and sold as the request says (1) or the other way round (-1). */
function requireLegs({ order }: Pick<NewOrder, 'order'>, { legs }: QuoteRequest, sign: 1n | -1n): void {
  const isSame = ({ instrument, ratio }: Leg, other: Leg | undefined) =>
    other !== undefined &&
    encodeInstrumentId(instrument) === encodeInstrumentId(other.instrument) &&
    ratio === sign * other.ratio
  if (order.legs.length === legs.length && order.legs.every((leg, index) => isSame(leg, legs[index]))) return
  const message = `The legs are not ${sign > 0n ? 'those' : 'the opposite'} of the request. Keep their order and ratios.`
  throw new RefusedError({ code: 'LegsDoNotMatch', message, status: 400 })
}
