import type { Address, Hex } from 'viem'
import type { errorsAbi } from '../abis/errors.ts'
import { PlimsollError } from './base.ts'

/** An error of the contracts as the ABI lists it. */
export type ErrorItem = (typeof errorsAbi)[number]

/** Name of a custom error of the contracts. */
export type ErrorName = ErrorItem['name']

/** What viem decodes an ABI type into. */
export type Primitive<type extends string> = type extends 'address'
  ? Address
  : type extends 'bool'
    ? boolean
    : type extends 'string'
      ? string
      : type extends `bytes${string}`
        ? Hex
        : type extends 'uint8' | 'uint32'
          ? number
          : bigint

/** Parameters of a custom error, by name. Two errors share the name NotTighter: here it is the shorter one. */
export type ErrorFields<name extends ErrorName> = {
  readonly [input in Extract<ErrorItem, { name: name }>['inputs'][number] as input['name']]: Primitive<input['type']>
}

/** A contract reverted with one of the protocol's custom errors. Subclasses have its parameters as fields. */
export abstract class RevertError extends PlimsollError {
  /** Name of the error in Solidity. */
  abstract readonly errorName: ErrorName
}

export type RevertErrorClass<name extends ErrorName> = new (
  fields: ErrorFields<name>,
  options?: { cause?: unknown },
) => RevertError & ErrorFields<name> & { readonly code: string; readonly errorName: name }

/** Class of one custom error; `message` says what happened and what to do next. */
export function defineRevert<name extends ErrorName>(
  errorName: name,
  message: (fields: ErrorFields<name>) => string,
): RevertErrorClass<name> {
  const code = errorName.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase()
  class Defined extends RevertError {
    override readonly name = `${errorName}Error`
    readonly code = code
    readonly errorName = errorName
    constructor(fields: ErrorFields<name>, { cause }: { cause?: unknown } = {}) {
      super(message(fields), { docsPath: `/sdk/errors.md#${errorName.toLowerCase()}`, cause })
      Object.assign(this, fields)
    }
  }
  return Defined as unknown as RevertErrorClass<name> // Object.assign gives it the fields that the type names
}
