/** What goes over the wire. Amounts are decimal strings: USD with 18 decimals, units and ratios whole. */
import { z } from '@hono/zod-openapi'
import { type Address, getAddress, type Hex, isAddress } from 'viem'

const EXAMPLE_ACCOUNT = `0x${'d8da6bf26964af9d7eed9e03e53415d37aa96045'.padEnd(64, '0')}`

/** A whole number from `minimum` to `maximum`, as a decimal string. */
function whole(minimum: bigint, maximum: bigint, example: string) {
  const digits = String(maximum).length
  return z
    .string()
    .regex(minimum < 0n ? new RegExp(`^-?\\d{1,${digits}}$`) : new RegExp(`^\\d{1,${digits}}$`))
    .refine((text) => !/^-?\d+$/.test(text) || (BigInt(text) >= minimum && BigInt(text) <= maximum), 'out of range')
    .transform(BigInt)
    .openapi({ example })
}
const unsigned = (bits: bigint, example: string) => whole(0n, 2n ** bits - 1n, example)
const signed = (bits: bigint, example: string) => whole(-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n, example)

const hex = (bytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
    .transform((text) => text.toLowerCase() as Hex) // checked on the line above
const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .refine((text) => isAddress(text, { strict: false }), 'must be an address')
  .transform((text): Address => getAddress(text))

export const hash = hex(32)
const account = hex(32).openapi({ example: EXAMPLE_ACCOUNT })
export const requestId = hex(16)
export const instrumentName = z.string().min(1).max(48).openapi({ example: 'BTC-PERPETUAL' })
/** ERC-1271 signatures may be long. */
const signature = z
  .string()
  .max(8_194)
  .regex(/^0x([0-9a-fA-F]{2})+$/)
  .transform((text) => text as Hex) // checked on the line above

const leg = z.strictObject({ instrument: instrumentName, ratio: signed(64n, '1') })
const legs = z.array(leg).min(1).max(16)

/** The fields of the exchange's EIP-712 order, with instruments by name. Left out: restricts nothing. */
export const orderSchema = z
  .strictObject({
    account,
    legs,
    limitPrice: signed(256n, '6500000000000000000'),
    maxFee: unsigned(256n, '100000000000000000').optional(),
    units: unsigned(128n, '1000'),
    minFill: unsigned(128n, '1').optional(),
    nonce: unsigned(256n, '1'),
    epoch: unsigned(64n, '0').optional(),
    expiry: z
      .number()
      .int()
      .min(0)
      .max(2 ** 40 - 1)
      .openapi({ example: 1_900_000_000 }),
    reduceOnly: z.boolean().optional(),
    executor: address.optional(),
    taker: address.optional(),
    tip: unsigned(256n, '0').optional(),
    tipReceiver: account.optional(),
    minSpot: unsigned(128n, '0').optional(),
    maxSpot: unsigned(128n, '100000000000000000000000').optional(),
    group: hash.optional(),
    groupCap: unsigned(128n, '0').optional(),
  })
  .openapi('Order')

export const signedOrderSchema = z.strictObject({ order: orderSchema, signature }).openapi('SignedOrder')
export const pickSchema = z.strictObject({ quote: hash, order: orderSchema, signature }).openapi('Pick')
export const requestSchema = z.strictObject({ legs, units: unsigned(128n, '10') }).openapi('QuoteRequest')
export const loginSchema = z
  .strictObject({
    account,
    deadline: z
      .number()
      .int()
      .min(0)
      .max(2 ** 40 - 1),
    signature,
  })
  .openapi('Login')

/* ANSWERS */

const amount = z.string().regex(/^-?\d+$/)
/** How many of a list, as a query parameter. */
export const limit = z
  .string()
  .regex(/^\d{1,4}$/)
  .default('100')
  .openapi({ example: '100' })
const level = z.tuple([amount, amount]).openapi('Level')
const status = z.enum(['matched', 'sent', 'settled', 'final', 'failed'])
export const side = z.enum(['buy', 'sell'])

export const errorSchema = z
  .object({ error: z.object({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()) }) })
  .openapi('Error')
export const infoSchema = z
  .object({
    name: z.string(),
    chainId: z.number(),
    exchange: z.string(),
    /** What `executor` of an order may be, beside zero. */
    executor: z.string(),
    symbols: z.array(z.string()),
    block: amount,
    maxLegs: z.number(),
    expiryMarginSeconds: z.number(),
  })
  .openapi('Info')
export const bookSchema = z
  .object({
    market: z.string(),
    /** Sequence numbers count within an epoch; a restart begins another. */
    epoch: z.number(),
    sequence: z.number(),
    buy: z.array(level),
    sell: z.array(level),
  })
  .openapi('Book')
export const tradeSchema = z
  .object({
    id: z.number(),
    market: z.string(),
    price: amount,
    units: amount,
    /** Of the taker. */
    side,
    at: z.number(),
    status,
    reason: z.string().nullable(),
  })
  .openapi('Trade')
export const orderStateSchema = z
  .object({
    hash: z.string(),
    account: z.string(),
    market: z.string(),
    kind: z.enum(['order', 'quote', 'pick']),
    side,
    price: amount,
    units: amount,
    /** May still be matched. */
    left: amount,
    status: z.enum(['working', 'waiting', 'done']),
    reason: z.string().nullable(),
  })
  .openapi('OrderState')
export const ownTradeSchema = z
  .object({
    id: z.number(),
    role: z.enum(['maker', 'taker']),
    price: amount,
    units: amount,
    at: z.number(),
    status,
    reason: z.string().nullable(),
  })
  .openapi('OwnTrade')
export const orderHistorySchema = orderStateSchema.extend({ trades: z.array(ownTradeSchema) }).openapi('OrderHistory')
export const openRequestSchema = z
  .object({
    id: z.string(),
    legs: z.array(z.object({ instrument: z.string(), ratio: amount })),
    units: amount,
    closesAt: z.number(),
  })
  .openapi('OpenRequest')
export const quoteSchema = z
  .object({
    hash: z.string(),
    price: amount,
    left: amount,
    order: z
      .record(z.string(), z.unknown())
      .openapi({ description: 'As POST /orders takes one: all that settling takes' }),
    signature: z.string(),
  })
  .openapi('Quote')
export const requestStateSchema = openRequestSchema.extend({ quotes: z.array(quoteSchema) }).openapi('RequestState')
export const sessionSchema = z.object({ token: z.string(), expiresAt: z.number() }).openapi('Session')
export const healthSchema = z
  .object({
    healthy: z.boolean(),
    block: amount,
    secondsSinceRound: z.number(),
    inFlight: z.number(),
    pending: z.number(),
  })
  .openapi('Health')

/* WEBSOCKET */

const channels = z.array(z.string().min(1).max(80)).min(1).max(100)
export const socketMessageSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('subscribe'), channels, token: z.string().max(64).optional() }),
  z.strictObject({ op: z.literal('unsubscribe'), channels }),
  z.strictObject({ op: z.literal('ping') }),
])
