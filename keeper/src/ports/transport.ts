/** How the services reach their nodes. */
import { fallback, http, type Transport } from 'viem'

/** HTTP to the first URL that answers; requests of one scan travel together. The runner retries, not the transport. */
export function httpTransport(urls: readonly string[], timeoutMs: number): Transport {
  const transports = urls.map((url) => http(url, { batch: { wait: 0 }, timeout: timeoutMs, retryCount: 0 }))
  const [only] = transports
  return only && transports.length === 1 ? only : fallback(transports, { retryCount: 0 })
}
