/** What subscribers hear: books as snapshot and numbered deltas, trades, requests for quotes, states of own orders. */
import type { AccountId, Symbols } from '@plimsoll/sdk'
import type { Side } from '../book/book.ts'
import { Levels, type SideLevels } from '../book/levels.ts'
import type { LiveOrder, Match } from '../desk/liveOrder.ts'
import type { OrderDesk } from '../desk/orderDesk.ts'
import type { QuoteRequest } from '../desk/requests.ts'
import type { Listener } from '../journal/turn.ts'
import { marketName, openRequest, orderState, quote, trade } from './wire.ts'

/** One connection. */
export interface Subscriber {
  send(message: unknown): void
}

type Published = { readonly name: string; sequence: number; readonly levels: Levels }

const REMEMBERED_TRADES = 1_000

export class Feed implements Listener {
  /** Sequence numbers count within it: the time of the start. */
  readonly epoch: number
  readonly #desk: OrderDesk
  readonly #symbols: Symbols
  readonly #channels = new Map<string, Set<Subscriber>>()
  readonly #books = new Map<string, Published>()
  /** Newest last, by id. */
  readonly #trades = new Map<number, ReturnType<typeof trade>>()

  constructor(desk: OrderDesk, symbols: Symbols, epoch: number) {
    this.#desk = desk
    this.#symbols = symbols
    this.epoch = epoch
  }

  subscribe(channel: string, subscriber: Subscriber): void {
    const subscribers = this.#channels.get(channel) ?? new Set()
    this.#channels.set(channel, subscribers.add(subscriber))
  }

  unsubscribe(channel: string, subscriber: Subscriber): void {
    const subscribers = this.#channels.get(channel)
    subscribers?.delete(subscriber)
    if (subscribers?.size === 0) this.#channels.delete(channel)
  }

  /** A book as last published; empty when nobody ever ordered there. */
  book(market: string, name: string) {
    const { sequence, levels } = this.#books.get(market) ?? { sequence: 0, levels: new Levels() }
    return { market: name, epoch: this.epoch, sequence, ...levels.all() }
  }

  /** Markets with a book, by name. */
  markets(): string[] {
    return [...this.#books.values()].map(({ name }) => name).sort()
  }

  /** Newest first. @param market By name; undefined: all. */
  trades(market: string | undefined, limit: number) {
    const wanted = [...this.#trades.values()].filter((each) => market === undefined || each.market === market)
    return wanted.slice(-limit).reverse()
  }

  /** After a restart: books as the journal left them. */
  start(orders: readonly LiveOrder[]): void {
    this.levelsChanged(new Set(orders.filter(({ kind }) => kind === 'order')))
  }

  orderChanged(live: LiveOrder): void {
    const channel = ordersChannel(live.order.accountId)
    this.#publish(channel, 'order', () => orderState(live, this.#desk.left(live), this.#symbols))
  }

  matchChanged(match: Match): void {
    const told = trade(match, this.#symbols)
    this.#trades.set(match.id, told)
    for (const id of this.#trades.keys()) {
      if (this.#trades.size <= REMEMBERED_TRADES) break
      this.#trades.delete(id)
    }
    this.#publish('trades', 'trade', () => told)
    this.#publish(`trades.${told.market}`, 'trade', () => told)
  }

  levelsChanged(orders: ReadonlySet<LiveOrder>): void {
    const deltas = new Map<Published, SideLevels>()
    for (const live of orders) {
      const published = this.#published(live)
      const units = this.#unitsAt(live)
      if (!published.levels.set(live.side, live.price, units)) continue
      const delta = deltas.get(published) ?? { buy: [], sell: [] }
      delta[live.side].push([String(live.price), String(units)])
      deltas.set(published, delta)
    }
    for (const [published, delta] of deltas) {
      const sequence = ++published.sequence
      this.#publish(`book.${published.name}`, 'delta', () => ({ epoch: this.epoch, sequence, ...delta }))
    }
  }

  requested(request: QuoteRequest): void {
    this.#publish('requests', 'request', () => openRequest(request, this.#symbols))
  }

  quoted({ id }: QuoteRequest, live: LiveOrder): void {
    this.#publish(`request.${id}`, 'quote', () => quote(live, this.#desk.left(live), this.#symbols))
  }

  #published({ market, order }: LiveOrder): Published {
    const known = this.#books.get(market)
    if (known) return known
    const book = { name: marketName(order, this.#symbols), sequence: 0, levels: new Levels() }
    this.#books.set(market, book)
    return book
  }

  #unitsAt({ market, side, price }: { market: string; side: Side; price: bigint }): bigint {
    const resting = this.#desk.book(market).at(side, price)
    return resting.reduce((sum, live) => sum + this.#desk.left(live), 0n)
  }

  /** Without subscribers nothing is made. */
  #publish(channel: string, type: string, data: () => object): void {
    const subscribers = this.#channels.get(channel)
    if (!subscribers) return
    const message = { channel, type, data: data() }
    for (const subscriber of subscribers) subscriber.send(message)
  }
}

export function ordersChannel(accountId: AccountId): string {
  return `orders.${accountId}`
}
