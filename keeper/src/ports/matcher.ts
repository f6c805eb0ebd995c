/** Resting orders of a matcher, over HTTP. What it says is checked here as far as that needs no chain. */
import {
  createOrder,
  type Deployment,
  formatInstrument,
  hashOrder,
  type Instrument,
  InvalidEncodingError,
  type Order,
  ownerOf,
  recoverSigner,
  type Symbols,
} from '@plimsoll/sdk'
import { type Address, type Hex, isAddress, isAddressEqual, isHex } from 'viem'
import { z } from 'zod'
import { isWorthFilling } from '../money.ts'
import { FetchError, fetchText, withoutSecrets } from '../publisher/ports/httpText.ts'

/** One side of the book of an instrument, and lots that are to be sold there. */
export type Wanted = { readonly instrument: Instrument; readonly side: 'buy' | 'sell'; readonly lots: bigint }

/** A signed order that anybody may settle. */
export type RestingOrder = {
  readonly order: Order
  readonly signature: Hex
  /** Units that it may still trade. */
  readonly left: bigint
}

export interface MatcherPort {
  /** Resting orders of the sides wanted, each book in its priority. @throws FetchError */
  orders(wanted: readonly Wanted[], symbols: Symbols): Promise<RestingOrder[]>
}

/** Orders of a book that are asked for: more only when so many do not take what is wanted. The last is the most a matcher tells. */
const ORDERS_PER_BOOK = [100, 1_000, 9_999]
/** An order with the longest signature that a matcher takes, 4 KB in hex, has fewer. */
const BYTES_PER_ORDER = 12_288
const INFO_BYTES = 2 ** 16
/** Signatures that were judged; forgotten together when there are this many. */
const MOST_JUDGED = 10_000

const integer = (minimum: bigint, maximum: bigint) =>
  z
    .string()
    .regex(/^-?\d{1,78}$/)
    .transform(BigInt)
    .refine((value) => value >= minimum && value <= maximum, 'out of range')
const unsigned = (bits: bigint) => integer(0n, 2n ** bits - 1n)
const hex = (bytes?: number) =>
  z
    .string()
    .refine((text) => isHex(text) && (bytes === undefined || text.length === 2 + 2 * bytes))
    .transform((text) => text as Hex) // checked on the line above
const address = z
  .string()
  .refine((text) => isAddress(text))
  .transform((text): Address => text as Address) // checked on the line above

/** Whatever a matcher takes is taken here, so that no maker can hide the orders of the others behind one of its own. */
const orderSchema = z.strictObject({
  account: hex(32),
  legs: z.tuple([z.strictObject({ instrument: z.string(), ratio: integer(-1n, 1n) })]),
  limitPrice: integer(-(2n ** 255n), 2n ** 255n - 1n),
  maxFee: unsigned(256n),
  units: unsigned(128n),
  minFill: unsigned(128n),
  nonce: unsigned(256n),
  epoch: unsigned(64n),
  expiry: z
    .number()
    .int()
    .min(0)
    .max(2 ** 40 - 1),
  reduceOnly: z.boolean(),
  executor: address,
  taker: address,
  tip: unsigned(256n),
  tipReceiver: hex(32),
  minSpot: unsigned(128n),
  maxSpot: unsigned(128n),
  group: hex(32),
  groupCap: unsigned(128n),
})
const ordersSchema = z.array(z.object({ order: orderSchema, signature: hex(), left: unsigned(128n) }))
type ToldOrders = z.output<typeof ordersSchema>
const infoSchema = z.object({ chainId: z.number(), exchange: address })

export type HttpMatcherOptions = {
  readonly url: string
  readonly timeoutMs: number
  readonly deployment: Pick<Deployment, 'chainId' | 'exchange'>
}

export class HttpMatcher implements MatcherPort {
  readonly #options: HttpMatcherOptions
  readonly #judged = new Map<string, boolean>()

  constructor(options: HttpMatcherOptions) {
    this.#options = options
  }

