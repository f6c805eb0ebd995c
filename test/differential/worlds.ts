/** Random states of markets and series, and the market matrix that the twin makes of them. */
import {
  arbitrageOf,
  capsOf,
  type EpochState,
  type ExpiryState,
  type ExpirySurface,
  FULL_CAP,
  FULL_FLOOR,
  GAP_UNIT,
  horizonExpiry,
  type Instrument,
  leastCap,
  type Market,
  packCaps,
  packSurface,
  type RiskTerms,
  type SeriesState,
  type Snapshot,
  STRIKE_UNIT,
  type SurfaceSlice,
  snapshotAt,
  squareRoot,
  type TailRow,
  type TailState,
  tailWord,
  unpackSurface,
} from '../../sdk/src/index.ts'
import { anyMarket, between, MAX_PRICE, nearPrice, plainMarket } from './markets.ts'
import type { Random } from './random.ts'

/** A matrix, and every instrument that it has rows for. */
export type World = { readonly snapshot: Snapshot; readonly instruments: readonly Instrument[] }

const WAD = 10n ** 18n
const DAY = 86_400
const WINDOW = 1800
const NOW = 1_790_000_000
/** A forward below 1e-18 USD is no number. */
const LEAST_PRICE = 10n ** 6n
const MAX_WORD = 2n ** 256n - 1n

export function randomWorld(random: Random): World {
  if (random.oneIn(4)) return linearWorld(random)
  const underlyings = distinct(random, 1 + random.below(4), random.oneIn(2) ? 8 : 255)
  const time = NOW + random.below(30 * DAY)
  const markets = underlyings.map((underlying) =>
    random.oneIn(16) ? anyMarket(random, underlying, LEAST_PRICE) : plainMarket(random, underlying),
  )
  const series = markets.map((market) => randomSeries(random, market, time))
  const instruments = markets.flatMap((market, at) => menuOf(random, market, series[at]?.expiries ?? []))
  const snapshot = snapshotAt({ series, markets, time, instruments })
  return { snapshot: random.oneIn(4) ? wild(random, snapshot) : snapshot, instruments }
}

/** Spot and perpetuals only, as the markets alone return it. */
function linearWorld(random: Random): World {
  const underlyings = distinct(random, 1 + random.below(random.oneIn(8) ? 12 : 3), random.oneIn(2) ? 12 : 255)
  const markets = underlyings.map((underlying) => anyMarket(random, underlying))
  const snapshot = { time: NOW, markets, chains: [], expiries: [], strikes: [], tails: [] }
  return { snapshot, instruments: markets.flatMap(undated) }
}

function distinct(random: Random, count: number, most: number): number[] {
  const found = new Set<number>()
  while (found.size < count) found.add(1 + random.below(most))
  return [...found].sort((a, b) => a - b)
}

function undated({ underlying, tokenUnit }: Market): Instrument[] {
  const perpetual: Instrument = { underlying, kind: 'perpetual', expiry: 0, strike: 0n }
  return tokenUnit > 0n ? [perpetual, { ...perpetual, kind: 'spot' }] : [perpetual]
}

/** Spot, perpetual, and per expiry the future and a few strikes with call and put. */
function menuOf(random: Random, market: Market, expiries: readonly ExpiryState[]): Instrument[] {
  const { underlying, spot } = market
  const menu = undated(market)
  for (const { expiry } of expiries) {
    menu.push({ underlying, kind: 'future', expiry, strike: 0n })
    const strikes = new Set(Array.from({ length: 1 + random.below(5) }, () => randomStrike(random, spot)))
    for (const strike of strikes) {
      for (const kind of ['call', 'put'] as const) menu.push({ underlying, kind, expiry, strike })
    }
  }
  return menu
}

/** Mostly near spot, sometimes anywhere: held strikes stay when spot leaves them. */
export function randomStrike(random: Random, spot: bigint): bigint {
  const most = MAX_PRICE / STRIKE_UNIT
  const moneyness = random.oneIn(8) ? random.magnitude(WAD / 100n, 100n * WAD) : between(random, WAD / 2n, 2n * WAD)
  const strike = (spot * moneyness) / WAD / STRIKE_UNIT
  return strike < 1n ? 1n : strike > most ? most : strike
}

