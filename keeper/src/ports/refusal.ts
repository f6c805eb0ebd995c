/** Errors with which a node refuses a transaction, told from those that say nothing about it. */
import { BaseError } from 'viem'

const UNKNOWN = -1
const LIMIT_EXCEEDED = -32_005

/** The node answered with an error; without one (-1: viem could not tell) or at a limit it may have the transaction. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof BaseError)) return false
  const coded = error.walk((cause) => codeOf(cause) !== undefined)
  const code = codeOf(coded)
  return code !== undefined && code !== UNKNOWN && code !== LIMIT_EXCEEDED
}

function codeOf(cause: unknown): number | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined
  return typeof cause.code === 'number' ? cause.code : undefined
}
