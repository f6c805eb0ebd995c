/** The endpoints as an OpenAPI document: what `docs/schemas/matcher-openapi.json` holds. */
import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi'
import * as routes from './routes.ts'

const DESCRIPTION =
  'Order books and requests for quotes for signed orders. See docs/matcher.md; GET /feed is a WebSocket.'

export function apiDocument() {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono()
  openAPIRegistry.registerComponent('securitySchemes', 'session', { type: 'http', scheme: 'bearer' })
  for (const route of Object.values<RouteConfig>(routes)) openAPIRegistry.registerPath(route)
  const info = { title: 'Plimsoll matcher', version: '1', description: DESCRIPTION }
  return getOpenAPI31Document({ openapi: '3.1.0', info })
}
