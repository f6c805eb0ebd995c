/** The WebSocket side: subscriptions of one connection to the feed. */
import { upgradeWebSocket } from '@hono/node-server'
import { PlimsollError, parseInstrument } from '@plimsoll/sdk'
import type { WSContext } from 'hono/ws'
import type { WebSocket } from 'ws'
import { marketOfLegs } from '../desk/liveOrder.ts'
import { RefusedError } from '../errors.ts'
import { type App, addressOf, type Service } from './app.ts'
import { ordersChannel, type Subscriber } from './feed.ts'
import { RateLimit } from './rateLimit.ts'
import { socketMessageSchema } from './schemas.ts'
import { orderState } from './wire.ts'

/** WebSocket close codes. */
const TRY_AGAIN_LATER = 1013
const POLICY_VIOLATION = 1008

/** @returns Closes the connections that see orders of an account by a token that is no longer good. */
export function addSocket(app: App, service: Service): () => Promise<void> {
  const perAddress = new RateLimit(service.settings.limits.perAddress, service.now)
  const open = new Set<Connection>()
  const { limits, trustProxy } = service.settings
  app.get(
    '/feed',
    upgradeWebSocket((context) => {
      const address = addressOf(context, trustProxy)
      let connection: Connection | undefined
      const close = () => {
        connection?.close()
        if (connection) open.delete(connection)
        service.metrics.subscribers.set(open.size)
      }
      return {
        onOpen: (_, socket) => {
          if (open.size >= limits.sockets) {
            socket.close(TRY_AGAIN_LATER, 'too many connections')
            return
          }
          connection = new Connection(service, socket)
          open.add(connection)
          service.metrics.subscribers.set(open.size)
        },
        onMessage: ({ data }) => connection?.receive(data, () => perAddress.take(address)),
        onClose: close,
        onError: close,
      }
    }),
  )
  return async () => {
    await Promise.all([...open].map((connection) => connection.checkTokens()))
  }
}

class Connection implements Subscriber {
  readonly #service: Service
  readonly #socket: WSContext<unknown>
  /** With the token that opened them, where one did. */
  readonly #channels = new Map<string, string | undefined>()
  /** Messages are obeyed one after the other. */
  #last: Promise<void> = Promise.resolve()
  #closed = false

  constructor(service: Service, socket: WSContext<unknown>) {
    this.#service = service
    this.#socket = socket
  }

  /** A subscriber that does not keep up is cut off: it has to take a new snapshot. */
  send(message: unknown): void {
    const raw = this.#socket.raw as WebSocket | undefined // the server below is of ws
    if (raw && raw.bufferedAmount > this.#service.settings.limits.socketBacklogBytes) {
      this.#socket.close(POLICY_VIOLATION, 'too slow')
      return
    }
    this.#socket.send(JSON.stringify(message))
  }

  receive(data: unknown, limit: () => void): void {
    const refuse = (error: unknown) => this.send({ type: 'error', error: describe(error) })
    try {
      limit()
    } catch (error) {
      refuse(error)
      return
    }
    this.#last = this.#last.then(() => this.#obey(typeof data === 'string' ? data : '')).catch(refuse)
  }

  close(): void {
    this.#closed = true
    for (const channel of this.#channels.keys()) this.#service.feed.unsubscribe(channel, this)
    this.#channels.clear()
  }

  /** Ends the connection when a token has run out, or its key is dismissed. */
  async checkTokens(): Promise<void> {
    try {
      for (const token of this.#channels.values())
        if (token !== undefined) await this.#service.sessions.accountOf(token)
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      this.close()
      this.#socket.close(POLICY_VIOLATION, 'log in again')
    }
  }

  async #obey(text: string): Promise<void> {
    const message = socketMessageSchema.parse(JSON.parse(text))
    if (message.op === 'ping') this.send({ type: 'pong' })
    else if (message.op === 'subscribe') {
      for (const channel of message.channels) await this.#subscribe(channel, message.token)
    } else {
      for (const channel of message.channels) {
        this.#service.feed.unsubscribe(channel, this)
        this.#channels.delete(channel)
      }
      this.send({ type: 'unsubscribed', channels: message.channels })
    }
  }

  async #subscribe(wanted: string, token: string | undefined): Promise<void> {
    if (this.#channels.size >= this.#service.settings.limits.subscriptionsPerSocket) {
      const message = 'The connection has enough subscriptions. Open another one.'
      throw new RefusedError({ code: 'TOO_MANY_SUBSCRIPTIONS', message })
    }
    const { channel, snapshot } = await this.#resolve(wanted, token)
    if (this.#closed) return
    this.#channels.set(channel, wanted === 'orders' ? token : undefined)
    this.#service.feed.subscribe(channel, this)
    this.send({ channel, type: 'snapshot', data: snapshot() })
  }

  /** The channel and what there is now. @throws RefusedError, PlimsollError */
  async #resolve(wanted: string, token: string | undefined): Promise<{ channel: string; snapshot: () => unknown }> {
    const { feed, symbols, sessions, desk, requests } = this.#service
    const [kind = '', ...rest] = wanted.split('.')
    const name = rest.join('.')
    if (kind === 'book') {
      const market = marketOfLegs([{ instrument: parseInstrument(name, symbols), ratio: 1n }])
      return { channel: wanted, snapshot: () => feed.book(market, name) }
    }
    if (kind === 'trades') {
      if (name !== '') parseInstrument(name, symbols)
      return { channel: wanted, snapshot: () => feed.trades(name === '' ? undefined : name, SNAPSHOT_TRADES) }
    }
    if (wanted === 'requests') return { channel: wanted, snapshot: () => [] }
    if (kind === 'request') {
      const { id } = requests.get(`0x${name.replace(/^0x/, '')}`)
      return { channel: `request.${id}`, snapshot: () => [] }
    }
    if (wanted === 'orders') {
      const account = await sessions.accountOf(token)
      const states = () => desk.ordersOf(account).map((live) => orderState(live, desk.left(live), symbols))
      return { channel: ordersChannel(account), snapshot: states }
    }
    const message = 'Channels: book.INSTRUMENT, trades, trades.INSTRUMENT, requests, request.ID, orders (with a token).'
    throw new RefusedError({ code: 'UNKNOWN_CHANNEL', message, status: 404 })
  }
}

const SNAPSHOT_TRADES = 50

function describe(error: unknown): { code: string; message: string } {
  if (error instanceof RefusedError || error instanceof PlimsollError)
    return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'MALFORMED', message: message.slice(0, 500) }
}
