/** Random market rows, up to the bounds that listing and sources allow (`docs/rounding.md`). */
import type { Market, PriceStatus } from '../../sdk/src/index.ts'
import type { Random } from './random.ts'

const WAD = 10n ** 18n
export const MAX_PRICE = 2n ** 88n - 1n
export const MAX_LOTS = 2n ** 47n - 1n
const MAX_INDEX = 2n ** 103n - 1n

/** Prices and units of every size. */
export function anyMarket(random: Random, underlying: number, leastPrice = 1n): Market {
  const spot = random.magnitude(leastPrice, MAX_PRICE)
  const lotUnit = random.oneIn(4) ? random.magnitude(1n, WAD / 1000n) : 10n ** BigInt(random.below(16))
  return marketAt(random, { underlying, spot, lotUnit })
}

/** Prices and units as they are listed. */
export function plainMarket(random: Random, underlying: number): Market {
  const spot = random.magnitude(WAD / 1000n, 200_000n * WAD)
  return marketAt(random, { underlying, spot, lotUnit: 10n ** BigInt(12 + random.below(4)) })
}

type Terms = Pick<Market, 'underlying' | 'spot' | 'lotUnit'>

function marketAt(random: Random, terms: Terms): Market {
  const { spot } = terms
  const status = random.pick<PriceStatus>(['live', 'live', 'degraded', 'dead'])
  const premium = BigInt(random.below(10_001) - 5_000)
  const openInterestCap = random.oneIn(8) ? 0n : random.magnitude(0n, MAX_LOTS)
  const epsilon = random.upTo(WAD / 50n)
  return {
    ...terms,
    ...randomInterval(random, spot, status === 'dead'),
    ema: random.oneIn(8) ? random.magnitude(1n, MAX_PRICE) : nearPrice(random, spot),
    perpetualMark: (spot * (1_000_000n + premium)) / 1_000_000n,
    fundingIndex: random.oneIn(2) ? 0n : (random.oneIn(2) ? -1n : 1n) * random.magnitude(0n, MAX_INDEX),
    tokenUnit: random.oneIn(4) ? 0n : 10n ** BigInt(random.below(19)),
    ...randomParameters(random),
    ...randomRange(random, epsilon),
    epsilon,
    openInterest: random.oneIn(2) ? random.magnitude(0n, 2n * MAX_LOTS) : random.upTo(openInterestCap + 1n),
    openInterestCap,
    status,
    reduceOnly: random.oneIn(8),
  }
}

/** The target at the range, or above it. */
function randomRange(random: Random, epsilon: bigint): Pick<Market, 'scanRange' | 'targetRange'> {
  const scanRange = epsilon + between(random, (2n * WAD) / 100n, (60n * WAD) / 100n)
  const most = epsilon + (60n * WAD) / 100n
  return { scanRange, targetRange: random.oneIn(2) ? scanRange : between(random, scanRange, most) }
}

function randomParameters(random: Random) {
  return {
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

/** Within 5 % of a price. */
export function nearPrice(random: Random, price: bigint): bigint {
  const moved = (price * between(random, (95n * WAD) / 100n, (105n * WAD) / 100n)) / WAD
  return moved < 1n ? 1n : moved > MAX_PRICE ? MAX_PRICE : moved
}

/** Uniform; one in sixteen is an end. */
export function between(random: Random, least: bigint, most: bigint): bigint {
  if (random.oneIn(16)) return random.oneIn(2) ? least : most
  return least + random.upTo(most - least)
}
