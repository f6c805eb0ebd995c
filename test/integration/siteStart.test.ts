import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { localPlan } from '../../deploy/deploy.ts'
import { LOCAL_ANSWERS } from '../../deploy/parameters.ts'
import { Matching } from '../../scripts/simulation/matching/matching.ts'
import { prepare } from '../../scripts/simulation/simulation.ts'
import { createSite, parametersOf, type Site } from '../../scripts/simulation/site.ts'

const SEED = 1
const genesis = Math.floor(Date.now() / 1_000) - 86_400
const plan = localPlan(LOCAL_ANSWERS, [parametersOf('BTC')])

/** Child processes that keep this one running, after a turn in which the handles of those that ended are closed. */
async function children(): Promise<number> {
  await setTimeout(0)
  return process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap').length
}

describe('a start that fails', () => {
  it('ends the chain when the protocol cannot be deployed', async () => {
    const before = await children()
    const unsigned = { ...plan, surfaceQuorum: 2n } // of one signer
    await assert.rejects(createSite({ plan: unsigned, seed: SEED, genesis }), /InvalidQuorum/)
    assert.ok((await children()) <= before)
  })

  it('ends chain and matcher when the books cannot be opened', async () => {
    const before = await children()
    let made: Site | undefined
    const start = prepare(
      { onProgress: () => undefined, withMatcher: true, seed: SEED },
      {
        create: async () => {
          made = await createSite({ plan, seed: SEED, genesis })
          return made
        },
        fund: async () => undefined,
        open: () => Promise.reject(new RangeError('no books')),
      },
    )
    await assert.rejects(start, RangeError)
    assert.ok(made?.matching instanceof Matching)
    assert.ok((await children()) <= before)
  })
})
