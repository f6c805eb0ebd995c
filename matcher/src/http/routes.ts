/** The endpoints: what they take and answer. */
import { createRoute, z } from '@hono/zod-openapi'
import {
  bookSchema,
  errorSchema,
  hash,
  healthSchema,
  infoSchema,
  instrumentName,
  limit,
  loginSchema,
  openRequestSchema,
  orderHistorySchema,
  orderStateSchema,
  pickSchema,
  quoteSchema,
  requestId,
  requestSchema,
  requestStateSchema,
  sessionSchema,
  side,
  signedOrderSchema,
  tradeSchema,
} from './schemas.ts'

const json = <schema extends z.ZodType>(schema: schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})
const body = <schema extends z.ZodType>(schema: schema) => ({
  required: true,
  content: { 'application/json': { schema } },
})
/** Every endpoint may refuse in one form. */
const refusals = { default: json(errorSchema, 'Refused: `error.code` says why, `error.message` what to do') }
const security = [{ session: [] }]
const byHash = z.strictObject({ hash })
const byRequest = z.strictObject({ id: requestId })

export const info = createRoute({
  method: 'get',
  path: '/info',
  summary: 'Chain, exchange and limits',
  responses: { 200: json(infoSchema, 'What orders are for'), ...refusals },
})
export const health = createRoute({
  method: 'get',
  path: '/health',
  summary: 'Whether the chain is followed',
  responses: {
    200: json(healthSchema, 'Healthy'),
    503: json(healthSchema, 'No complete round for too long'),
    ...refusals,
  },
})
export const books = createRoute({
  method: 'get',
  path: '/books',
  summary: 'Instruments with a book',
  responses: { 200: json(z.array(z.string()), 'Names'), ...refusals },
})
export const book = createRoute({
  method: 'get',
  path: '/books/{instrument}',
  summary: 'Units by price',
  request: { params: z.strictObject({ instrument: instrumentName }) },
  responses: { 200: json(bookSchema, 'Best prices first'), ...refusals },
})
export const openOrders = createRoute({
  method: 'get',
  path: '/books/{instrument}/orders',
  summary: 'Resting orders of a side that anybody may settle, with signatures, the first to trade first',
  request: { params: z.strictObject({ instrument: instrumentName }), query: z.strictObject({ side, limit }) },
  responses: {
    200: json(z.array(quoteSchema), '`price`: what a taker pays per unit; negative: receives'),
    ...refusals,
  },
})
export const trades = createRoute({
  method: 'get',
  path: '/trades',
  summary: 'Latest trades since the start, newest first',
  request: {
    query: z.strictObject({
      market: z.string().min(1).max(400).optional(),
      limit,
    }),
  },
  responses: { 200: json(z.array(tradeSchema), 'Trades'), ...refusals },
})
export const login = createRoute({
  method: 'post',
  path: '/sessions',
  summary: 'Logs in with a signed message, for own orders',
  request: { body: body(loginSchema) },
  responses: { 201: json(sessionSchema, 'Bearer token'), ...refusals },
})
export const submit = createRoute({
  method: 'post',
  path: '/orders',
  summary: 'Enters a signed order of one instrument into its book',
  request: { body: body(signedOrderSchema) },
  responses: { 201: json(orderStateSchema, 'Taken, and on disk; may be matched already'), ...refusals },
})
export const orders = createRoute({
  method: 'get',
  path: '/orders',
  summary: 'Live orders of the account',
  security,
  responses: { 200: json(z.array(orderStateSchema), 'Orders'), ...refusals },
})
export const order = createRoute({
  method: 'get',
  path: '/orders/{hash}',
  summary: 'An order of the account and its trades',
  security,
  request: { params: byHash },
  responses: { 200: json(orderHistorySchema, 'Order'), ...refusals },
})
export const cancel = createRoute({
  method: 'delete',
  path: '/orders/{hash}',
  summary: 'Takes an order out; matches made stay, and the signature stays good on the chain until cancelled there',
  security,
  request: { params: byHash },
  responses: { 200: json(orderStateSchema, 'Out'), ...refusals },
})
export const cancelAll = createRoute({
  method: 'delete',
  path: '/orders',
  summary: 'Takes all orders of the account out',
  security,
  responses: { 200: json(z.array(orderStateSchema), 'Those that were live'), ...refusals },
})
export const request = createRoute({
  method: 'post',
  path: '/requests',
  summary: 'Asks makers for quotes of a structure',
  request: { body: body(requestSchema) },
  responses: { 201: json(openRequestSchema, 'Open; the id is the key to its quotes'), ...refusals },
})
export const requestState = createRoute({
  method: 'get',
  path: '/requests/{id}',
  summary: 'A request and its quotes, best first',
  request: { params: byRequest },
  responses: { 200: json(requestStateSchema, 'Request'), ...refusals },
})
export const quote = createRoute({
  method: 'post',
  path: '/requests/{id}/quotes',
  summary: "Quotes with a maker's signed order of the opposite legs",
  request: { params: byRequest, body: body(signedOrderSchema) },
  responses: { 201: json(quoteSchema, 'Taken'), ...refusals },
})
export const pick = createRoute({
  method: 'post',
  path: '/requests/{id}/pick',
  summary: "Trades with a quote, all units of the taker's signed order",
  request: { params: byRequest, body: body(pickSchema) },
  responses: { 201: json(tradeSchema, 'Matched'), ...refusals },
})
