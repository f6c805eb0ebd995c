import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { measureGas } from '../src/gas.ts'
import { GAS_SNAPSHOT } from '../src/snapshot.ts'
import { intrinsicGas } from '../src/world.ts'

const snapshot: unknown = JSON.parse(readFileSync(GAS_SNAPSHOT, 'utf8'))

// All figures, which takes some 40 s alone on two cores: one that is left out would go stale unseen.
test('gas equals the checked-in snapshot to the unit (renew: npm run bench -- gas --snapshot)', async () => {
  assert.deepEqual(await measureGas(), snapshot)
})

test('INV-15: the worst liquidations stay within 15 M gas', () => {
  const { worstLiquidation } = snapshot as { worstLiquidation: Record<string, number> }
  for (const [underlyings, gas] of Object.entries(worstLiquidation)) {
    assert.ok(gas <= 15_000_000, `${gas} with options on ${underlyings} underlyings`)
  }
})

test('the snapshot obeys its published schema', () => {
  const schema = JSON.parse(readFileSync(new URL('../../docs/schemas/bench-gas.json', import.meta.url), 'utf8'))
  const validate = new Ajv2020().compile(schema)
  assert.ok(validate(snapshot), JSON.stringify(validate.errors))
})

test('intrinsic gas counts zero and non-zero bytes of the calldata', () => {
  assert.equal(intrinsicGas('0x'), 21_000)
  assert.equal(intrinsicGas('0x00ff00'), 21_000 + 4 + 16 + 4)
})
