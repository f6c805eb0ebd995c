/** /metrics, /health, /ready and /accounts on one port. */
import { createServer, type ServerResponse } from 'node:http'
import type { Reporter } from '../report.ts'
import type { Metrics } from './metrics.ts'

export type RunningServer = { readonly port: number; close(): Promise<void> }

export type ServerOptions = {
  readonly host: string
  readonly port: number
  readonly reporter: Reporter
  readonly metrics: Metrics
}

export async function serve({ host, port, reporter, metrics }: ServerOptions): Promise<RunningServer> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0]
    if (path === '/metrics') {
      response.setHeader('content-type', metrics.registry.contentType)
      response.end(await metrics.registry.metrics())
    } else if (path === '/health') {
      const health = reporter.health()
      answer(response, health.healthy ? 200 : 503, health)
    } else if (path === '/ready') {
      const health = reporter.health()
      answer(response, health.ready ? 200 : 503, health)
    } else if (path === '/accounts') {
      answer(response, 200, reporter.accounts())
    } else {
      answer(response, 404, { paths: ['/metrics', '/health', '/ready', '/accounts'] })
    }
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections()
        server.close((error) => (error ? reject(error) : resolve()))
      }),
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
}
