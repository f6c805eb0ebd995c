import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runsTypeScript } from '../../scripts/runtime.mjs'

describe('runsTypeScript', () => {
  it('accepts the first release of each supported line and everything above', () => {
    for (const version of ['22.18.0', '22.21.1', '24.0.0', '26.1.0'])
      assert.equal(runsTypeScript(version), true, version)
  })

  it('refuses older lines, lines without type stripping and the unsupported 23', () => {
    for (const version of ['18.20.0', '20.20.2', '22.17.9', '23.11.0']) {
      assert.equal(runsTypeScript(version), false, version)
    }
  })
})
