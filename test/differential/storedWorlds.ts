/** Random markets and series in the storage of the protocol, and the twin's view of that storage. */
import { stringToHex } from 'viem'
import {
  aboveCaps,
  boundedCaps,
  boundedOffset,
  type EpochState,
  encodeUnderlyingSet,
  horizonExpiry,
  type Instrument,
  LONGEST_LIFE,
  risenCaps,
  type SeriesState,
  stepBudget,
  stepSurface,
  TERM_UNIT,
  tailWord,
  unpackSurface,
} from '../../sdk/src/index.ts'
import { between } from './markets.ts'
import type { Protocol } from './protocol.ts'
import type { Random } from './random.ts'
import { randomCaps, randomStrike, randomSurface, randomTerms } from './worlds.ts'

export type StoredWorld = {
  readonly listed: readonly Listed[]
  readonly instruments: readonly Instrument[]
  /** Surfaces whose clamped words the twin foretold, and those that it did not. */
  readonly steps: { readonly right: number; readonly wrong: number; readonly clamped: number }
}

type Listed = Awaited<ReturnType<typeof list>>

const WAD = 10n ** 18n
const DAY = 86_400
const EXPIRY_TIME = 8 * 3600
const WINDOW = 1800

/** New underlyings with a first surface, which nothing clamps; then time, prices, surfaces and settlement go on. */
export async function createStoredWorld(protocol: Protocol, random: Random): Promise<StoredWorld> {
  const listed: Listed[] = []
  for (let i = 0; i <= random.below(3); i++) listed.push(await list(protocol, random))
  const steps = { right: 0, wrong: 0, clamped: 0 }
  for (const one of listed) {
    if (random.oneIn(8)) continue // nothing dated
    one.expiries = randomDates(random, await protocol.now())
    await postSurface(protocol, random, one, steps)
  }
  await protocol.time.increase(random.below(2 * 3600))
  for (const one of listed) await live(protocol, random, one, steps)
  return { listed, instruments: listed.flatMap((one) => menuOf(random, one)), steps }
}

async function list({ contracts, viem }: Protocol, random: Random) {
  const source = await viem.deployContract('SettableSource')
  const spot = random.magnitude(WAD / 100n, 200_000n * WAD)
  await source.write.set([spot])
  const lotUnit = 10n ** BigInt(12 + random.below(4))
  const isCollateral = random.oneIn(2)
  const decimals = random.below(19)
  await contracts.markets.write.list([
    stringToHex('RANDOM', { size: 32 }),
    source.address,
    decimals,
    isCollateral,
    lotUnit,
    random.upTo(2n * WAD),
    randomRisk(random),
    {
      openInterestCap: random.upTo(2n ** 47n - 1n),
      stressGap: 0n,
      slotCharge: random.upTo(10n ** 8n),
      deficitLimit: 0n,
    },
  ])
  const underlying = Number(await contracts.markets.read.count())
  const terms = randomTerms(random)
  await contracts.series.write.setRiskTerms([underlying, terms])
  const tokenUnit = isCollateral ? 10n ** BigInt(18 - decimals) : 0n
  return { underlying, source, spot, tokenUnit, offset: terms.offset, rounds: 1n, expiries: [] as number[] }
}

/** Millionths, anywhere within the bounds. */
function randomRisk(random: Random) {
  const floor = 20_000 + random.below(300_000)
  return {
    floor,
    cap: random.oneIn(4) ? floor : floor + random.below(600_001 - floor),
    stressVolatility: random.below(4_000_001),
    kappa: 1_000_000 + random.below(5_000_001),
    epsilon: random.below(20_001),
    linearRelief: 250_000 + random.below(750_001),
    haircut: random.below(900_001),
  }
}

/** One to six expiries at 08:00 UTC, a first one often tomorrow. */
function randomDates(random: Random, now: number): number[] {
  const today = now - (now % DAY) + EXPIRY_TIME
  const days = new Set(Array.from({ length: 1 + random.below(6) }, () => 1 + random.below(LONGEST_LIFE / DAY - 2)))
  if (random.oneIn(2)) days.add(1)
  return [...days].sort((a, b) => a - b).map((day) => today + day * DAY)
}

type Steps = { right: number; wrong: number; clamped: number }

