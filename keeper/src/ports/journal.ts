/** What survives a restart: transactions on their way, and the state at a checkpoint. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { SavedBook } from '../book.ts'
import { JournalError, JournalLockedError } from '../errors.ts'
import type { Pending } from '../pending.ts'

export interface JournalPort {
  pending(): readonly Pending[]
  put(pending: Pending): Promise<void>
  remove(nonce: number): Promise<void>
  loadBook(): SavedBook | undefined
  saveBook(book: SavedBook): Promise<void>
  /** False while the last write failed. */
  readonly writable: boolean
}

/** Of the format: a journal of another is not read. */
const VERSION = 2

type Content<T> = { readonly version: typeof VERSION; readonly deployment: string; readonly value: T }

/** Files `PATH` (transactions) and `PATH.book` (checkpoint), replaced as a whole; `PATH.lock` names the only writer. */
export class FileJournal implements JournalPort {
  readonly #path: string
  readonly #deployment: string
  readonly #entries = new Map<number, Pending>()
  writable = true

  /** @param deployment Identifies chain and contracts: a journal of another deployment is not read. */
  constructor(path: string, deployment: string) {
    this.#path = path
    this.#deployment = deployment
    this.#lock()
    for (const entry of this.#read<Pending[]>(path) ?? []) this.#entries.set(entry.nonce, entry)
  }

  pending(): readonly Pending[] {
    return [...this.#entries.values()].sort((a, b) => a.nonce - b.nonce)
  }

  async put(pending: Pending): Promise<void> {
    this.#entries.set(pending.nonce, pending)
    this.#write(this.#path, this.pending())
  }

  async remove(nonce: number): Promise<void> {
    if (this.#entries.delete(nonce)) this.#write(this.#path, this.pending())
  }

  loadBook(): SavedBook | undefined {
    return this.#read<SavedBook>(this.#bookPath)
  }

  async saveBook(book: SavedBook): Promise<void> {
    this.#write(this.#bookPath, book)
  }

  close(): void {
    rmSync(this.#lockPath, { force: true })
  }

  get #bookPath(): string {
    return `${this.#path}.book`
  }

  get #lockPath(): string {
    return `${this.#path}.lock`
  }

  #lock(): void {
    const owner = existsSync(this.#lockPath) ? Number(readFileSync(this.#lockPath, 'utf8')) : 0
    if (owner > 0 && owner !== process.pid && isRunning(owner))
      throw new JournalLockedError({ path: this.#path, pid: owner })
    try {
      writeFileSync(this.#lockPath, String(process.pid))
    } catch (cause) {
      throw new JournalError({ path: this.#path, problem: 'cannot be written', cause })
    }
  }

  #read<T>(path: string): T | undefined {
    const content = readContent<T>(path)
    return content?.version === VERSION && content.deployment === this.#deployment ? content.value : undefined
  }

  #write(path: string, value: unknown): void {
    const content = JSON.stringify({ version: VERSION, deployment: this.#deployment, value }, replace)
    try {
      const file = openSync(`${path}.tmp`, 'w', 0o600)
      writeSync(file, content)
      fsyncSync(file)
      closeSync(file)
      renameSync(`${path}.tmp`, path)
      this.writable = true
    } catch (cause) {
      this.writable = false
      throw new JournalError({ path, problem: 'cannot be written', cause })
    }
  }
}

/** What a journal holds, whoever writes it at the moment. */
export function readPending(path: string): readonly Pending[] {
  return readContent<Pending[]>(path)?.value ?? []
}

function readContent<T>(path: string): Content<T> | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'), revive)
  } catch (cause) {
    throw new JournalError({ path, problem: 'is not readable', cause })
  }
}

/** bigint as "12n": JSON has no integers of this size. */
function replace(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

function revive(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
