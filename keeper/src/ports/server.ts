/** What a process tells over HTTP: its metrics, and JSON documents by path. */
import { createServer, type ServerResponse } from 'node:http'
import type { Registry } from 'prom-client'

export type RunningServer = { readonly port: number; close(): Promise<void> }

/** A JSON document with its HTTP status. bigint is written as a decimal string. */
export type Answer = { readonly status: number; readonly body: unknown }

export type ServerOptions = {
  readonly host: string
  /** 0 = any free port. */
  readonly port: number
  readonly registry: Registry
  /** Paths that `answer` knows, told where it does not know one. */
  readonly paths: readonly string[]
  readonly answer: (path: string) => Answer | undefined
}

/** Serves `/metrics` and what `answer` knows; everything else is 404. */
export async function serve({ host, port, registry, paths, answer }: ServerOptions): Promise<RunningServer> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0] ?? ''
    if (path === '/metrics') {
      response.setHeader('content-type', registry.contentType)
      response.end(await registry.metrics())
    } else {
      send(response, answer(path) ?? { status: 404, body: { paths: ['/metrics', ...paths] } })
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

function send(response: ServerResponse, { status, body }: Answer): void {
  response.statusCode = status
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(body, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
}
