import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { measureRemargin } from '../src/risk/remargin.ts'
import { createAccounts, createUniverse, POSITIONS } from '../src/risk/universe.ts'
import { RISK_SNAPSHOT } from '../src/snapshot.ts'

const schema = JSON.parse(readFileSync(new URL('../../docs/schemas/bench-risk.json', import.meta.url), 'utf8'))

test('the checked-in figures of the risk engine obey their published schema', () => {
  const validate = new Ajv2020().compile(schema)
  assert.ok(validate(JSON.parse(readFileSync(RISK_SNAPSHOT, 'utf8'))), JSON.stringify(validate.errors))
})

test('a measurement of a few accounts obeys the schema and counts what it margined', async () => {
  const table = await measureRemargin({ accounts: 2_000, workers: 2, progress: () => undefined })
  const validate = new Ajv2020().compile({ ...schema.properties.remargin, $defs: schema.$defs })
  assert.ok(validate(table), JSON.stringify(validate.errors))
  assert.equal(table.accounts, 2_000)
  assert.equal(table.positions, 2_000 * POSITIONS)
})

test('a quarter of the positions and more are options, on a thousand strikes', () => {
  const universe = createUniverse()
  const { instruments } = createAccounts(universe, 5_000)
  const options = instruments.filter((number) => 'strike' in (universe.layout.instruments[number] ?? {}))
  assert.ok(options.length >= instruments.length / 4)
  assert.equal(universe.layout.strikes.length, 1_000)
})
