/** Reverts as the stages see them. */
import { errorsAbi, resellerAbi } from '@plimsoll/sdk'
import { BaseError, decodeErrorResult, type Hex } from 'viem'
import type { Revert } from './chain.ts'

/** How nodes say that a call needs more gas than they give it: an answer about the call, not a failure of the node. */
const OUT_OF_GAS = /out of gas|gas required exceeds|exceeds (the )?(block|transaction) gas/i

const ERRORS = [...errorsAbi, ...resellerAbi]

/** The contract's error inside whatever the node wrapped it in; undefined when no contract reverted. */
export function revertOf(error: unknown): Revert | undefined {
  if (!(error instanceof BaseError)) return undefined
  const carrier = error.walk((cause) => dataOf(cause) !== undefined)
  const data = dataOf(carrier)
  if (data === undefined && OUT_OF_GAS.test(error.details)) return { error: 'OutOfGas', args: [] }
  if (data === undefined) return /revert/i.test(error.details) ? { error: error.details, args: [] } : undefined
  try {
    const { errorName, args } = decodeErrorResult({ abi: ERRORS, data })
    return { error: errorName, args: (args ?? []).map(String) }
  } catch {
    return { error: `unknown error ${data.slice(0, 10)}`, args: [] } // not of this protocol: its selector is all there is
  }
}

/** A revert is an answer; everything else is a failure. */
export async function orRevert<T>(
  request: () => Promise<T>,
): Promise<T | { readonly status: 'reverted'; readonly revert: Revert }> {
  try {
    return await request()
  } catch (error) {
    const revert = revertOf(error)
    if (!revert) throw error
    return { status: 'reverted', revert }
  }
}

function dataOf(cause: unknown): Hex | undefined {
  if (typeof cause !== 'object' || cause === null || !('data' in cause)) return undefined
  const { data } = cause
  if (typeof data === 'string' && data.startsWith('0x')) return data as Hex // checked on this line
  return dataOf(data)
}
