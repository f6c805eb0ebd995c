/** Random inputs of the margin engine, up to the bounds that ledger and listing allow (`docs/rounding.md`). */
import type { Market, Portfolio, Position, PriceStatus, Snapshot } from '../../sdk/src/index.ts'
import { createRandom, type Random } from './random.ts'

export type Case = { portfolio: Portfolio; snapshot: Snapshot; scaled: number[] }

const WAD = 10n ** 18n
const MAX_PRICE = 2n ** 88n - 1n
const MAX_INDEX = 2n ** 103n - 1n
const MAX_LOTS = 2n ** 47n - 1n
const MAX_QUANTITY = 2n ** 97n - 1n
const MAX_CASH = 2n ** 127n - 1n
const MAX_POSITIONS = 128

/** `count` cases, the same for the same seed. */
export function randomCases(seed: number, count: number): Case[] {
  const random = createRandom(seed)
  return Array.from({ length: count }, () => randomCase(random))
}

function randomCase(random: Random): Case {
  const rows = 1 + random.below(random.oneIn(16) ? 12 : 3)
  const underlyings = new Set<number>()
  while (underlyings.size < rows) underlyings.add(1 + random.below(random.oneIn(2) ? 8 : 255))
  const snapshot = [...underlyings].sort((a, b) => a - b).map((underlying) => randomMarket(random, underlying))
  const count = random.below(random.oneIn(24) ? MAX_POSITIONS + 1 : 9)
  const positions = Array.from({ length: count }, () => randomPosition(random, snapshot))
  const sign = random.oneIn(2) ? -1n : 1n
  return {
    portfolio: { mode: random.oneIn(4) ? 'isolated' : 'cross', cash: sign * random.magnitude(0n, MAX_CASH), positions },
    snapshot,
    scaled: snapshot.map(({ underlying }) => underlying).filter(() => random.oneIn(2)),
  }
}

function randomPosition(random: Random, snapshot: Snapshot): Position {
  const market = snapshot[random.below(snapshot.length)]
  if (!market) throw new RangeError('A case has at least one market.')
  const { underlying, tokenUnit } = market
  if (tokenUnit > 0n && random.oneIn(3)) {
    const lots = random.magnitude(0n, MAX_QUANTITY / tokenUnit)
    return { instrument: { underlying, kind: 'spot', expiry: 0, strike: 0n }, lots }
  }
  // The engine reads kind and underlying only: the other bits of the id must not matter.
  const odd = random.oneIn(32)
  const expiry = odd ? random.word() : 0
  const strike = odd ? random.upTo(2n ** 64n - 1n) : 0n
  const sign = random.oneIn(2) ? -1n : 1n
  return { instrument: { underlying, kind: 'perpetual', expiry, strike }, lots: sign * random.magnitude(0n, MAX_LOTS) }
}

function randomMarket(random: Random, underlying: number): Market {
  const spot = random.magnitude(1n, MAX_PRICE)
  const status = random.pick<PriceStatus>(['live', 'live', 'degraded', 'dead'])
  const prices = randomInterval(random, spot, status === 'dead')
  const premium = BigInt(random.below(10_001) - 5_000)
  const openInterestCap = random.oneIn(8) ? 0n : random.magnitude(0n, MAX_LOTS)
  return {
    underlying,
    spot,
    ...prices,
    ema: random.oneIn(8) ? random.magnitude(1n, MAX_PRICE) : near(random, spot),
    perpetualMark: (spot * (1_000_000n + premium)) / 1_000_000n,
    fundingIndex: random.oneIn(2) ? 0n : (random.oneIn(2) ? -1n : 1n) * random.magnitude(0n, MAX_INDEX),
    tokenUnit: random.oneIn(4) ? 0n : 10n ** BigInt(random.below(19)),
    lotUnit: random.oneIn(4) ? random.magnitude(1n, WAD / 1000n) : 10n ** BigInt(random.below(16)),
    ...randomParameters(random),
    openInterest: random.oneIn(2) ? random.magnitude(0n, 2n * MAX_LOTS) : random.upTo(openInterestCap + 1n),
    openInterestCap,
    status,
    reduceOnly: random.oneIn(8),
  }
}

function randomParameters(random: Random) {
  return {
    scanRange: between(random, (2n * WAD) / 100n, (62n * WAD) / 100n),
    linearRelief: between(random, WAD / 4n, WAD),
    haircut: between(random, 0n, (9n * WAD) / 10n),
    slotCharge: random.upTo(100n) * WAD,
    stressGap: random.upTo(WAD),
    deficitLimit: random.upTo(10n ** 24n),
  }
}

/** A dead price widens by up to its own size, a live one stays within what a source may say. */
function randomInterval(random: Random, spot: bigint, isDead: boolean): { low: bigint; high: bigint } {
  if (random.oneIn(4)) return { low: spot, high: spot }
  const width = isDead ? random.upTo(WAD) : random.upTo(WAD / 50n)
  const high = spot + (spot * width + WAD - 1n) / WAD
  return { low: (spot * (WAD - width)) / WAD, high: isDead || high <= MAX_PRICE ? high : MAX_PRICE }
}

function near(random: Random, price: bigint): bigint {
  const moved = (price * between(random, (95n * WAD) / 100n, (105n * WAD) / 100n)) / WAD
  return moved < 1n ? 1n : moved > MAX_PRICE ? MAX_PRICE : moved
}

/** Uniform; one in sixteen is an end. */
function between(random: Random, least: bigint, most: bigint): bigint {
  if (random.oneIn(16)) return random.oneIn(2) ? least : most
  return least + random.upTo(most - least)
}
