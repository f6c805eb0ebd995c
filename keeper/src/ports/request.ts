/** Requests to a node, counted. */
import { RpcError } from '../errors.ts'

/** Told about every request: its method and whether the node answered. */
export type OnRequest = (method: string, ok: boolean) => void

/** The answer to `request`. @throws RpcError */
export async function ask<T>(onRequest: OnRequest, method: string, request: () => Promise<T>): Promise<T> {
  try {
    const result = await request()
    onRequest(method, true)
    return result
  } catch (cause) {
    onRequest(method, false)
    throw new RpcError({ method, cause })
  }
}
