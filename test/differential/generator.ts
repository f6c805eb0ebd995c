/** Random inputs of the margin engine: portfolios of all instruments in random worlds. */
import {
  type Instrument,
  isDated,
  isOption,
  type Market,
  type Mode,
  type Portfolio,
  type Position,
  type Snapshot,
} from '../../sdk/src/index.ts'
import { MAX_LOTS } from './markets.ts'
import { createRandom, type Random } from './random.ts'
import { randomWorld, type World } from './worlds.ts'

export type Case = { portfolio: Portfolio; snapshot: Snapshot; scaled: number[] }

const MAX_QUANTITY = 2n ** 97n - 1n
const MAX_CASH = 2n ** 127n - 1n
const MAX_OPTION_LOTS = 2n ** 40n - 1n
const MAX_POSITIONS = 128
/** Portfolios per world: making a world takes longer than measuring a portfolio in it. */
const SHARED = 20

/** `count` cases, the same for the same seed. */
export function randomCases(seed: number, count: number): Case[] {
  const random = createRandom(seed)
  const cases: Case[] = []
  while (cases.length < count) {
    const world = randomWorld(random)
    for (let i = 0; i < SHARED && cases.length < count; i++) cases.push(randomCase(random, world))
  }
  return cases
}

function randomCase(random: Random, world: World): Case {
  const positions = randomPositions(random, world)
  const sign = random.oneIn(2) ? -1n : 1n
  const snapshot = random.oneIn(2) ? world.snapshot : needed(random, world.snapshot, positions)
  const portfolio: Portfolio = {
    mode: random.pick<Mode>(['cross', 'isolated', 'portfolio', 'riskNeutral', 'riskNeutral', 'quantitative']),
    cash: sign * random.magnitude(0n, MAX_CASH),
    positions,
  }
  const scaled = snapshot.markets.map(({ underlying }) => underlying).filter(() => random.oneIn(2))
  return random.oneIn(32) ? withFault(random, { portfolio, snapshot, scaled }) : { portfolio, snapshot, scaled }
}

/** One thing that the engine must refuse, if the case has what it takes. */
function withFault(random: Random, { portfolio, snapshot, scaled }: Case): Case {
  const at = random.below(portfolio.positions.length)
  const faulty = portfolio.positions[at]
  if (!faulty) return { portfolio, snapshot, scaled }
  const { instrument } = faulty
  const changed = (position: Position) => ({ ...portfolio, positions: portfolio.positions.with(at, position) })
  const isSame = (row: { underlying: number }) => row.underlying === instrument.underlying
  switch (random.below(3)) {
    case 0: {
      const row = snapshot.markets.findIndex(isSame)
      const [markets, chains] = [snapshot.markets.toSpliced(row, 1), snapshot.chains.toSpliced(row, 1)]
      const tails = snapshot.tails.toSpliced(row, 1)
      return { portfolio, snapshot: { ...snapshot, markets, chains, tails }, scaled }
    }
    case 1: {
      const strikes = snapshot.strikes.filter((row) => !isSame(row) || row.strike !== instrument.strike)
      return { portfolio, snapshot: { ...snapshot, strikes }, scaled }
    }
    default: {
      const wrong = isOption(instrument)
        ? { ...faulty, lots: 2n ** 126n }
        : { ...faulty, instrument: withStray(random, instrument) }
      return { portfolio: changed(wrong), snapshot, scaled }
    }
  }
}

/** Mostly a few; repeats occur, and so do 128. */
function randomPositions(random: Random, { snapshot, instruments }: World): Position[] {
  const count = random.below(random.oneIn(24) ? MAX_POSITIONS + 1 : 13)
  const longOnly = random.oneIn(6) // books without a short option have rules of their own
  const tooMany = random.oneIn(64)
  return Array.from({ length: count }, () => {
    const instrument = instruments[random.below(instruments.length)]
    const market = snapshot.markets.find(({ underlying }) => underlying === instrument?.underlying)
    if (!instrument || !market) throw new RangeError('A world has an instrument and its market.')
    const lots = random.magnitude(0n, tooMany ? MAX_LOTS : mostLots(instrument, market))
    const isShort = random.oneIn(2) && instrument.kind !== 'spot' && !(longOnly && isOption(instrument))
    return { instrument, lots: isShort ? -lots : lots }
  })
}

function mostLots(instrument: Instrument, { tokenUnit }: Market): bigint {
  if (instrument.kind === 'spot') return MAX_QUANTITY / tokenUnit
  return isOption(instrument) ? MAX_OPTION_LOTS : MAX_LOTS
}

/** A strike, or an expiry, that an instrument of its kind does not have. */
function withStray(random: Random, instrument: Instrument): Instrument {
  if (isDated(instrument) || random.oneIn(2)) return { ...instrument, strike: 1n + random.upTo(2n ** 64n - 2n) }
  return { ...instrument, expiry: 1 + random.word() }
}

/** Only the rows that the portfolio needs and some others, as the clearinghouse would read them. */
function needed(random: Random, snapshot: Snapshot, positions: readonly Position[]): Snapshot {
  const dated = positions.map(({ instrument }) => instrument).filter(isDated)
  const series = new Set(dated.map(({ underlying, expiry }) => `${underlying}-${expiry}`))
  const strikes = new Set(dated.map(({ underlying, expiry, strike }) => `${underlying}-${expiry}-${strike}`))
  const held = new Set(positions.map(({ instrument }) => instrument.underlying))
  const keeps = snapshot.markets.map(({ underlying }) => held.has(underlying) || random.oneIn(4))
  const isHeld = (underlying: number) => keeps[snapshot.markets.findIndex((row) => row.underlying === underlying)]
  const expiries = snapshot.expiries.filter(
    ({ underlying, expiry }) => series.has(`${underlying}-${expiry}`) || (isHeld(underlying) && random.oneIn(4)),
  )
  return {
    time: snapshot.time,
    markets: snapshot.markets.filter((_, at) => keeps[at]),
    chains: snapshot.chains.filter((_, at) => keeps[at]),
    tails: snapshot.tails.filter((_, at) => keeps[at]),
    expiries,
    strikes: snapshot.strikes.filter(
      ({ underlying, expiry, strike }) =>
        strikes.has(`${underlying}-${expiry}-${strike}`) || (isHeld(underlying) && random.oneIn(8)),
    ),
  }
}
