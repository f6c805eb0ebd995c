/**
 * One hash for one JSON value, whatever order its keys were written in and on whatever machine: SHA-256 of the canonical form.
 *
 * Source: A. Rundgren, B. Jordan, S. Erdtman (2020), "JSON Canonicalization Scheme (JCS)", RFC 8785: no white space, keys
 * sorted by UTF-16 code units, numbers and strings as ECMAScript writes them.
 */
import { createHash } from 'node:crypto'

/** Characters that are gathered before the hash gets them. */
const CHUNK = 1 << 16

type Write = (text: string) => void

function writeCanonical(value: unknown, write: Write): void {
  if (typeof value !== 'object' || value === null) {
    write(JSON.stringify(value))
    return
  }
  const isArray = Array.isArray(value)
  write(isArray ? '[' : '{')
  const entries: [string, unknown][] = Object.entries(value)
  if (!isArray) entries.sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [index, [key, item]] of entries.entries()) {
    if (index > 0) write(',')
    if (!isArray) write(`${JSON.stringify(key)}:`)
    writeCanonical(item, write)
  }
  write(isArray ? ']' : '}')
}

/** SHA-256 of the canonical JSON, 64 hexadecimal digits. @param value what `JSON.parse` returns. */
export function canonicalHash(value: unknown): string {
  const hash = createHash('sha256')
  let pending = ''
  writeCanonical(value, (text) => {
    pending += text
    if (pending.length < CHUNK) return
    hash.update(pending, 'utf8')
    pending = ''
  })
  return hash.update(pending, 'utf8').digest('hex')
}
