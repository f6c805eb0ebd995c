/** What traders of options hold, as numbers of contracts per unit of a structure; strikes in deviations from the forward. */
import type { Kind } from '@plimsoll/sdk'
import type { Random } from '../random.ts'

/** One leg; the strike is USD. */
type ContractLeg = { kind: Extract<Kind, 'call' | 'put'>; expiry: number; strike: number; contracts: number }

/** What one structure is made of. `isHedged`: a perpetual takes its delta. `spot`: units of collateral deposited per unit. */
export type Contracts = { options: ContractLeg[]; isHedged?: boolean; spot?: number }

/** The listed strikes of one underlying, as a strategy sees them. */
export type Menu = {
  random: Random
  /** Ascending, unix seconds. */
  expiries: readonly number[]
  /** The listed strike nearest to forward * exp(deviations * at-the-money deviation). */
  strike: (expiry: number, deviations: number) => number
  /** The strike listed at both expiries that is nearest to the forward. */
  sharedStrike: (near: number, far: number) => number
  /** The listed strike of `expiry` nearest to a price. */
  nearest: (expiry: number, price: number) => number
}

type Strategy = { label: string; weight: number; build: (menu: Menu) => Contracts }

function pick<T>(random: Random, list: readonly [T, ...T[]]): T {
  return list[Math.floor(random.next() * list.length)] ?? list[0]
}

function anyExpiry({ random, expiries }: Menu): number {
  const found = expiries[Math.floor(random.next() * expiries.length)]
  if (found === undefined) throw new RangeError('A strategy needs an expiry.')
  return found
}

function leg(kind: ContractLeg['kind'], expiry: number, strike: number, contracts: number): ContractLeg {
  return { kind, expiry, strike, contracts }
}

function nakedPut(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  return { options: [leg('put', expiry, menu.strike(expiry, pick(menu.random, [-1.5, -1, -0.5])), -1)] }
}

function strangle(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  const width = pick(menu.random, [1, 1.5])
  return {
    options: [leg('put', expiry, menu.strike(expiry, -width), -1), leg('call', expiry, menu.strike(expiry, width), -1)],
  }
}

function ironCondor(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  return {
    options: [
      leg('put', expiry, menu.strike(expiry, -2), 1),
      leg('put', expiry, menu.strike(expiry, -1), -1),
      leg('call', expiry, menu.strike(expiry, 1), -1),
      leg('call', expiry, menu.strike(expiry, 2), 1),
    ],
  }
}

function putSpread(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  return {
    options: [leg('put', expiry, menu.strike(expiry, -1.5), 1), leg('put', expiry, menu.strike(expiry, -0.5), -1)],
  }
}

function calendar(menu: Menu): Contracts {
  const { random, expiries } = menu
  const [near = 0, far = 0] = pick(random, [
    [expiries[0], expiries[2]],
    [expiries[1], expiries[3]],
    [expiries[2], expiries[4]],
  ])
  const strike = menu.sharedStrike(near, far)
  return { options: [leg('call', near, strike, -1), leg('call', far, strike, 1)] }
}

function butterfly(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  const [low, middle] = [menu.strike(expiry, -1), menu.strike(expiry, 0)]
  const high = menu.nearest(expiry, 2 * middle - low)
  return { options: [leg('call', expiry, low, 1), leg('call', expiry, middle, -2), leg('call', expiry, high, 1)] }
}

function riskReversal(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  return {
    options: [leg('put', expiry, menu.strike(expiry, -1), -1), leg('call', expiry, menu.strike(expiry, 1), 1)],
  }
}

function hedgedStraddle(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  const strike = menu.strike(expiry, 0)
  return { options: [leg('call', expiry, strike, -1), leg('put', expiry, strike, -1)], isHedged: true }
}

function coveredCall(menu: Menu): Contracts {
  const expiry = anyExpiry(menu)
  return { options: [leg('call', expiry, menu.strike(expiry, pick(menu.random, [0.5, 1])), -1)], spot: 1 }
}

function collar(menu: Menu): Contracts {
  const { options } = riskReversal(menu)
  return { options: options.map((each) => ({ ...each, contracts: -each.contracts })), spot: 1 }
}

/** Weights add up to 1. The first ones lose in a crash. */
export const STRATEGIES = {
  nakedPut: { label: 'naked short put', weight: 0.2, build: nakedPut },
  strangle: { label: 'short strangle', weight: 0.14, build: strangle },
  riskReversal: { label: 'risk reversal', weight: 0.1, build: riskReversal },
  putSpread: { label: 'short put spread', weight: 0.1, build: putSpread },
  ironCondor: { label: 'iron condor', weight: 0.1, build: ironCondor },
  hedgedStraddle: { label: 'short straddle, delta-hedged', weight: 0.1, build: hedgedStraddle },
  calendar: { label: 'calendar', weight: 0.06, build: calendar },
  butterfly: { label: 'butterfly', weight: 0.06, build: butterfly },
  coveredCall: { label: 'covered call', weight: 0.05, build: coveredCall },
  collar: { label: 'collar', weight: 0.03, build: collar },
} as const satisfies Readonly<Record<string, Strategy>>

/** Books over all underlyings: strangles short in each; a risk reversal of the first, the opposite in the others. */
export const PAIRS = {
  strangles: { label: 'short strangles, both', weight: 0.03, build: strangle, isOpposed: false },
  relativeValue: { label: 'risk reversal against the other', weight: 0.03, build: riskReversal, isOpposed: true },
} as const satisfies Readonly<Record<string, Strategy & { isOpposed: boolean }>>

export type StrategyName = keyof typeof STRATEGIES | keyof typeof PAIRS

export const STRATEGY_NAMES = [...Object.keys(STRATEGIES), ...Object.keys(PAIRS)] as StrategyName[]

export function labelOf(name: StrategyName): string {
  return { ...STRATEGIES, ...PAIRS }[name].label
}

/** A strategy by weight. */
export function drawStrategy(random: Random): StrategyName {
  const all = { ...STRATEGIES, ...PAIRS }
  let left = random.next()
  for (const name of STRATEGY_NAMES) {
    left -= all[name].weight
    if (left < 0) return name
  }
  return 'nakedPut'
}
