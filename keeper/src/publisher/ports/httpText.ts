/** Text over HTTP with a limit of time and size: what answers is not trusted. */
import { RetryableError } from '../../errors.ts'

export class FetchError extends RetryableError {
  readonly code = 'FETCH'
  readonly url: string
  constructor({ url, problem, cause }: { url: string; problem: string; cause?: unknown }) {
    super(`${url} ${problem}. Check that it runs and can be reached; it is asked again.`, cause)
    this.url = url
  }
}

export type FetchLimits = { readonly timeoutMs: number; readonly maximumBytes: number }

/** Body and status of a GET. @throws FetchError when nothing answers in time, or more than `maximumBytes` */
export async function fetchText(url: string, limits: FetchLimits): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(limits.timeoutMs), redirect: 'error' })
    return { status: response.status, text: await boundedText(response, url, limits.maximumBytes) }
  } catch (cause) {
    if (cause instanceof FetchError) throw cause
    const problem = `does not answer (${cause instanceof Error ? cause.message : String(cause)})`
    throw new FetchError({ url: withoutSecrets(url), problem, cause })
  }
}

async function boundedText({ body }: Response, url: string, maximumBytes: number): Promise<string> {
  if (!body) return ''
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maximumBytes) {
      throw new FetchError({ url: withoutSecrets(url), problem: `answers more than ${maximumBytes} bytes` })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** A URL for logs: keys travel in its query or user part. */
export function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
