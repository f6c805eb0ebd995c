export type PlimsollErrorOptions = {
  /** Path below the documentation's root. */
  docsPath?: string | undefined
  cause?: unknown
}

/** Base of every error this package throws: `name`, a stable `code`, a sentence that says what to do, and the cause. */
export abstract class PlimsollError extends Error {
  override name = 'PlimsollError'
  /** Stable across releases: switch on it. */
  abstract readonly code: string
  readonly docsPath: string | undefined

  constructor(message: string, { docsPath, cause }: PlimsollErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.docsPath = docsPath
  }

  /** The first error of the chain of causes that `predicate` accepts; without a predicate the last one. */
  walk(): unknown
  walk(predicate: (error: unknown) => boolean): unknown | null
  walk(predicate?: (error: unknown) => boolean): unknown {
    let error: unknown = this
    for (;;) {
      if (predicate?.(error)) return error
      const cause = error instanceof Error ? error.cause : undefined
      if (cause === undefined || cause === null) return predicate ? null : error
      error = cause
    }
  }
}
