import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Engine, openEngine } from './compiledEngine.ts'
import { CHUNK, checkChunk, emptyResult, merge, type ParityResult } from './parity.ts'

const SEED = 0x506c696d
const CHUNKS = 4

describe('the bigint twin of the margin engine', () => {
  let engine: Engine
  let result: ParityResult
  before(async () => {
    engine = await openEngine()
    result = emptyResult()
    for (let chunk = 0; chunk < CHUNKS; chunk++) result = merge(result, await checkChunk(engine, SEED, chunk))
  })
  after(() => engine.close())

  it('equals the compiled engine to the wei in every number of assess and audit', () => {
    assert.equal(result.portfolios, CHUNKS * CHUNK)
    assert.deepEqual(result.examples, [])
    assert.equal(result.mismatches, 0)
  })

  it('was compared on every kind of portfolio and market', () => {
    for (const [name, count] of Object.entries(result.reached)) {
      assert.ok(count >= 10, `${name}: met only ${count} times`)
    }
  })

  it('differs when one number of the input differs: the comparison can fail', async () => {
    const raised = await checkChunk(
      {
        ask: (inputs) =>
          engine.ask(
            inputs.map((input) => ({ ...input, portfolio: { ...input.portfolio, cash: input.portfolio.cash + 1n } })),
          ),
      },
      SEED,
      0,
      10,
    )
    assert.ok(raised.reached.refused < 10)
    // Equity and settled cash of what is not refused, in assess and in audit.
    assert.equal(raised.mismatches, 4 * (10 - raised.reached.refused))
    assert.equal(raised.maxDifferenceWei, '1')
  })
})
