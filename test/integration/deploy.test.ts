import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import hre from 'hardhat'
import { getAddress, toFunctionSelector, toFunctionSignature } from 'viem'
import { deployPlimsoll, localPlan } from '../../deploy/deploy.ts'
import { UNDERLYINGS } from '../../deploy/parameters.ts'
import { PlanError, parsePlan } from '../../deploy/plan.ts'
import { permissions, ROLES, selectors } from '../../deploy/roles.ts'

/** The abstract contract of all feeds, and the feeds. */
const QUORUM = 'SignerQuorum'
const FEEDS = ['PremiumFeed', 'SurfaceFeed', 'HistoryFeed']

/** `Contract.function` of everything with the `restricted` modifier, read from the sources. */
function restrictedFunctions(): string[] {
  return globSync('contracts/core/*.sol')
    .flatMap((file) => {
      const contract = file.replace(/^.*\/|\.sol$/g, '')
      const source = readFileSync(file, 'utf8')
      return [...source.matchAll(/function (\w+)\([^)]*\)[^{;]*\brestricted\b/g)].map(
        ([, name]) => `${contract}.${name}`,
      )
    })
    .flatMap((name) => (name.startsWith(`${QUORUM}.`) ? FEEDS.map((feed) => name.replace(QUORUM, feed)) : name))
    .sort()
}

describe('the permission table', () => {
  it('names every restricted function exactly once', () => {
    const named = permissions().flatMap(({ contract, signatures }) =>
      signatures.map((signature) => `${contract}.${signature.split('(')[0]}`),
    )
    assert.deepEqual(named.sort(), restrictedFunctions())
  })

  it('holds signatures that the contracts have', async () => {
    for (const { contract, signatures } of permissions()) {
      const { abi } = await hre.artifacts.readArtifact(contract)
      const known = abi.filter((item) => item.type === 'function').map((item) => toFunctionSignature(item))
      for (const signature of signatures) assert.ok(known.includes(signature), `${contract} has no ${signature}`)
    }
  })

  it('lets guardians only tighten and delay', () => {
    const guarded = permissions().filter(({ role }) => role === 'GUARDIAN')
    for (const signature of guarded.flatMap(({ signatures }) => signatures)) assert.match(signature, /^(tighten|delay)/)
  })
})

describe('deployPlimsoll', () => {
  it('wires, lists and seals everything, and lets only the right roles act', async () => {
    const connection = await hre.network.create()
    const [deployer, governance, guardian, stranger] = await connection.viem.getWalletClients()
    assert.ok(deployer && governance && guardian && stranger)
    const plan = {
      ...localPlan(),
      governance: getAddress(governance.account.address),
      guardian: getAddress(guardian.account.address),
      governanceDelay: 172_800,
    }
    const { deployment, contracts } = await deployPlimsoll(connection, { plan })
    const { accessManager, clearinghouse, markets, vault } = contracts

    assert.equal(await clearinghouse.read.isSealed(), true)
    assert.equal(getAddress(await clearinghouse.read.engine()), getAddress(deployment.engine))
    for (const module of [deployment.vault, deployment.auction, deployment.exchange, deployment.settlement]) {
      assert.equal(await clearinghouse.read.isModule([module]), true)
    }
    assert.equal(getAddress(await contracts.series.read.settlement()), getAddress(deployment.settlement))
    for (const [i, { terms }] of UNDERLYINGS.entries()) {
      assert.deepEqual(await contracts.series.read.riskTerms([i + 1]), terms)
    }
    assert.deepEqual(
      deployment.underlyings.map(({ symbol }) => symbol),
      UNDERLYINGS.map(({ symbol }) => symbol),
    )
    const { markets: rows } = await clearinghouse.read.snapshot([0b110n])
    assert.deepEqual(
      rows.map(({ status, lotUnit }) => ({ status, lotUnit })),
      UNDERLYINGS.map(({ lotUnit }) => ({ status: 0, lotUnit })),
    )

    assert.deepEqual(await accessManager.read.hasRole([0n, deployer.account.address]), [false, 0])
    assert.deepEqual(await accessManager.read.hasRole([0n, governance.account.address]), [true, 172_800])
    assert.deepEqual(await accessManager.read.hasRole([ROLES.FEED, deployment.premiumFeed]), [true, 0])
    for (const { contract, role, signatures } of permissions()) {
      const target = {
        Clearinghouse: clearinghouse,
        Markets: markets,
        Vault: vault,
        PremiumFeed: contracts.premiumFeed,
        Series: contracts.series,
        Surfaces: contracts.surfaces,
        Settlement: contracts.settlement,
        SurfaceFeed: contracts.surfaceFeed,
        Tails: contracts.tails,
        HistoryFeed: contracts.historyFeed,
      }
      for (const selector of selectors(signatures)) {
        const granted = await accessManager.read.getTargetFunctionRole([target[contract].address, selector])
        assert.equal(granted, ROLES[role], `${contract} ${selector}`)
      }
    }

    const tighten = { account: guardian.account }
    await markets.write.tightenReduceOnly([1], tighten)
    await connection.viem.assertions.revertWithCustomError(
      markets.write.setReduceOnly([1, false], { account: stranger.account }),
      markets,
      'AccessManagedUnauthorized',
    )
    await connection.viem.assertions.revertWithCustomError(
      markets.write.setReduceOnly([1, false], { account: governance.account }),
      accessManager,
      'AccessManagerNotScheduled',
    )
  })
})

describe('parsePlan', () => {
  const address = '0x00000000000000000000000000000000000000aa'
  const file = {
    usd: address,
    governance: address,
    guardian: address,
    premiumSigners: [address],
    premiumQuorum: 1,
    surfaceSigners: [address],
    surfaceQuorum: 1,
    historySigners: [address],
    historyQuorum: 1,
    underlyings: { BTC: { token: address, feed: address, sequencer: { feed: address, graceSeconds: 3600 } } },
  }

  it('reads addresses and takes the numbers from the parameters', () => {
    const plan = parsePlan(JSON.stringify(file))
    assert.equal(plan.underlyings.length, 1)
    assert.equal(plan.underlyings[0]?.parameters, UNDERLYINGS[0])
    assert.deepEqual(plan.underlyings[0]?.feed, {
      kind: 'chainlink',
      proxy: address,
      sequencer: { feed: address, graceSeconds: 3600n },
    })
  })

  it('names the field that is wrong', () => {
    const cases = [
      [{ ...file, governance: 'nobody' }, 'governance'],
      [{ ...file, premiumQuorum: 1.5 }, 'premiumQuorum'],
      [{ ...file, surfaceSigners: address }, 'surfaceSigners'],
      [{ ...file, underlyings: { DOGE: {} } }, 'underlyings'],
      [{ ...file, underlyings: { BTC: { token: address } } }, 'underlyings.BTC.feed'],
    ] as const
    for (const [value, path] of cases) {
      assert.throws(
        () => parsePlan(JSON.stringify(value)),
        (error) => error instanceof PlanError && error.path === path,
      )
    }
  })
})

describe('selectors', () => {
  it('are the first four bytes of the hash of the signature', () => {
    assert.deepEqual(selectors(['seal()']), [toFunctionSelector('function seal()')])
    assert.deepEqual(selectors(['seal()']), ['0x3fb27b85'])
  })
})
