/** Orders of books, and the sessions in which their owners see them. */
import type { Hex } from 'viem'
import type { LiveOrder } from '../desk/liveOrder.ts'
import { RefusedError } from '../errors.ts'
import { type App, type Service, sessionOf, takeFromSigner } from './app.ts'
import * as routes from './routes.ts'
import { orderOf, orderState, ownTrade } from './wire.ts'

export function addOrderRoutes(app: App, service: Service): void {
  addEntry(app, service)
  addOwnOrders(app, service)
}

function addEntry(app: App, service: Service): void {
  const { symbols, desk, intake, turn, journal, metrics, sessions } = service
  const stateOf = (live: LiveOrder) => orderState(live, desk.left(live), symbols)
  app.openapi(routes.login, async (context) => {
    const { token, expiresAt } = await sessions.open(context.req.valid('json'))
    return context.json({ token, expiresAt }, 201)
  })
  app.openapi(routes.submit, async (context) => {
    const { order, signature } = context.req.valid('json')
    const signed = await intake.verify(orderOf(order, symbols), signature)
    const filled = desk.order(signed.hash) ? undefined : journal.order(signed.hash)
    if (filled?.reason === 'Filled') return context.json(stateOf(filled), 201) // its first answer got lost
    takeFromSigner(service, order.account)
    const live = desk.enter({ ...signed, kind: 'order' })
    await turn.committed()
    metrics.accepted.inc({ kind: 'order' })
    return context.json(stateOf(live), 201)
  })
}

/** Of the session's account. */
function addOwnOrders(app: App, service: Service): void {
  const { symbols, desk, turn, journal } = service
  const stateOf = (live: LiveOrder) => orderState(live, desk.left(live), symbols)
  app.openapi(routes.orders, async (context) => {
    return context.json(desk.ordersOf(await sessionOf(context, service)).map(stateOf), 200)
  })
  app.openapi(routes.order, async (context) => {
    const account = await sessionOf(context, service)
    const { hash } = context.req.valid('param')
    const live = desk.order(hash) ?? journal.order(hash)
    if (live?.order.accountId !== account) throw unknownOrder(hash)
    return context.json({ ...stateOf(live), trades: journal.matchesOf(hash).map(ownTrade) }, 200)
  })
  app.openapi(routes.cancel, async (context) => {
    const account = await sessionOf(context, service)
    const { hash } = context.req.valid('param')
    const live = desk.order(hash)
    if (live?.order.accountId !== account) throw unknownOrder(hash)
    desk.drop(live, 'CancelledByOwner')
    await turn.committed()
    return context.json(stateOf(live), 200)
  })
  app.openapi(routes.cancelAll, async (context) => {
    const live = desk.ordersOf(await sessionOf(context, service))
    for (const each of live) desk.drop(each, 'CancelledByOwner')
    await turn.committed()
    return context.json(live.map(stateOf), 200)
  })
}

function unknownOrder(hash: Hex): RefusedError {
  const message = 'The account has no such order here. GET /orders lists the live ones.'
  return new RefusedError({ code: 'UnknownOrder', message, status: 404, details: { hash } })
}
