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

/** What a node says against a call; `data` of a revert is what the contract reverted with. */
export type RpcFault = { message: string; data?: unknown }

type Answer = { id: number; result?: unknown; error?: RpcFault }

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
    const outcomes = await this.settle(calls)
    return outcomes.map(({ result, fault }, id) => {
      if (fault) throw new RpcError({ method: calls[id]?.method ?? '', problem: describe(fault) })
      return result
    })
  }

  /** As `batch`, with the fault of each call that failed in place of its result. */
  async settle(calls: readonly RpcCall[]): Promise<{ result?: unknown; fault?: RpcFault | undefined }[]> {
    if (calls.length === 0) return []
    const body = calls.map((call, id) => ({ jsonrpc: '2.0', id, ...call }))
    const answers = await this.#post(body, calls[0]?.method ?? '')
    const byId = new Map(answers.map((answer) => [answer.id, answer]))
    return calls.map(({ method }, id) => {
      const answer = byId.get(id)
      if (!answer) throw new RpcError({ method, problem: 'the node left it unanswered.' })
      return { result: answer.result, fault: answer.error }
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

function describe({ message, data }: RpcFault): string {
  return data === undefined ? message : `${message} ${JSON.stringify(data)}`
}