  async orders(wanted: readonly Wanted[], symbols: Symbols): Promise<RestingOrder[]> {
    return (await Promise.all(wanted.map((one) => this.#book(one, symbols)))).flat()
  }

  /** Chain and exchange that it matches for. @throws FetchError */
  async exchange(): Promise<Pick<Deployment, 'chainId' | 'exchange'>> {
    return this.#get('/info', infoSchema, INFO_BYTES)
  }

  /** From the top as far as it takes to sell `lots` in fills that are worth it: small and unusable orders hide nobody. */
  async #book(wanted: Wanted, symbols: Symbols): Promise<RestingOrder[]> {
    const name = nameOf(wanted.instrument, symbols)
    if (name === undefined) return []
    let orders: RestingOrder[] = []
    for (const [page, limit] of ORDERS_PER_BOOK.entries()) {
      const path = `/books/${encodeURIComponent(name)}/orders?side=${wanted.side}&limit=${limit}`
      const told = await this.#get(path, ordersSchema, limit * BYTES_PER_ORDER)
      // Thousands of signatures take seconds: beyond the first page those of small orders are not looked at.
      const offered = page === 0 ? told : told.filter(({ left }) => isWorthFilling(left, wanted.lots))
      orders = await this.#usable(offered, wanted, name)
      if (told.length < limit || roomIn(orders, wanted.lots) >= wanted.lots) break
    }
    return orders
  }

  /** Those of the book asked for that its owners have signed. */
  async #usable(told: ToldOrders, { instrument, side }: Wanted, name: string): Promise<RestingOrder[]> {
    const ratio = side === 'buy' ? 1n : -1n
    const offered = told.filter(({ order: { legs } }) => {
      return legs[0].instrument === name && legs[0].ratio === ratio
    })
    const orders = offered.map(({ order, signature, left }) => {
      const { account: accountId, legs: _, ...terms } = order
      return { order: createOrder({ ...terms, accountId, legs: [{ instrument, ratio }] }), signature, left }
    })
    const signed: RestingOrder[] = []
    for (const one of orders) if (await this.#isSignedByOwner(one)) signed.push(one)
    return signed
  }

  /** @throws FetchError for anything but what is asked for */
  async #get<T extends z.ZodType>(path: string, schema: T, maximumBytes: number): Promise<z.output<T>> {
    const { url: base, timeoutMs } = this.#options
    const url = `${base.replace(/\/$/, '')}${path}`
    const { status, text } = await fetchText(url, { timeoutMs, maximumBytes })
    try {
      if (status !== 200) throw new SyntaxError(`status ${status}`)
      return schema.parse(JSON.parse(text))
    } catch (cause) {
      const detail = cause instanceof z.ZodError ? cause.issues[0]?.message : String(cause)
      throw new FetchError({ url: withoutSecrets(url), problem: `answers something else (${detail})`, cause })
    }
  }

  /**
   * Operators' and contracts' signatures are left out: whether they hold is up to somebody until the very call, who could spend
   * the keeper's gas.
   */
  async #isSignedByOwner({ order, signature }: RestingOrder): Promise<boolean> {
    const hash = hashOrder(this.#options.deployment, order)
    const key = `${hash}${signature}`
    const known = this.#judged.get(key)
    if (known !== undefined) return known
    const signer = await recoverSigner(hash, signature)
    const isGood = signer !== undefined && isAddressEqual(signer, ownerOf(order.accountId))
    if (this.#judged.size >= MOST_JUDGED) this.#judged.clear()
    this.#judged.set(key, isGood)
    return isGood
  }
}

/** Units that orders take of `lots` in fills that are worth it. */
function roomIn(orders: readonly RestingOrder[], lots: bigint): bigint {
  const useful = orders.filter(({ order, left }) => !order.reduceOnly && isWorthFilling(left, lots))
  return useful.reduce((sum, { left }) => sum + left, 0n)
}

/** Undefined for a series that ends at another hour than books are named by: it has none. */
function nameOf(instrument: Instrument, symbols: Symbols): string | undefined {
  try {
    return formatInstrument(instrument, symbols)
  } catch (error) {
    if (error instanceof InvalidEncodingError) return undefined
    throw error
  }
}
