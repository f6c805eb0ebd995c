/** A thin JSON-RPC client: batches in one request, errors with the method that failed. */
export type RpcCall = { method: string; params: readonly unknown[] }

class RpcError extends Error {
  readonly code = 'RPC'
  readonly method: string
  constructor({ method, problem, cause }: { method: string; problem: string; cause?: unknown }) {
    super(`${method} failed: ${problem}`, { cause })
    this.name = 'RpcError'
    this.method = method
  }
}

type Answer = { id: number; result?: unknown; error?: { message: string; data?: unknown } }

export class Rpc {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  /** The caller names the type that the method returns. */
  async call<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    const [result] = await this.batch([{ method, params }])
    return result as T
  }

  async batch(calls: readonly RpcCall[]): Promise<unknown[]> {
    if (calls.length === 0) return []
    const body = calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call }))
    const answers = await this.#post(body, calls[0]?.method ?? '')
    const byId = new Map(answers.map((answer) => [answer.id, answer]))
    return calls.map(({ method }, id) => {
      const answer = byId.get(id)
      if (!answer) throw new RpcError({ method, problem: 'the node left it unanswered.' })
      if (answer.error) throw new RpcError({ method, problem: describe(answer.error) })
      return answer.result
    })
  }

  async #post(body: unknown, method: string): Promise<Answer[]> {
    try {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch(this.url, { method: 'POST', headers, body: JSON.stringify(body) })
      return (await response.json()) as Answer[] // the JSON-RPC envelope
    } catch (cause) {
      throw new RpcError({ method, problem: `no answer from ${this.url}.`, cause })
    }
  }
}

function describe({ message, data }: { message: string; data?: unknown }): string {
  return data === undefined ? message : `${message} ${JSON.stringify(data)}`
}
