/** Errors of the matcher beside those that it shares with the keepers: a stable code, the values, and what to do. */
import { KeeperError } from '@plimsoll/keeper/service'

/** A request that the service does not fulfil. `code` is the exchange's error where the exchange would refuse it. */
export class RefusedError extends KeeperError {
  readonly code: string
  /** HTTP status. */
  readonly status: 400 | 401 | 404 | 409 | 413 | 422 | 429 | 503
  readonly details: Readonly<Record<string, unknown>>
  constructor({
    code,
    message,
    status = 422,
    details = {},
  }: {
    code: string
    message: string
    status?: RefusedError['status']
    details?: Readonly<Record<string, unknown>>
  }) {
    super(message)
    this.code = code
    this.status = status
    this.details = details
  }
}

export class JournalBusyError extends KeeperError {
  readonly code = 'JOURNAL_LOCKED'
  readonly path: string
  constructor({ path, cause }: { path: string; cause: unknown }) {
    super(
      `Another process has the journal ${path} open. One matcher per journal and key: stop it or name another.`,
      cause,
    )
    this.path = path
  }
}

export class JournalMismatchError extends KeeperError {
  readonly code = 'JOURNAL_MISMATCH'
  readonly path: string
  readonly expected: string
  readonly actual: string
  constructor({ path, expected, actual }: { path: string; expected: string; actual: string }) {
    super(
      `The journal ${path} belongs to ${actual}, not to ${expected}. Name a journal of its own for each deployment.`,
    )
    this.path = path
    this.expected = expected
    this.actual = actual
  }
}

export class JournalVersionError extends KeeperError {
  readonly code = 'JOURNAL_VERSION'
  readonly path: string
  readonly expected: number
  readonly actual: number
  constructor({ path, expected, actual }: { path: string; expected: number; actual: number }) {
    super(
      `The journal ${path} has version ${actual} of the schema, not ${expected}. Let the release that wrote it run until every match is final, then name a new journal.`,
    )
    this.path = path
    this.expected = expected
    this.actual = actual
  }
}

/** What is in memory is not on disk: the process has to end, and starts again from what is. */
export class JournalWriteError extends KeeperError {
  readonly code = 'JOURNAL'
  readonly path: string
  constructor({ path, cause }: { path: string; cause: unknown }) {
    super(`The journal ${path} cannot be written. The matcher stops: free the disk or fix its permissions.`, cause)
    this.path = path
  }
}
