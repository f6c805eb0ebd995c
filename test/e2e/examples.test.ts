import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { after, before, describe, it } from 'node:test'
import { closeAll } from '../../examples/closeAll.ts'
import { condor } from '../../examples/condor.ts'
import { coveredCall } from '../../examples/coveredCall.ts'
import { sessionKey } from '../../examples/sessionKey.ts'
import { stop } from '../../examples/stop.ts'
import { strangle } from '../../examples/strangle.ts'
import { World } from '../../examples/world.ts'
import { spotOf } from '../../sdk/src/index.ts'

const WAD = 10n ** 18n

describe('the examples', () => {
  let world: World
  let lines: string[]
  const say = (line: string) => void lines.push(line)

  before(async () => {
    world = await World.open()
    lines = []
  })
  after(() => world.close())

  it('strangle: both options and a hedge of their delta, in one transaction', async () => {
    const { positions, delta } = await strangle(world, say)
    const lots = Object.fromEntries(positions.map((position) => [position.instrument.kind, position.lots]))
    assert.deepEqual(lots, { call: 10_000n, put: 10_000n, perpetual: -delta })
    assert.ok(delta > 100n && delta < 2_000n) // the call is nearer to spot
  })

  it('covered-call: bitcoin in, call sold, premium on the account, in one transaction', async () => {
    const { portfolio, premium } = await coveredCall(world, say)
    const [deposited, sold] = portfolio.positions
    assert.deepEqual(deposited, { instrument: spotOf(1), lots: 10n ** 8n })
    assert.deepEqual([sold?.instrument.kind, sold?.lots], ['call', -10_000n])
    assert.ok(premium > 500n * WAD)
  })

  it('close-all: nothing left but a cent, in one transaction', async () => {
    const { positions, left, paid } = await closeAll(world, say)
    assert.deepEqual(positions, [])
    assert.ok(left >= 0n && left < WAD / 50n)
    assert.ok(paid > 99_000n * 10n ** 6n && paid < 100_000n * 10n ** 6n)
  })

  it('session-key: a loss within the budget, refused beyond it and after its end', async () => {
    const { spent, refusals, lots } = await sessionKey(world, say)
    assert.ok(spent > 43n * WAD && spent < 50n * WAD)
    assert.deepEqual([refusals, lots], [[['LossAboveBudget'], ['BadSignature']], 1_000n])
  })

  it('stop: refused before the price falls, filled then', async () => {
    assert.deepEqual(await stop(world, say), { before: ['SpotOutsideBand'], lots: [10_000n, 0n] })
  })

  it('condor: the better of two quotes, four legs', async () => {
    const { quotes, positions } = await condor(world, say)
    assert.equal(quotes.length, 2)
    assert.ok((quotes[0] ?? 0n) < (quotes[1] ?? 0n))
    assert.deepEqual(positions.map(({ lots }) => lots).sort(), [-5_000n, -5_000n, 5_000n, 5_000n])
  })

  it('say what happens, and are listed', () => {
    assert.ok(lines.length > 15)
    const { stdout, status } = spawnSync(process.execPath, ['scripts/example.ts'], { encoding: 'utf8' })
    assert.equal(status, 0)
    for (const name of ['strangle', 'condor', 'stop', 'session-key', 'covered-call'])
      assert.match(stdout, new RegExp(name))
    const wrong = spawnSync(process.execPath, ['scripts/example.ts', 'nothing'], { encoding: 'utf8' })
    assert.equal(wrong.status, 1)
  })
})
