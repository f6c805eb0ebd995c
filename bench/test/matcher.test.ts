import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { type MatcherTable, matcherRows } from '../src/matcher.ts'
import { MATCHER_SNAPSHOT, MATCHER_TABLE } from '../src/snapshot.ts'

const schema = JSON.parse(readFileSync(new URL('../../docs/schemas/bench-matcher.json', import.meta.url), 'utf8'))
const table: MatcherTable = JSON.parse(readFileSync(MATCHER_SNAPSHOT, 'utf8'))

test('the checked-in figures of the matcher obey their published schema', () => {
  const validate = new Ajv2020().compile(schema)
  assert.ok(validate(table), JSON.stringify(validate.errors))
})

test('the checked-in table of the matcher says what the figures say', () => {
  const text = readFileSync(MATCHER_TABLE, 'utf8')
  for (const [name, figure] of matcherRows(table)) {
    const line = text.split('\n').find((each) => each.startsWith(`${name}  `) && each.endsWith(` ${figure}`))
    assert.ok(line, `${name} ${figure}`)
  }
})
