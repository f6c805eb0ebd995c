/** Between the wire and the SDK: orders in, states out. */
import { createOrder, formatInstrument, type Leg, type Order, parseInstrument, type Symbols } from '@plimsoll/sdk'
import { maxUint128 } from 'viem'
import type { z } from 'zod'
import type { LiveOrder, Match } from '../desk/liveOrder.ts'
import type { QuoteRequest } from '../desk/requests.ts'
import type { TradeRow } from '../journal/rows.ts'
import type {
  openRequestSchema,
  orderSchema,
  orderStateSchema,
  ownTradeSchema,
  quoteSchema,
  tradeSchema,
} from './schemas.ts'

type Wire<schema extends z.ZodType> = z.output<schema>

/** @throws InvalidEncodingError for a name that is no instrument's */
export function legsOf(legs: Wire<typeof orderSchema>['legs'], symbols: Symbols): Leg[] {
  return legs.map(({ instrument, ratio }) => ({ instrument: parseInstrument(instrument, symbols), ratio }))
}

/** @throws InvalidEncodingError for a name that is no instrument's */
export function orderOf({ account, legs, maxFee, ...rest }: Wire<typeof orderSchema>, symbols: Symbols): Order {
  return createOrder({ ...rest, accountId: account, legs: legsOf(legs, symbols), maxFee: maxFee ?? maxUint128 })
}

/**
 * An order as the matcher takes it, with instruments by name: the body beside `signature` of POST /orders.
 * @throws InvalidEncodingError for an instrument without a name
 */
export function wireOrder({ accountId, legs, ...order }: Order, symbols: Symbols): Record<string, unknown> {
  const amounts = Object.entries(order).map(([name, value]) => [
    name,
    typeof value === 'bigint' ? String(value) : value,
  ])
  return { account: accountId, legs: wireLegs(legs, symbols), ...Object.fromEntries(amounts) }
}

function wireLegs(legs: readonly Leg[], symbols: Symbols) {
  return legs.map(({ instrument, ratio }) => ({
    instrument: formatInstrument(instrument, symbols),
    ratio: String(ratio),
  }))
}

/** A book by its instrument's name; a structure by its legs, the first one bought. */
export function marketName({ legs }: Pick<Order, 'legs'>, symbols: Symbols): string {
  const sign = (legs[0]?.ratio ?? 1n) < 0n ? -1n : 1n
  const [only, ...more] = wireLegs(legs, symbols)
  if (only && more.length === 0 && (only.ratio === '1' || only.ratio === '-1')) return only.instrument
  return legs.map(({ instrument, ratio }) => `${ratio * sign}x${formatInstrument(instrument, symbols)}`).join(' ')
}

export function orderState(live: LiveOrder, left: bigint, symbols: Symbols): Wire<typeof orderStateSchema> {
  const { hash, order, kind, side, price, status, reason } = live
  return {
    hash,
    account: order.accountId,
    market: marketName(order, symbols),
    kind,
    side,
    price: String(price),
    units: String(order.units),
    left: String(left),
    status,
    reason: reason ?? null,
  }
}

/** Public: says nothing about who traded. */
export function trade({ id, maker, taker, units, at, status, reason }: Match, symbols: Symbols) {
  const { order, price } = maker
  const market = marketName(order, symbols)
  const told: Wire<typeof tradeSchema> = {
    id,
    market,
    price: String(price),
    units: String(units),
    side: taker.side,
    at,
    status,
    reason: reason ?? null,
  }
  return told
}

export function ownTrade({ id, is_maker, price, units, at, status, reason }: TradeRow): Wire<typeof ownTradeSchema> {
  return { id, role: is_maker === 1 ? 'maker' : 'taker', price, units, at, status, reason }
}

export function openRequest({ id, legs, units, closesAt }: QuoteRequest, symbols: Symbols) {
  const told: Wire<typeof openRequestSchema> = { id, legs: wireLegs(legs, symbols), units: String(units), closesAt }
  return told
}

/** `price`: what a taker pays per unit; negative: receives. With it the taker may settle without the matcher. */
export function quote({ hash, order, signature }: LiveOrder, left: bigint, symbols: Symbols): Wire<typeof quoteSchema> {
  const price = String(-order.limitPrice)
  return { hash, price, left: String(left), order: wireOrder(order, symbols), signature }
}
