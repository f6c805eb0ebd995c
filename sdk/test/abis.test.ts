import assert from 'node:assert/strict'
import { it } from 'node:test'
import { outdated } from '../scripts/abis.ts'

it('the ABIs in the package are those of the compiled contracts: `node sdk/scripts/abis.ts` writes them', () => {
  assert.deepEqual(outdated(), [])
})
