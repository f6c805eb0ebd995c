/** What everybody may see. */
import { parseInstrument } from '@plimsoll/sdk'
import { marketOfLegs } from '../desk/liveOrder.ts'
import type { App, Service } from './app.ts'
import * as routes from './routes.ts'
import { quote } from './wire.ts'

export function addMarketRoutes(app: App, service: Service): void {
  const { port, symbols, view, desk, feed, settings } = service
  app.openapi(routes.info, (context) => {
    const { maxLegs, expiryMarginSeconds } = settings.orders
    const { chainId, exchange } = port.deployment
    const { name } = settings
    const block = String(view.state.head.number)
    const rest = { symbols: [...symbols], block, maxLegs, expiryMarginSeconds }
    return context.json({ name, chainId, exchange, executor: port.executor, ...rest }, 200)
  })
  app.openapi(routes.health, (context) => {
    const { roundAt, inFlight } = service.progress()
    const secondsSinceRound = (service.now() - roundAt) / 1_000
    const healthy = secondsSinceRound <= settings.maxRoundAgeSeconds
    const block = String(view.state.head.number)
    const pending = desk.ledger.pending().length
    return context.json({ healthy, block, secondsSinceRound, inFlight, pending }, healthy ? 200 : 503)
  })
  app.openapi(routes.books, (context) => context.json(feed.markets(), 200))
  app.openapi(routes.book, (context) => {
    const { instrument: name } = context.req.valid('param')
    const instrument = parseInstrument(name, symbols)
    return context.json(feed.book(marketOfLegs([{ instrument, ratio: 1n }]), name), 200)
  })
  app.openapi(routes.openOrders, (context) => {
    const { instrument: name } = context.req.valid('param')
    const { side, limit } = context.req.valid('query')
    const market = marketOfLegs([{ instrument: parseInstrument(name, symbols), ratio: 1n }])
    const open = desk.open(market, side).slice(0, Number(limit))
    return context.json(
      open.map((live) => quote(live, desk.left(live), symbols)),
      200,
    )
  })
  app.openapi(routes.trades, (context) => {
    const { market, limit } = context.req.valid('query')
    return context.json(feed.trades(market, Number(limit)), 200)
  })
}
