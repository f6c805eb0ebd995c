/** The scan range of the contracts against its twin, over a random life of a market. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Address, stringToHex } from 'viem'
import { UNDERLYINGS, type UnderlyingParameters } from '../../deploy/parameters.ts'
import {
  impliedVariance,
  type RangeState,
  type RiskParameters,
  rangeAt,
  requiredBy,
  withImplied,
} from '../../sdk/src/index.ts'
import { openProtocol, type Protocol } from '../differential/protocol.ts'
import { createRandom, type Random } from '../differential/random.ts'

const WAD = 10n ** 18n
const [HOUR, DAY] = [3600, 86_400]
const STEPS = 200
const SEED = 41
const [{ risk: START, terms }] = UNDERLYINGS as readonly [UnderlyingParameters, ...UnderlyingParameters[]]
/** Without offsets: the market stands alone. */
const TERMS = { ...terms, offset: 0, group: 0 }

/** What happened, so that a life without it fails. */
type Seen = {
  samples: number
  rises: number
  falls: number
  ramps: number
  surfaces: number
  changes: number
  dead: number
}

describe('the scan range', () => {
  let protocol: Protocol
  let underlying: number
  let source: Awaited<ReturnType<typeof listed>>['source']
  before(async () => {
    protocol = await openProtocol()
    ;({ underlying, source } = await listed(protocol))
  })
  after(() => protocol.close())

  it('equals its twin to the wei at every step of a random life', async () => {
    const random = createRandom(SEED)
    const seen: Seen = { samples: 0, rises: 0, falls: 0, ramps: 0, surfaces: 0, changes: 0, dead: 0 }
    let parameters = START
    let twin = await stateOf()
    let spot = 40_000n * WAD
    for (let step = 0; step < STEPS; step++) {
      await protocol.time.increase(random.oneIn(6) ? random.below(4 * DAY) : random.below(2 * HOUR))
      const isDead = random.oneIn(10)
      const size = step % 40 < 20 ? WAD / 300n : WAD / 10n // calm, then wild
      spot += ((random.oneIn(2) ? spot : -spot) * random.upTo(size)) / WAD
      await (isDead ? source.write.breakDown() : source.write.set([spot]))
      if (random.oneIn(8)) parameters = await change(random, parameters)
      else if (!isDead && random.oneIn(5)) twin = await post(random, twin, parameters, spot, seen)
      // A surface that is not taken touches nothing.
      await protocol.contracts.markets.write.touch([1n << BigInt(underlying)])
      twin = follow(twin, parameters, isDead ? undefined : spot, await protocol.now(), seen)
      assert.deepEqual(await stateOf(), twin, `step ${step}`)
    }
    for (const [name, count] of Object.entries(seen)) assert.ok(count >= 5, `${name}: only ${count} times`)

    async function change(random: Random, old: RiskParameters): Promise<RiskParameters> {
      await protocol.time.increase(DAY)
      if (!isDead(await rowOf())) await source.write.set([spot])
      const moved = (value: number) => Math.round(value * (0.91 + random.below(180) / 1000))
      const next = { ...old, stressVolatility: moved(old.stressVolatility), kappa: moved(old.kappa) }
      const bounded = { ...next, kappa: Math.min(Math.max(next.kappa, 1_000_000), 6_000_000) }
      const safe = { ...bounded, stressVolatility: Math.min(bounded.stressVolatility, 4_000_000) }
      await protocol.contracts.markets.write.setRiskParameters([underlying, safe])
      // The step under the old parameters, then what the new ones ask for at once.
      const time = await protocol.now()
      const alive = !isDead(await rowOf())
      twin = follow(twin, old, alive ? spot : undefined, time, seen)
      const required = requiredBy(twin.variances, safe)
      if (required > twin.target) twin = { ...twin, target: required }
      seen.changes++
      return safe
    }
  })

  it('keeps its promises: 2 % a sample up, 4 % a day down, and never beyond the target', async () => {
    const random = createRandom(SEED + 1)
    const parameters = START
    let state: RangeState = { ...(await stateOf()), variances: { fast: WAD / 4n, slow: WAD / 4n, implied: 0n } }
    for (let step = 0; step < 3_000; step++) {
      const elapsed = HOUR + random.below(random.oneIn(5) ? 3 * DAY : HOUR)
      const spot = (state.spot * (WAD + (random.oneIn(2) ? 1n : -1n) * random.upTo(WAD / 20n))) / WAD
      const next = rangeAt(state, parameters, spot, state.sampledAt + elapsed)
      const most = (state.maintenance * 102n) / 100n
      assert.ok(next.maintenance <= most && next.maintenance <= next.target)
      assert.ok(next.maintenance <= state.target, 'rises to what was announced at least one step before')
      assert.ok(next.target >= state.target - (state.target * BigInt(4 * elapsed)) / BigInt(100 * DAY) - 1n)
      assert.ok(next.target <= 4n * 10n ** 17n || next.target <= state.target)
      state = next
    }
  })

  function follow(old: RangeState, parameters: RiskParameters, spot: bigint | undefined, time: number, seen: Seen) {
    if (spot === undefined) {
      seen.dead++
      return old
    }
    const next = rangeAt(old, parameters, spot, time)
    if (next !== old) seen.samples++
    if (next.target > old.target) seen.rises++
    if (next.target < old.target) seen.falls++
    if (next.maintenance > old.maintenance) seen.ramps++
    return next
  }

  async function post(random: Random, old: RangeState, parameters: RiskParameters, spot: bigint, seen: Seen) {
    const { contracts } = protocol
    const timestamp = await protocol.now()
    const written = timestamp + 1 // every listed date after it has to be quoted
    const first = timestamp - (timestamp % DAY) + 8 * HOUR + DAY
    const listedDates = (await contracts.series.read.expiries([underlying])).filter((expiry) => expiry > written)
    const expiries = [...new Set([...listedDates, first + DAY * (1 + random.below(60))])]
      .sort((a, b) => a - b)
      .slice(0, 12)
    assert.ok(listedDates.every((expiry) => expiries.includes(expiry)))
    const volatility = WAD / 4n + random.upTo(WAD / 2n)
    const thetaAt = (expiry: number) => (((volatility * volatility) / WAD) * BigInt(expiry - timestamp)) / 31_536_000n
    const psi = thetaAt(expiries[0] ?? 0) // as steep as the nearest expiry bears, however near it is
    const quotes = expiries.map((expiry) => {
      return { expiry, theta: thetaAt(expiry), rho: 0n, psi, forwardRatio: WAD, discount: WAD }
    })
    const before = await contracts.series.read.epoch([underlying])
    await protocol.time.setNextBlockTimestamp(written)
    await contracts.surfaces.write.setSurface([underlying, BigInt(timestamp), 0n, quotes])
    if ((await contracts.series.read.epoch([underlying])).surfaceAt === before.surfaceAt) return old
    seen.surfaces++
    const stepped = follow(old, parameters, spot, await protocol.now(), seen)
    const words = await Promise.all(expiries.map((expiry) => contracts.series.read.surface([underlying, expiry])))
    const points = expiries.map((expiry, at) => ({ expiry, theta: thetaOf(words[at] ?? 0n) }))
    return withImplied(stepped, parameters, impliedVariance(timestamp, points))
  }

  /** As stored: 56 bits in 1e-15. */
  function thetaOf(word: bigint): bigint {
    return (word >> 200n) * 1000n
  }

  async function rowOf() {
    const { markets } = await protocol.contracts.markets.read.snapshot([1n << BigInt(underlying)])
    return markets[0] ?? assert.fail('A listed underlying has a row.')
  }

  function isDead({ status }: { status: number }): boolean {
    return status === 2
  }

  /** From the view, whose row must agree with it. */
  async function stateOf(): Promise<RangeState> {
    const state = await protocol.contracts.markets.read.scanRange([underlying])
    const { scanRange, targetRange, epsilon } = await rowOf()
    assert.deepEqual([scanRange - epsilon, targetRange - epsilon], [state.maintenance, state.target])
    const { variances, target, maintenance, sampledAt, spot } = state
    return { variances, target, maintenance, sampledAt: Number(sampledAt), spot }
  }
})

async function listed({ contracts, viem }: Protocol) {
  const source = await viem.deployContract('SettableSource')
  await source.write.set([40_000n * WAD])
  const limits = { openInterestCap: 10n ** 10n, stressGap: 0n, slotCharge: 0n, deficitLimit: 0n }
  const address: Address = source.address
  const symbol = stringToHex('MOVING', { size: 32 })
  await contracts.markets.write.list([symbol, address, 18, true, 10n ** 15n, WAD / 2n, START, limits])
  const underlying = Number(await contracts.markets.read.count())
  await contracts.series.write.setRiskTerms([underlying, TERMS])
  return { source, underlying }
}
