import { PlimsollError } from '../errors/base.ts'
import type { Kind } from '../exact/portfolio.ts'
import type { OrderIssue } from './orderIssues.ts'

/** A number does not fit the bits that the chain gives it. */
export class OutOfRangeError extends PlimsollError {
  override readonly name = 'OutOfRangeError'
  readonly code = 'OUT_OF_RANGE'
  readonly field: string
  readonly value: bigint
  readonly minimum: bigint
  readonly maximum: bigint
  constructor({ field, value, minimum, maximum }: { field: string; value: bigint; minimum: bigint; maximum: bigint }) {
    super(`${field} is ${value}. Use a value from ${minimum} to ${maximum}.`, { docsPath: '/sdk/errors.md#outofrange' })
    this.field = field
    this.value = value
    this.minimum = minimum
    this.maximum = maximum
  }
}

/** A word read from outside is no member of the type it should be. */
export class InvalidEncodingError extends PlimsollError {
  override readonly name = 'InvalidEncodingError'
  readonly code = 'INVALID_ENCODING'
  readonly type: string
  readonly value: string
  constructor({ type, value, expected }: { type: string; value: string; expected: string }) {
    super(`${value} is no ${type}. Expected ${expected}.`, { docsPath: '/sdk/errors.md#invalidencoding' })
    this.type = type
    this.value = value
  }
}

/** A deployment description lacks a field or has a malformed one. */
export class InvalidDeploymentError extends PlimsollError {
  override readonly name = 'InvalidDeploymentError'
  readonly code = 'INVALID_DEPLOYMENT'
  readonly field: string
  constructor({ field, expected }: { field: string; expected: string }) {
    super(`The deployment's ${field} is not ${expected}. Use a deployment written by the deploy scripts.`, {
      docsPath: '/sdk/errors.md#invaliddeployment',
    })
    this.field = field
  }
}

/** A surface prices dated futures and options only. */
export class UndatedInstrumentError extends PlimsollError {
  override readonly name = 'UndatedInstrumentError'
  readonly code = 'UNDATED_INSTRUMENT'
  readonly kind: Kind
  constructor({ kind }: { kind: Kind }) {
    super(`A ${kind} has no expiry, so no surface prices it. Read its market with getMarket.`, {
      docsPath: '/sdk/errors.md#undatedinstrument',
    })
    this.kind = kind
  }
}

/** The exchange would refuse a fill of the order now. `issues` holds every reason, in the order of its checks. */
export class OrderNotFillableError extends PlimsollError {
  override readonly name = 'OrderNotFillableError'
  readonly code = 'ORDER_NOT_FILLABLE'
  readonly issues: readonly OrderIssue[]
  constructor({ issues }: { issues: readonly OrderIssue[] }) {
    const reasons = issues.map(({ error }) => error).join(', ')
    super(`The exchange would refuse the fill: ${reasons}. Look into \`issues\`, or take another order.`, {
      docsPath: '/sdk/errors.md#ordernotfillable',
    })
    this.issues = issues
  }
}
