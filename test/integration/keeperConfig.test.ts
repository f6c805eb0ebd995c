import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import hre from 'hardhat'
import { getAddress, parseEther, toHex } from 'viem'
import { loadConfig, parseConfig } from '../../keeper/src/config.ts'
import { ConfigError } from '../../keeper/src/errors.ts'
import { eventsAbi } from '../../keeper/src/ports/abi.ts'
import { encodeAccountId } from '../../sdk/src/index.ts'

const KEY = toHex(7n, { size: 32 })
const someAddress = (n: bigint) => getAddress(toHex(n, { size: 20 }))
const deployment = {
  chainId: 1,
  clearinghouse: someAddress(1n),
  markets: someAddress(2n),
  auction: someAddress(3n),
  series: someAddress(4n),
  settlement: someAddress(5n),
  tails: someAddress(6n),
  exchange: someAddress(7n),
}
const complete = { rpcUrl: 'http://127.0.0.1:8545', deployment, privateKey: KEY }
const where = { source: 'keeper.json', folder: '/' }

describe('the configuration', () => {
  it('needs a node, a deployment and a key; everything else has a default', () => {
    const config = parseConfig(complete, where)
    assert.equal(config.policy.minRewardUsd, parseEther('1'))
    assert.equal(config.account.main, encodeAccountId({ owner: config.account.owner, subId: 0n }))
    assert.equal(config.deployment.fromBlock, 0n)
    assert.deepEqual([config.services.refresh, config.services.budgetUsdPerDay], [true, parseEther('50')])
  })

  it('names every problem at once, and where', () => {
    const wrong = { ...complete, rpcUrl: 'nowhere', pollMs: 1, policy: { minReward: 5, minDiscount: 'a lot' } }
    assert.throws(
      () => parseConfig(wrong, where),
      (error) => {
        assert.ok(error instanceof ConfigError)
        const text = error.problems.join('\n')
        for (const field of ['rpcUrl', 'pollMs', 'policy.minDiscount', 'minReward'])
          assert.match(text, new RegExp(field))
        return true
      },
    )
  })

  it('refuses a deployment without the auction and lanes that do not add up', () => {
    const { auction: _, ...partial } = deployment
    assert.throws(() => parseConfig({ ...complete, deployment: partial }, where), /auction/)
    assert.throws(() => parseConfig({ ...complete, maxInFlight: 2, reservedInFlight: 2 }, where), /reservedInFlight/)
  })

  it('names the account of a reseller, which is not one of its own', () => {
    const reseller = someAddress(9n)
    const resale = { matcherUrl: 'http://127.0.0.1:9500', reseller }
    const config = parseConfig({ ...complete, resale }, where)
    assert.equal(config.resale?.account, encodeAccountId({ owner: reseller }))
    assert.equal(config.resale?.minProfitUsd, parseEther('1'))
    assert.equal(config.resale?.expiryMarginSeconds, 15n)
    const own = { ...complete, resale, account: { owner: reseller } }
    assert.throws(() => parseConfig(own, where), /resale\.reseller/)
  })

  it('takes flags before the environment before the file, and paths from the folder of the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-config-'))
    const file = join(folder, 'keeper.json')
    writeFileSync(join(folder, 'deployment.json'), JSON.stringify(deployment))
    writeFileSync(file, JSON.stringify({ rpcUrl: 'http://file', deployment: 'deployment.json', account: 3 }))
    const env = { PLIMSOLL_KEEPER_KEY: KEY, PLIMSOLL_RPC_URL: 'http://env' }
    assert.deepEqual(loadConfig(file, env).rpcUrl, ['http://env'])
    const config = loadConfig(file, env, { rpcUrl: 'http://flag' })
    assert.deepEqual(config.rpcUrl, ['http://flag'])
    assert.equal(config.account.main, encodeAccountId({ owner: config.account.owner, subId: 3n }))
    assert.equal(config.journal, join(folder, 'keeper-journal.json'))
  })

  it('says what is wrong with a file that is missing or no JSON', () => {
    assert.throws(() => loadConfig('/nowhere/keeper.json'), /cannot be read/)
  })

  it('shows the key to nobody but the signer', () => {
    const config = parseConfig(complete, where)
    const shown = [JSON.stringify(config.privateKey), String(config.privateKey), inspect(config, { depth: 5 })].join(
      ' ',
    )
    assert.ok(!shown.includes(KEY.slice(2)))
    assert.match(shown, /\*\*\*/)
    assert.throws(
      () => parseConfig({ ...complete, privateKey: `${KEY}00` }, where),
      (error) => error instanceof Error && !error.message.includes(KEY.slice(2)),
    )
  })
})

describe('the events that the keeper reads', () => {
  it('are those that the compiler wrote', async () => {
    const compiled = new Set<string>()
    for (const name of ['Auction', 'Clearinghouse', 'Markets', 'MarginEngine', 'Settlement']) {
      const { abi } = await hre.artifacts.readArtifact(name)
      for (const item of abi) compiled.add(shapeOf(item))
    }
    assert.deepEqual(
      eventsAbi.map(shapeOf).filter((shape) => !compiled.has(shape)),
      [],
    )
  })
})

type Item = { type: string; name?: string; inputs?: readonly object[]; outputs?: readonly object[] }

/** Kind, name and the types of everything that goes in and out, with all names but those of results. */
function shapeOf(item: Item): string {
  return JSON.stringify([
    item.type,
    item.name,
    item.inputs?.map(field),
    item.outputs?.map((result) => field({ ...result, name: '' })),
  ])
}

function field(parameter: object): unknown {
  const { name, type, indexed, components } = parameter as Partial<Record<'name' | 'type', string>> & {
    indexed?: boolean
    components?: readonly object[]
  }
  return [name || '', type, indexed ?? false, components?.map(field) ?? []]
}
