/** Errors of the keeper: one class per failure, a stable code, the values, and a sentence that says what to do. */
export abstract class KeeperError extends Error {
  abstract readonly code: string

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = new.target.name
  }
}

/** The same call may work later: the runner tries again. Every other error is reported and not repeated. */
export abstract class RetryableError extends KeeperError {}

export class ConfigError extends KeeperError {
  readonly code = 'CONFIG'
  readonly problems: readonly string[]
  constructor({ source, problems, cause }: { source: string; problems: readonly string[]; cause?: unknown }) {
    super(`The configuration (${source}) has ${problems.length} problem(s). Fix:\n  ${problems.join('\n  ')}`, cause)
    this.problems = problems
  }
}

export class RpcError extends RetryableError {
  readonly code = 'RPC'
  readonly method: string
  constructor({ method, cause }: { method: string; cause: unknown }) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    super(`The node did not answer ${method}: ${detail}. Check rpcUrl and the node; the keeper tries again.`, cause)
    this.method = method
  }
}

export class ReorgTooDeepError extends RetryableError {
  readonly code = 'REORG_TOO_DEEP'
  readonly tip: bigint
  readonly oldest: bigint
  constructor({ tip, oldest }: { tip: bigint; oldest: bigint }) {
    super(`No checkpoint from block ${oldest} to ${tip} is on the chain any more. The state is rebuilt from events.`)
    this.tip = tip
    this.oldest = oldest
  }
}

export class NonceError extends RetryableError {
  readonly code = 'NONCE'
  readonly nonce: number
  constructor({ nonce, cause }: { nonce: number; cause: unknown }) {
    super(`Nonce ${nonce} is used already. Is another keeper using the same key? The nonce is read again.`, cause)
    this.nonce = nonce
  }
}

export class SendError extends KeeperError {
  readonly code = 'SEND'
  readonly hash: string
  constructor({ hash, cause }: { hash: string; cause: unknown }) {
    const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    super(`The node refused transaction ${hash}: ${detail}. Check the balance of the keeper's key and its fees.`, cause)
    this.hash = hash
  }
}

export class JournalError extends KeeperError {
  readonly code = 'JOURNAL'
  readonly path: string
  constructor({ path, problem, cause }: { path: string; problem: string; cause?: unknown }) {
    super(
      `The journal ${path} ${problem}. Without it a restart could send twice: fix the path or its permissions.`,
      cause,
    )
    this.path = path
  }
}

export class JournalLockedError extends KeeperError {
  readonly code = 'JOURNAL_LOCKED'
  readonly path: string
  readonly pid: number
  constructor({ path, pid }: { path: string; pid: number }) {
    super(`Process ${pid} already writes the journal ${path}. One keeper per key: stop it or name another journal.`)
    this.path = path
    this.pid = pid
  }
}

export class WrongChainError extends KeeperError {
  readonly code = 'WRONG_CHAIN'
  readonly expected: number
  readonly actual: number
  constructor({ expected, actual }: { expected: number; actual: number }) {
    super(`The node serves chain ${actual}, the deployment is on chain ${expected}. Point rpcUrl at the right network.`)
    this.expected = expected
    this.actual = actual
  }
}

export class StateMismatchError extends RetryableError {
  readonly code = 'STATE_MISMATCH'
  readonly accounts: readonly string[]
  constructor({ accounts }: { accounts: readonly string[] }) {
    super(
      `${accounts.length} account(s) differ from the chain (${accounts[0] ?? ''}). The state is rebuilt from events.`,
    )
    this.accounts = accounts
  }
}

/** The label of any error, for metrics: its code, or its class. */
export function errorCode(error: unknown): string {
  if (error instanceof KeeperError) return error.code
  return error instanceof Error ? error.name : 'UNKNOWN'
}
