/** Requests for quotes of structures. */
import { RefusedError } from '../errors.ts'
import { type App, type Service, takeFromSigner } from './app.ts'
import * as routes from './routes.ts'
import { legsOf, openRequest, orderOf, quote, trade } from './wire.ts'

export function addRequestRoutes(app: App, service: Service): void {
  addQuestions(app, service)
  addAnswers(app, service)
}

function addQuestions(app: App, { symbols, desk, requests, feed, settings }: Service): void {
  app.openapi(routes.request, (context) => {
    const { legs, units } = context.req.valid('json')
    const { maxLegs } = settings.orders
    if (legs.length > maxLegs || units === 0n || legs.some(({ ratio }) => ratio === 0n)) {
      const message = `Ask for 1 unit or more of 1 to ${maxLegs} legs, each of a ratio other than 0.`
      throw new RefusedError({ code: 'MALFORMED', message, status: 400 })
    }
    const request = requests.open(legsOf(legs, symbols), units)
    feed.requested(request)
    return context.json(openRequest(request, symbols), 201)
  })
  app.openapi(routes.requestState, (context) => {
    const request = requests.get(context.req.valid('param').id)
    const live = [...request.quotes.values()].filter(({ status }) => status !== 'done')
    const bestFirst = live.sort((a, b) => (a.order.limitPrice > b.order.limitPrice ? -1 : 1))
    const quotes = bestFirst.map((each) => quote(each, desk.left(each), symbols))
    return context.json({ ...openRequest(request, symbols), quotes }, 200)
  })
}

function addAnswers(app: App, service: Service): void {
  const { symbols, desk, requests, intake, turn, feed, metrics } = service
  app.openapi(routes.quote, async (context) => {
    const { order, signature } = context.req.valid('json')
    const { id } = context.req.valid('param')
    const asked = requests.get(id)
    const signed = await intake.verify(orderOf(order, symbols), signature)
    takeFromSigner(service, order.account)
    const live = requests.quote(id, signed)
    await turn.committed()
    metrics.accepted.inc({ kind: 'quote' })
    feed.quoted(asked, live)
    return context.json(quote(live, desk.left(live), symbols), 201)
  })
  app.openapi(routes.pick, async (context) => {
    const { order, signature, quote: wanted } = context.req.valid('json')
    const { id } = context.req.valid('param')
    requests.get(id)
    const signed = await intake.verify(orderOf(order, symbols), signature)
    takeFromSigner(service, order.account)
    const match = requests.pick(id, wanted, signed)
    await turn.committed()
    metrics.accepted.inc({ kind: 'pick' })
    return context.json(trade(match, symbols), 201)
  })
}
