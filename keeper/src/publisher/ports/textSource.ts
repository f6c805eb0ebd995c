/** Where the input of signers comes from: the newest snapshot of a table, as text. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type Input, InputError, readInput } from '@plimsoll/risk/chains'
import { FetchError, fetchText, withoutSecrets } from './httpText.ts'

export interface TextSource {
  /** The newest snapshot, CSV or JSON. @throws InputError, FetchError when there is none */
  latest(): Promise<Input>
}

const SNAPSHOT = /\.(csv|json)(\.gz)?$/
const LIMITS = { timeoutMs: 10_000, maximumBytes: 2 ** 25 }

/** A URL, a file, or a directory whose newest file counts (write elsewhere, then rename into it). */
export function textSource(where: string): TextSource {
  return /^https?:\/\//.test(where) ? new UrlSource(where) : new FileSource(where)
}

class UrlSource implements TextSource {
  readonly #url: string
  constructor(url: string) {
    this.#url = url
  }

  async latest(): Promise<Input> {
    const { status, text } = await fetchText(this.#url, LIMITS)
    const source = withoutSecrets(this.#url)
    if (status !== 200) throw new FetchError({ url: source, problem: `answers with status ${status}` })
    return { source, text }
  }
}

class FileSource implements TextSource {
  readonly #path: string
  constructor(path: string) {
    this.#path = path
  }

  async latest(): Promise<Input> {
    return readInput(newestFile(this.#path))
  }
}

/** By time of change, then by name. */
function newestFile(path: string): string {
  try {
    if (!statSync(path).isDirectory()) return path
    const files = readdirSync(path)
      .filter((name) => SNAPSHOT.test(name))
      .map((name) => ({ file: join(path, name), changed: statSync(join(path, name)).mtimeMs }))
      .sort((a, b) => a.changed - b.changed || (a.file < b.file ? -1 : 1))
    const newest = files.at(-1)
    if (newest) return newest.file
  } catch (cause) {
    throw new InputError(path, {}, `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`)
  }
  throw new InputError(path, {}, 'holds no file *.csv or *.json, gzipped or not')
}