/** A surface made up to six hours ago, an epoch that began since, expiries from past settlement to a year. */
function randomSeries(random: Random, market: Market, time: number): SeriesState {
  const surfaceAt = time - random.below(6 * 3600)
  const count = random.oneIn(8) ? 8 : random.below(5)
  const expiries = randomExpiries(random, time, count)
  const words = randomSurface(random, expiries.length)
  const epoch: EpochState = {
    spot: random.oneIn(2) ? market.spot : nearPrice(random, market.spot),
    rolledAt: surfaceAt + random.below(time - surfaceAt + 1),
    number: count === 0 && random.oneIn(2) ? 0 : 1 + random.below(2 ** 30),
    nextExpiry: expiries[0] ?? 0,
    surfaceSpot: nearPrice(random, market.spot),
    surfaceAt,
    depth: random.oneIn(2) ? 0n : random.magnitude(1n, 10n ** 10n) * WAD,
    scanRange: random.oneIn(4) ? between(random, WAD / 50n, (62n * WAD) / 100n) : market.scanRange,
  }
  const isListed = epoch.number !== 0
  return {
    underlying: market.underlying,
    epoch: isListed ? epoch : { ...epoch, rolledAt: 0, surfaceAt: 0 },
    terms: randomTerms(random),
    expiries: isListed ? expiries.map((expiry, at) => progressed(random, market, expiry, words[at] ?? 0n, time)) : [],
    tail: { ...randomHistory(random, time), cached: 0n, horizon: horizonOf(random, epoch, expiries, words) },
  }
}

/** A surface quotes only what expires after it. Half of the slices say that a day's range is one to four deviations. */
function horizonOf(
  random: Random,
  { surfaceAt, scanRange }: EpochState,
  expiries: readonly number[],
  words: readonly bigint[],
): TailState['horizon'] {
  const ahead = expiries.filter((each) => each > surfaceAt)
  const expiry = horizonExpiry(ahead, surfaceAt)
  if (expiry === undefined) return undefined
  if (random.oneIn(2)) return { expiry, word: words[expiries.indexOf(expiry)] ?? 0n }
  const deviation = (scanRange * WAD) / between(random, WAD, 4n * WAD)
  const wanted = (((deviation * deviation) / WAD) * BigInt(expiry - surfaceAt)) / BigInt(DAY) + 1_000n
  const theta = wanted < 16n * WAD ? wanted : 16n * WAD
  const rho = between(random, -WAD / 2n, WAD / 2n)
  const slice = { theta, rho, psi: random.upTo(squareRoot(theta * WAD)) }
  return { expiry, word: packSurface({ slice, forwardRatio: WAD, discount: WAD }) }
}

/** None, or caps posted up to ten days ago and others below or above them from which maintenance margin rises since. */
function randomHistory(random: Random, time: number): Pick<TailState, 'posted' | 'base'> {
  if (random.oneIn(3)) return { posted: 0n, base: 0n }
  const postedAt = BigInt(time - random.below(10 * DAY))
  const setAt = postedAt + random.upTo(BigInt(time) - postedAt)
  return { posted: tailWord(randomCaps(random), postedAt), base: tailWord(randomCaps(random), setAt) }
}

/** As they may be posted: full near the middle in most, small in the tails. */
export function randomCaps(random: Random): bigint {
  const caps = Array.from({ length: 17 }, (_, n) => {
    const inner = n > 3 && n < 13 && !random.oneIn(8)
    return inner ? FULL_CAP : leastCap(n) + random.magnitude(0n, FULL_CAP - leastCap(n))
  })
  return packCaps(caps)
}

function randomExpiries(random: Random, time: number, count: number): number[] {
  const found = new Set<number>()
  while (found.size < count) {
    const near = random.oneIn(6)
    const inWindow = time - 600 + random.below(WINDOW + 600)
    found.add(near ? inWindow : time + random.below(random.oneIn(2) ? 7 * DAY : 366 * DAY))
  }
  return [...found].sort((a, b) => a - b)
}

/** Settlement averaged up to somewhere between the start of the window and now. */
function progressed(random: Random, market: Market, expiry: number, word: bigint, time: number): ExpiryState {
  const passed = Math.min(time, expiry) - (expiry - WINDOW)
  if (passed <= 0 || random.oneIn(4)) return { expiry, word, sum: 0n, doneUntil: 0 }
  const done = 1 + random.below(passed)
  return { expiry, word, sum: nearPrice(random, market.spot) * BigInt(done), doneUntil: expiry - WINDOW + done }
}

