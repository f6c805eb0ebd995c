import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { apiDocument } from '../src/http/document.ts'
import * as routes from '../src/http/routes.ts'

const FILE = new URL('../../docs/schemas/matcher-openapi.json', import.meta.url)
/** As JSON: what is published. */
const document = JSON.parse(JSON.stringify(apiDocument()))

describe('the published description of the endpoints', () => {
  it('is current: `npm run matcher -- openapi --write` writes it', () => {
    assert.deepEqual(JSON.parse(readFileSync(FILE, 'utf8')), document)
  })

  it('has every endpoint, and how each of them refuses', () => {
    for (const { method, path } of Object.values(routes)) {
      const { responses } = document.paths[path][method]
      assert.deepEqual(
        responses.default.content['application/json'].schema,
        { $ref: '#/components/schemas/Error' },
        path,
      )
    }
  })

  it('describes an order so that a validator tells good from bad', () => {
    const ajv = new Ajv2020({ strict: false })
    ajv.addSchema({ $id: 'api', components: document.components })
    const validate = ajv.compile({ $ref: 'api#/components/schemas/SignedOrder' })
    const legs = [{ instrument: 'BTC-PERPETUAL', ratio: '-1' }]
    const account = `0x${'12'.repeat(32)}`
    const order = { account, legs, limitPrice: '-4', units: '10', nonce: '1', expiry: 1_900_000_000 }
    assert.ok(validate({ order, signature: '0x1234' }), JSON.stringify(validate.errors))
    for (const wrong of [{ units: 10 }, { units: '-1' }, { account: '0x12' }, { legs: [] }, { surprise: 1 }]) {
      assert.ok(!validate({ order: { ...order, ...wrong }, signature: '0x1234' }), JSON.stringify(wrong))
    }
  })
})
