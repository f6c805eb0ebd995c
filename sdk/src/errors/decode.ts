import { BaseError, decodeErrorResult, type Hex, isHex, size } from 'viem'
import { errorsAbi } from '../abis/errors.ts'
import * as auction from './auction.ts'
import { PlimsollError } from './base.ts'
import * as clearinghouse from './clearinghouse.ts'
import type { ErrorName, RevertError } from './define.ts'
import * as exchange from './exchange.ts'
import * as gateway from './gateway.ts'
import * as libraries from './libraries.ts'
import * as markets from './markets.ts'
import * as series from './series.ts'
import * as surface from './surface.ts'
import * as tails from './tails.ts'
import * as vault from './vault.ts'

const classes = {
  ...auction,
  ...clearinghouse,
  ...exchange,
  ...gateway,
  ...libraries,
  ...markets,
  ...series,
  ...surface,
  ...tails,
  ...vault,
}

/** Fails to compile when a custom error of the contracts has no class. */
const complete: { readonly [name in `${ErrorName}Error`]: unknown } = classes

/** A revert with data that is none of the protocol's errors, such as one of a keeper's own callback. */
export class UnknownRevertError extends PlimsollError {
  override readonly name = 'UnknownRevertError'
  readonly code = 'UNKNOWN_REVERT'
  readonly data: Hex
  constructor({ data, cause }: { data: Hex; cause?: unknown }) {
    super(`A contract reverted with ${data}. Look the selector up in the ABI of the contract you called back.`, {
      docsPath: '/sdk/errors.md#unknownrevert',
      cause,
    })
    this.data = data
  }
}

/** `revert("reason")` or a failed `require` of a foreign contract. */
export class RevertReasonError extends PlimsollError {
  override readonly name = 'RevertReasonError'
  readonly code = 'REVERT_REASON'
  readonly reason: string
  constructor({ reason, cause }: { reason: string; cause?: unknown }) {
    super(`A contract reverted: ${reason}`, { docsPath: '/sdk/errors.md#revertreason', cause })
    this.reason = reason
  }
}

/** A Solidity panic: overflow (0x11), division by zero (0x12), index out of range (0x32) and others. */
export class PanicError extends PlimsollError {
  override readonly name = 'PanicError'
  readonly code = 'PANIC'
  readonly panic: bigint
  constructor({ panic, cause }: { panic: bigint; cause?: unknown }) {
    super(`A contract panicked with code ${panic}. An amount is out of range: use a smaller one.`, {
      docsPath: '/sdk/errors.md#panic',
      cause,
    })
    this.panic = panic
  }
}

/**
 * The typed error behind revert data, or behind an error of viem, ethers or a provider that carries some. An error of this
 * package is returned as it is; undefined when there is no revert data, such as for a lost connection.
 * @example
 * import { decodeError, InsufficientMarginError } from '@plimsoll/sdk'
 * const data = '0x'
 * const error = decodeError(data)
 * if (error instanceof InsufficientMarginError) console.log(error.initial - error.equity)
 */
export function decodeError(error: unknown): PlimsollError | undefined {
  if (error instanceof PlimsollError) return error
  const data = isHex(error) ? error : revertDataOf(error)
  if (data === undefined || size(data) < 4) return undefined
  return decodeRevert(data, isHex(error) ? undefined : error)
}

function decodeRevert(data: Hex, cause: unknown): PlimsollError {
  const decoded = tryDecode(data)
  if (!decoded) return new UnknownRevertError({ data, cause })
  const { errorName, args = [], abiItem } = decoded
  if (errorName === 'Error') return new RevertReasonError({ reason: String(args[0]), cause })
  if (errorName === 'Panic') return new PanicError({ panic: BigInt(args[0] ?? 0), cause })
  const fields = Object.fromEntries(abiItem.inputs.map(({ name }, index) => [name, args[index]]))
  const Class = complete[`${errorName}Error`] as new (fields: object, options: { cause?: unknown }) => RevertError
  return new Class(fields, { cause })
}

type Decoded = {
  errorName: ErrorName | 'Error' | 'Panic'
  args?: readonly (string | number | bigint | boolean)[]
  abiItem: { inputs: readonly { name: string }[] }
}

/** Undefined for a selector that no contract of the protocol declares, or data that is cut off. */
function tryDecode(data: Hex): Decoded | undefined {
  try {
    return decodeErrorResult({ abi: errorsAbi, data }) as Decoded
  } catch (error) {
    if (error instanceof BaseError) return undefined
    throw error
  }
}

/** Names under which libraries and nodes keep an inner error. */
const INNER = ['cause', 'error', 'info', 'data'] as const
const DEEPEST = 12

/** Revert data that an error carries, or that an error inside it does. */
export function revertDataOf(error: unknown, depth = 0): Hex | undefined {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return undefined
  const fields = error as Record<string, unknown>
  for (const name of ['raw', 'data'] as const) {
    const value = fields[name]
    if (isHex(value) && size(value) >= 4) return value
  }
  for (const name of INNER) {
    const found = revertDataOf(fields[name], depth + 1)
    if (found) return found
  }
  return undefined
}
