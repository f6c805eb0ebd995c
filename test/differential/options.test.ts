import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { network } from 'hardhat'
import { BaseError, ContractFunctionRevertedError } from 'viem'
import {
  callValue,
  deviationFactors,
  discounted,
  grossLots,
  lanesOf,
  lnWad,
  MAX_GROSS,
  MAX_LOG_STRIKE,
  nodesOf,
  normalCdf,
  orderViolation,
  packSurface,
  putValue,
  riskWords,
  type StrikeLots,
  sliceViolation,
  squareRoot,
  sumLanes,
  tagged,
  totalDeviation,
  totalVariance,
  unpackSurface,
  volatility,
  WAD,
} from '../../sdk/src/index.ts'
import {
  acceptableSlice,
  anySize,
  laterSlice,
  MAX_PRICE,
  many,
  optionTerms,
  shocks,
  signed,
  strikeTerms,
  surfaceSlice,
} from './optionInputs.ts'

const COUNT = 2_000
const SEED = 0x506c696d
const LARGEST = 2n ** 255n - 1n
const LIMIT = 8_760_000_000_000_000_000n

/** The error with which a call reverts, as the twin names it. Anything else is thrown on. */
async function refusal(call: Promise<unknown>): Promise<{ error: string; actual: bigint; limit: bigint } | undefined> {
  try {
    await call
    return undefined
  } catch (cause) {
    const reverted = cause instanceof BaseError && cause.walk((e) => e instanceof ContractFunctionRevertedError)
    if (!(reverted instanceof ContractFunctionRevertedError) || !reverted.data) throw cause
    const [actual, limit] = reverted.data.args ?? []
    if (typeof actual !== 'bigint' || typeof limit !== 'bigint') throw cause
    return { error: reverted.data.errorName, actual, limit }
  }
}