/** Posts a surface and holds what is stored against `stepSurface`. */
async function postSurface(protocol: Protocol, random: Random, one: Listed, steps: Steps): Promise<void> {
  const { contracts } = protocol
  const timestamp = await protocol.now()
  const expiries = one.expiries.filter((expiry) => expiry > timestamp)
  // A message quotes every expiry still to come: none while one is about to pass.
  if (expiries[0] === undefined || expiries[0] < timestamp + 60) return
  const state = await stateOf(protocol, one)
  const quoted = randomSurface(
    random,
    expiries.length,
    expiries.map((expiry) => carryOf(random, expiry - timestamp)),
  )
  const quotes = expiries.map((expiry, at) => {
    const { slice, forwardRatio, discount } = unpackSurface(quoted[at] ?? 0n)
    return { expiry, ...slice, forwardRatio, discount }
  })
  const depth = random.oneIn(2) ? 0n : random.magnitude(1n, 10n ** 10n) * WAD
  await contracts.surfaces.write.setSurface([one.underlying, BigInt(timestamp), depth, quotes])
  const words = await Promise.all(expiries.map((expiry) => contracts.series.read.surface([one.underlying, expiry])))
  const expected = await foretold(protocol, one, state, { timestamp, expiries, quoted })
  steps.clamped += expected.some((word, at) => word !== quoted[at]) ? 1 : 0
  if (words.every((word, at) => word === expected[at])) steps.right++
  else steps.wrong++
}

type Quoted = { readonly timestamp: number; readonly expiries: readonly number[]; readonly quoted: readonly bigint[] }

/** What the twin says is stored after a message. */
async function foretold(
  protocol: Protocol,
  one: Listed,
  state: SeriesState,
  message: Quoted,
): Promise<readonly bigint[]> {
  const { timestamp, expiries, quoted } = message
  const { epoch, terms } = state
  if (epoch.number === 0) return quoted
  const oldOf = (expiry: number) => state.expiries.find((row) => row.expiry === expiry)?.word ?? 0n
  const { markets } = await protocol.contracts.markets.read.snapshot([encodeUnderlyingSet([one.underlying])])
  const shock = BigInt(terms.volatilityUp) * TERM_UNIT
  const { part, words } = stepSurface({
    expiries: expiries.map((expiry, at) => ({ expiry, old: oldOf(expiry), quoted: quoted[at] ?? 0n })),
    timestamp,
    surfaceAt: epoch.surfaceAt,
    budget: stepBudget(BigInt(timestamp - epoch.surfaceAt), epoch.surfaceSpot, one.spot, shock),
    width: markets[0]?.scanRange ?? 0n,
  })
  return part === 0n ? expiries.map(oldOf) : words
}

/** Well within what may be quoted. */
function carryOf(random: Random, tau: number) {
  const discount = WAD - (random.upTo(WAD / 5n) * BigInt(tau)) / BigInt(366 * DAY)
  return { forwardRatio: between(random, (99n * WAD) / 100n, (101n * WAD) / 100n), discount }
}

/** Prices, perhaps another surface, perhaps the settlement window of the first expiry. */
async function live(protocol: Protocol, random: Random, one: Listed, steps: Steps): Promise<void> {
  for (let i = 0; i < random.below(3); i++) {
    await postHistory(protocol, random, one, steps)
    await protocol.time.increase(random.below(random.oneIn(2) ? DAY : 3600))
  }
  await move(random, one, random.oneIn(2) ? WAD / 500n : WAD / 10n)
  if (one.expiries.length > 0 && random.oneIn(2)) await postSurface(protocol, random, one, steps)
  const [first = 0] = one.expiries
  const wait = first - WINDOW - (await protocol.now())
  if (first === 0 || wait < 0 || wait > 2 * DAY || random.oneIn(2)) return
  await protocol.time.increase(wait + 1 + random.below(WINDOW / 2))
  const hint = one.rounds // in force when the window began
  await move(random, one, WAD / 100n)
  await protocol.time.increase(1 + random.below(WINDOW))
  if (random.oneIn(4)) return
  await protocol.contracts.settlement.write.average([one.underlying, first, hint, 1n + BigInt(random.below(4))])
  if (random.oneIn(2)) await move(random, one, WAD / 100n)
}