export function randomTerms(random: Random): RiskTerms {
  const within = (least: number, most: number) => Number(between(random, BigInt(least), BigInt(most)))
  const optionMaintenance = within(1_000, 50_000)
  return {
    volatilityUp: within(200_000, 1_500_000),
    volatilityDown: within(100_000, 800_000),
    optionMaintenance,
    optionInitial: within(optionMaintenance, 100_000),
    calendar: within(100_000, 1_000_000),
    basis: within(0, 50_000),
    basisPerYear: within(0, 500_000),
    offset: within(0, 600_000),
    group: random.oneIn(4) ? random.below(8) : 1,
  }
}

type Carry = Pick<ExpirySurface, 'forwardRatio' | 'discount'>

function randomCarry(random: Random): Carry {
  const forwardRatio = between(random, (98n * WAD) / 100n, (102n * WAD) / 100n)
  return { forwardRatio, discount: between(random, (80n * WAD) / 100n, WAD) }
}

/** Words of an eSSVI surface without butterfly and calendar arbitrage, `count` expiries. */
export function randomSurface(random: Random, count: number, carries: readonly Carry[] = []): bigint[] {
  const words: bigint[] = []
  let near: SurfaceSlice | undefined
  while (words.length < count) {
    const slice: SurfaceSlice = near ? later(random, near) : first(random)
    const carry = carries[words.length] ?? randomCarry(random)
    const word = packSurface({ slice, ...carry })
    const stored = unpackSurface(word).slice
    if (arbitrageOf(near ? [near, stored] : [stored])) continue
    words.push(word)
    near = stored
  }
  return words
}

function first(random: Random): SurfaceSlice {
  const theta = random.magnitude(10n ** 12n, WAD / 10n)
  const rho = between(random, (-9n * WAD) / 10n, (9n * WAD) / 10n)
  const most = squareRoot((4n * theta * WAD * WAD) / (WAD + (rho < 0n ? -rho : rho)))
  return { theta, rho, psi: random.upTo(most) }
}

/** psi grows by less than theta does, rho * psi by less than psi. */
function later(random: Random, near: SurfaceSlice): SurfaceSlice {
  const growth = random.upTo((6n * WAD) / 10n)
  const theta = (near.theta * (WAD + growth)) / WAD + 2_000n
  const grown = (near.psi * (WAD + random.upTo(growth))) / WAD
  const psi = grown < 4n * WAD ? grown : near.psi
  const skew = near.rho * near.psi + between(random, -WAD / 2n, WAD / 2n) * (psi - near.psi)
  return { theta, rho: psi > 0n ? skew / psi : 0n, psi }
}

/** Risk arrays, gap rates and marks that no surface makes: words of random bits, sums up to their bounds. */
function wild(random: Random, snapshot: Snapshot): Snapshot {
  const discounts = new Map(snapshot.expiries.map((row) => [`${row.underlying}-${row.expiry}`, row]))
  const strikes = snapshot.strikes.map((row) => {
    const series = discounts.get(`${row.underlying}-${row.expiry}`)
    const ahead = series ? series.discountedForward - (row.strike * STRIKE_UNIT * series.discount) / WAD : 0n
    const least = ahead > 0n ? ahead : 0n // no put is worth less than 0
    return {
      ...row,
      callMark: random.oneIn(2) || least > MAX_PRICE ? row.callMark : least + random.upTo(MAX_PRICE - least),
      gapRate: random.oneIn(2) ? row.gapRate : random.upTo(2n ** 40n - 1n) * GAP_UNIT,
      low: random.oneIn(4) ? row.low : word(random),
      high: random.oneIn(4) ? row.high : word(random),
    }
  })
  const tails = snapshot.tails.map((row) => (random.oneIn(2) ? row : wildTail(random)))
  return { ...snapshot, strikes, tails }
}

/** Caps and floors of any size, initial ones without regard to those of maintenance; nothing known, now and then. */
function wildTail(random: Random): TailRow {
  const any = () => tailWord(capsOf(word(random)), random.upTo(FULL_FLOOR))
  const [implied, historical] = [random.oneIn(8) ? 0n : any(), random.oneIn(8) ? 0n : any()]
  return { implied, impliedInitial: any(), historical, historicalInitial: any() }
}

function word(random: Random): bigint {
  if (random.oneIn(8)) return random.oneIn(2) ? 0n : MAX_WORD
  return (random.upTo(2n ** 128n - 1n) << 128n) | random.upTo(2n ** 128n - 1n)
}
