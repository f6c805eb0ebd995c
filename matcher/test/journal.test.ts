import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it } from 'node:test'
import { Journal } from '../src/journal/journal.ts'

const DEPLOYMENT = '31337:0x01'

describe('the file of a journal', () => {
  const fileOf = (name: string) => join(mkdtempSync(join(tmpdir(), 'plimsoll-journal-')), `${name}.sqlite`)

  it('opens again', () => {
    const path = fileOf('same')
    for (let i = 0; i < 2; i++) new Journal(path, DEPLOYMENT).close()
  })

  it('is refused when its tables are of another version, and stays as it is', () => {
    for (const version of [0, 1, 1_000]) {
      const path = fileOf('other')
      const written = new DatabaseSync(path)
      written.exec(`CREATE TABLE orders (hash TEXT PRIMARY KEY) STRICT; PRAGMA user_version = ${version}`)
      written.close()
      assert.throws(() => new Journal(path, DEPLOYMENT), { code: 'JOURNAL_VERSION', path, actual: version })
      const columns = new DatabaseSync(path).prepare('PRAGMA table_info(orders)').all()
      assert.deepEqual(
        columns.map(({ name }) => name),
        ['hash'],
      )
    }
  })
})