/** What the twin foretells of a message of history counts as a surface does. */
async function postHistory({ contracts, now }: Protocol, random: Random, one: Listed, steps: Steps): Promise<void> {
  const { tails, markets } = contracts
  const timestamp = BigInt(await now())
  const { markets: rows } = await markets.read.snapshot([encodeUnderlyingSet([one.underlying])])
  const [caps, quoted] = [randomCaps(random), random.below(600_001)]
  const [[posted, base], old] = await Promise.all([
    tails.read.history([one.underlying]),
    tails.read.offset([one.underlying]),
  ])
  const last = aboveCaps(posted)
  if (timestamp <= last) return
  await tails.write.setHistory([one.underlying, timestamp, rows[0]?.scanRange ?? 0n, caps, BigInt(quoted)])
  const [taken, rising] = await tails.read.history([one.underlying])
  const since = BigInt(await now())
  const expected = [
    tailWord(last === 0n ? caps : boundedCaps(posted, caps, timestamp - last), timestamp),
    tailWord(last === 0n ? caps : risenCaps(base, posted, since - aboveCaps(base)), since),
    BigInt(Math.min(boundedOffset(Number(old), quoted, Number(timestamp - last)), one.offset)),
  ]
  const actual = [taken, rising, await tails.read.offset([one.underlying])]
  if (actual.every((value, at) => BigInt(value) === expected[at])) steps.right++
  else steps.wrong++
}

/** Another price, at most `most` away, with a width. */
async function move(random: Random, one: Listed, most: bigint): Promise<void> {
  const change = (one.spot * random.upTo(most)) / WAD
  one.spot += random.oneIn(2) ? change : -change
  one.rounds++
  if (random.oneIn(2)) {
    await one.source.write.set([one.spot])
    return
  }
  const width = (one.spot * random.upTo(WAD / 100n)) / WAD
  const reading = {
    spot: one.spot,
    low: one.spot - width,
    high: one.spot + width,
    publishedAt: 0n,
    live: random.oneIn(2),
  }
  await one.source.write.setReading([reading])
}

function menuOf(random: Random, { underlying, spot, tokenUnit, expiries }: Listed): Instrument[] {
  const perpetual: Instrument = { underlying, kind: 'perpetual', expiry: 0, strike: 0n }
  const menu: Instrument[] = tokenUnit > 0n ? [perpetual, { ...perpetual, kind: 'spot' }] : [perpetual]
  for (const expiry of expiries) {
    menu.push({ underlying, kind: 'future', expiry, strike: 0n })
    for (let i = 0; i <= random.below(6); i++) {
      const strike = randomStrike(random, spot)
      for (const kind of ['call', 'put'] as const) menu.push({ underlying, kind, expiry, strike })
    }
  }
  return menu
}

/** The series of an underlying as its getters tell them, without cached arrays; passed expiries are not listed any more. */
export async function stateOf(
  { contracts }: Protocol,
  { underlying, expiries }: Pick<Listed, 'underlying' | 'expiries'>,
): Promise<SeriesState> {
  const { series, settlement, tails } = contracts
  const [stored, terms, quoted, cached, [posted, base], offset] = await Promise.all([
    series.read.epoch([underlying]),
    series.read.riskTerms([underlying]),
    series.read.expiries([underlying]),
    tails.read.cached([underlying]),
    tails.read.history([underlying]),
    tails.read.offset([underlying]),
  ])
  const epoch: EpochState = {
    ...stored,
    rolledAt: Number(stored.rolledAt),
    number: Number(stored.number),
    nextExpiry: Number(stored.nextExpiry),
    surfaceAt: Number(stored.surfaceAt),
  }
  const rows = expiries.map(async (expiry) => {
    const word = await series.read.surface([underlying, expiry])
    const [sum, doneUntil] = await settlement.read.progress([underlying, expiry])
    return { expiry, word, sum, doneUntil: Number(doneUntil) }
  })
  const nearest = horizonExpiry(quoted, epoch.surfaceAt)
  const word = nearest === undefined ? 0n : await series.read.surface([underlying, nearest])
  const horizon = nearest === undefined ? undefined : { expiry: nearest, word }
  const tail = { horizon, cached, posted, base }
  return { underlying, epoch, terms: { ...terms, offset: Number(offset) }, expiries: await Promise.all(rows), tail }
}