/** How often each outcome of a check was met. */
function tally(outcomes: ({ error: string } | undefined)[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const outcome of outcomes) {
    const name = outcome?.error ?? 'accepted'
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}

async function deploy() {
  const connection = await network.create()
  return { connection, chain: await connection.viem.deployContract('OptionMath') }
}

describe('the bigint twin of the option libraries equals the contracts to the bit:', () => {
  let deployed: Awaited<ReturnType<typeof deploy>>
  let chain: typeof deployed.chain
  before(async () => {
    deployed = await deploy()
    chain = deployed.chain
  })
  after(() => deployed.connection.close())

  it('normal distribution', async () => {
    const edges = [0n, 1n, WAD, LIMIT - 1n, LIMIT, LIMIT + 1n, LARGEST].flatMap((x) => [x, -x])
    const central = many(COUNT, SEED, (random) => signed(random, random.upTo(9n * WAD)))
    const anywhere = many(COUNT, SEED + 1, (random) => signed(random, anySize(random, 255)))
    const x = [...edges, -LARGEST - 1n, ...central, ...anywhere]
    assert.deepEqual(await chain.read.normalCdf([x]), x.map(normalCdf))
  })

  it('logarithm and square root', async () => {
    const sizes = many(COUNT, SEED, (random) => anySize(random, 255))
    const powers = Array.from({ length: 255 }, (_, bit) => 2n ** BigInt(bit))
    const x = [...sizes, ...powers, ...powers.map((power) => power + 1n), LARGEST].filter((size) => size > 0n)
    assert.deepEqual(await chain.read.logarithm([x]), x.map(lnWad))
    const squares = many(COUNT, SEED, (random) => anySize(random, 128) ** 2n)
    const near = [0n, ...squares, ...squares.map((square) => square + 1n), ...sizes, 2n * LARGEST + 1n]
    const all = [...near, ...squares.filter((square) => square > 0n).map((square) => square - 1n)]
    assert.deepEqual(await chain.read.squareRoot([all]), all.map(squareRoot))
  })

  it('Black-76', async () => {
    const edge = { logMoneyness: 0n, deviation: WAD }
    const options = [
      { ...edge, forward: 0n, strike: 0n },
      { ...edge, forward: MAX_PRICE, strike: MAX_PRICE },
      { ...edge, forward: MAX_PRICE, strike: 0n, deviation: 2n ** 128n - 1n },
      ...many(COUNT, SEED, optionTerms),
    ]
    const twin = options.map((option) => [callValue(option), putValue(option)])
    assert.deepEqual(await chain.read.prices([options]), twin)
    assert.ok(new Set(twin.flat()).size > COUNT, 'the options are of all kinds')
    assert.equal(await chain.read.discounted([MAX_PRICE, WAD - 1n]), discounted(MAX_PRICE, WAD - 1n))
  })

  it('smile', async () => {
    const ends = [0n, MAX_LOG_STRIKE, MAX_LOG_STRIKE + 1n, LARGEST, -MAX_LOG_STRIKE - 1n, -LARGEST - 1n]
    for (const [index, slice] of many(100, SEED, acceptableSlice).entries()) {
      const k = [...ends, ...many(COUNT / 100, SEED + index, (random) => signed(random, random.upTo(70n * WAD)))]
      const tau = BigInt(index ** 3)
      const variances = k.map((strike) => totalVariance(slice, strike))
      const twin = variances.map((w) => [w, totalDeviation(w), volatility(w, tau)])
      assert.deepEqual(await chain.read.smile([slice, k, tau]), twin)
    }
  })

  it('no-arbitrage checks, with the values of every refusal', async () => {
    const slices = many(COUNT / 2, SEED, surfaceSlice)
    const found = await Promise.all(slices.map((slice) => refusal(chain.read.requireSlice([slice]))))
    assert.deepEqual(found, slices.map(sliceViolation))
    const pairs = many(COUNT / 2, SEED, (random) => {
      const near = acceptableSlice(random)
      return { near, far: laterSlice(random, near) }
    })
    const ordered = await Promise.all(pairs.map(({ near, far }) => refusal(chain.read.requireOrdered([near, far]))))
    assert.deepEqual(
      ordered,
      pairs.map(({ near, far }) => orderViolation(near, far)),
    )
    const kinds = ['accepted', 'ThetaOutOfRange', 'RhoOutOfRange', 'WingTooSteep', 'ButterflyArbitrage']
    const outcomes = tally([...found, ...ordered])
    for (const kind of [...kinds, 'VarianceFalls', 'WingsCross', 'SmileSteepens'])
      assert.ok((outcomes[kind] ?? 0) >= 10, `${kind}: met only ${outcomes[kind]} times`)
  })

  it('storage word of an expiry', async () => {
    const surfaces = many(500, SEED, (random) => ({
      slice: acceptableSlice(random),
      forwardRatio: random.upTo(72n * WAD),
      discount: random.upTo(72n * WAD),
    }))
    for (const surface of surfaces) {
      const [word, slice, ratio, factor] = await chain.read.pack([
        surface.slice,
        surface.forwardRatio,
        surface.discount,
      ])
      assert.equal(word, packSurface(surface))
      assert.deepEqual({ slice, forwardRatio: ratio, discount: factor }, unpackSurface(word))
    }
  })

  it('nodes and volatility factors', async () => {
    for (const range of many(200, SEED, (random) => random.upTo((89n * WAD) / 100n))) {
      const { factors, logs } = await chain.read.nodes([range])
      const twin = nodesOf(range)
      assert.deepEqual([factors, logs], [twin.map(({ factor }) => factor), twin.map(({ log }) => log)])
    }
    for (const { tau, shock } of many(300, SEED, (random) => ({
      tau: random.magnitude(0n, 10n ** 8n),
      shock: shocks(random),
    }))) {
      const { up, down } = deviationFactors(tau, shock)
      assert.deepEqual(await chain.read.deviationFactors([tau, shock]), [up, down])
    }
  })

  it('risk arrays', async () => {
    const seen = new Set<bigint>()
    for (let chunk = 0; chunk < COUNT / 100; chunk++) {
      const strikes = many(100, SEED + chunk, strikeTerms)
      const range = BigInt(2 + chunk * 4) * (WAD / 100n)
      const twin = strikes.map((terms) => tagged(riskWords(terms, nodesOf(range)), chunk))
      assert.deepEqual(
        await chain.read.riskWords([strikes, range, chunk]),
        twin.map(({ low, high }) => [low, high]),
      )
      for (const words of twin) for (const lane of lanesOf(words)) seen.add(lane)
    }
    assert.ok(seen.size > 10_000, `only ${seen.size} different lanes`)
  })

  it('sums of risk arrays, and the refusal of too many lots', async () => {
    for (let book = 0; book < 300; book++) {
      const legs: StrikeLots[] = many(1 + (book % 64), SEED + book, (random) => ({
        words: { low: (anySize(random, 256) << 1n) % 2n ** 256n, high: anySize(random, 256) },
        lots: signed(random, random.magnitude(0n, book % 8 === 0 ? 2n ** 47n : 2n ** 40n)),
      }))
      const call = chain.read.sumLanes([legs.map(({ words, lots }) => ({ ...words, lots }))])
      const gross = grossLots(legs)
      if (gross < MAX_GROSS) assert.deepEqual(await call, sumLanes(legs))
      else assert.deepEqual(await refusal(call), { error: 'TooManyLots', actual: gross, limit: MAX_GROSS })
    }
  })
})
