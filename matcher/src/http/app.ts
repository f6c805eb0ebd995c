/** The HTTP side: middleware, refusals, and the handlers of `routes.ts`. */
import { getConnInfo } from '@hono/node-server/conninfo'
import { OpenAPIHono } from '@hono/zod-openapi'
import { errorCode, RpcError } from '@plimsoll/keeper/service'
import { type AccountId, ownerOf, PlimsollError, type Symbols } from '@plimsoll/sdk'
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { routePath } from 'hono/route'
import type { Logger } from 'pino'
import type { ExchangePort } from '../chain/port.ts'
import type { ChainView } from '../chain/view.ts'
import type { Intake } from '../desk/intake.ts'
import type { OrderDesk } from '../desk/orderDesk.ts'
import type { QuoteRequests } from '../desk/requests.ts'
import { RefusedError } from '../errors.ts'
import type { Journal } from '../journal/journal.ts'
import type { Turn } from '../journal/turn.ts'
import type { Metrics } from '../metrics.ts'
import type { Settings } from '../settings.ts'
import { apiDocument } from './document.ts'
import type { Feed } from './feed.ts'
import { addMarketRoutes } from './marketRoutes.ts'
import { addOrderRoutes } from './orderRoutes.ts'
import { RateLimit } from './rateLimit.ts'
import { addRequestRoutes } from './requestRoutes.ts'
import type { Sessions } from './sessions.ts'

/** Everything that handlers use. */
export type Service = {
  readonly settings: Pick<Settings, 'name' | 'limits' | 'orders' | 'maxRoundAgeSeconds' | 'trustProxy'>
  readonly port: Pick<ExchangePort, 'deployment' | 'executor'>
  readonly symbols: Symbols
  readonly view: ChainView
  readonly desk: OrderDesk
  readonly requests: QuoteRequests
  readonly intake: Intake
  readonly turn: Turn
  readonly journal: Journal
  readonly feed: Feed
  readonly sessions: Sessions
  readonly metrics: Metrics
  readonly log: Pick<Logger, 'error'>
  readonly now: () => number
  /** Milliseconds since the epoch of the last complete round, and what is on its way. */
  readonly progress: () => { readonly roundAt: number; readonly inFlight: number }
  readonly perSigner: RateLimit
}

export type App = OpenAPIHono

export function createApp(service: Service): App {
  const app = new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return
      const problems = result.error.issues.map(({ path, message }) => `${path.join('.') || '(all)'}: ${message}`)
      const message = `The request is malformed: ${problems.slice(0, 5).join('; ')}`
      throw new RefusedError({ code: 'MALFORMED', message, status: 400, details: { problems } })
    },
  })
  const perAddress = new RateLimit(service.settings.limits.perAddress, service.now)
  app.onError((error, context) => answer(error, context, service))
  app.notFound(() => {
    throw new RefusedError({ code: 'NOT_FOUND', message: 'No such path. GET /openapi.json lists them.', status: 404 })
  })
  app.use(cors())
  app.use(async (context, next) => {
    const start = performance.now()
    await next()
    const labels = { method: context.req.method, route: routePath(context, -1), status: context.res.status }
    service.metrics.requestSeconds.observe(labels, (performance.now() - start) / 1_000)
  })
  app.get('/metrics', async (context) => {
    const { registry } = service.metrics
    return context.body(await registry.metrics(), 200, { 'content-type': registry.contentType })
  })
  app.use(async (context, next) => {
    if (context.req.path !== '/health') perAddress.take(addressOf(context, service.settings.trustProxy))
    await next()
  })
  const tooLarge = () => {
    const message = `A body has at most ${service.settings.limits.bodyBytes} bytes.`
    throw new RefusedError({ code: 'TOO_LARGE', message, status: 413 })
  }
  app.use(bodyLimit({ maxSize: service.settings.limits.bodyBytes, onError: tooLarge }))
  addMarketRoutes(app, service)
  addOrderRoutes(app, service)
  addRequestRoutes(app, service)
  app.get('/openapi.json', (context) => context.json(apiDocument()))
  return app
}

/** Client address, for limits. */
export function addressOf(context: Context, trustProxy: boolean): string {
  const forwarded = trustProxy ? context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined
  return forwarded ?? getConnInfo(context).remote.address ?? 'unknown'
}

/** The account of a request's bearer token. @throws RefusedError */
export function sessionOf(context: Context, { sessions }: Pick<Service, 'sessions'>): Promise<AccountId> {
  return sessions.accountOf(/^Bearer ([0-9a-f]+)$/.exec(context.req.header('authorization') ?? '')?.[1])
}

/** @throws RefusedError when the owner of the account sends too much. Signatures are judged first: nobody spends it for others. */
export function takeFromSigner({ perSigner }: Pick<Service, 'perSigner'>, accountId: AccountId): void {
  perSigner.take(ownerOf(accountId))
}

function answer(error: unknown, context: Context, { metrics, log }: Service): Response {
  const { code, message, status, details } = refusalOf(error)
  metrics.refused.inc({ reason: code })
  if (status === 500) log.error({ code, problem: String(error), path: context.req.path }, 'request failed')
  const { retryAfter } = details
  const headers = typeof retryAfter === 'number' ? { 'retry-after': String(retryAfter) } : {}
  const text = JSON.stringify({ error: { code, message, details } }, (_, value) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  return context.body(text, status, { 'content-type': 'application/json', ...headers })
}

type Told = Pick<RefusedError, 'code' | 'message' | 'details'> & { readonly status: RefusedError['status'] | 500 }

function refusalOf(error: unknown): Told {
  if (error instanceof RefusedError) return error
  if (error instanceof HTTPException && error.status < 500) {
    return { code: 'MALFORMED', message: error.message, status: 400, details: {} }
  }
  if (error instanceof PlimsollError) return { code: error.code, message: error.message, status: 400, details: {} }
  if (error instanceof RpcError) {
    const message = 'The chain does not answer. Try again in some seconds.'
    return { code: error.code, message, status: 503, details: { retryAfter: 5 } }
  }
  return {
    code: 'INTERNAL',
    message: 'The service failed. Try again.',
    status: 500,
    details: { error: errorCode(error) },
  }
}
