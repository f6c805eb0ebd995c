/** Base of every error the package throws on purpose: a stable `code` beside a sentence that says what to do. */
export abstract class RiskError extends Error {
  abstract readonly code: string

  override get name(): string {
    return this.constructor.name
  }
}

/** A number outside the domain of a formula. `value` is what came in, `expected` says what may. */
export class DomainError extends RiskError {
  readonly code = 'DOMAIN'
  readonly parameter: string
  readonly value: number
  readonly expected: string

  constructor(parameter: string, value: number, expected: string) {
    super(`${parameter} is ${value}; it must be ${expected}.`)
    this.parameter = parameter
    this.value = value
    this.expected = expected
  }
}
