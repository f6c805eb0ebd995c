/** Option structures as people hold them, by days to expiry and distance of the strikes from the forward. */

import { DAY } from '../estimation/priceHistory.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import type { Position, UnderlyingMarket } from '../methods/index.ts'

/** Days to expiry that structures use. */
export const TENORS = [7, 30, 90] as const
export type Tenor = (typeof TENORS)[number]

/** `strike` in standard deviations at the money from the forward; `count` of contracts, negative is short. */
export type OptionLeg = {
  readonly kind: 'call' | 'put'
  readonly days: Tenor
  readonly strike: number
  readonly count: number
}
export type PerpetualLeg = { readonly kind: 'perpetual'; readonly count: number }
export type Leg = OptionLeg | PerpetualLeg

export type Structure = { readonly name: string; readonly group: string; readonly legs: readonly Leg[] }

const call = (days: Tenor, strike: number, count: number): OptionLeg => ({ kind: 'call', days, strike, count })
const put = (days: Tenor, strike: number, count: number): OptionLeg => ({ kind: 'put', days, strike, count })
const perpetual = (count: number): PerpetualLeg => ({ kind: 'perpetual', count })

function named(group: string, structures: Readonly<Record<string, readonly Leg[]>>): Structure[] {
  return Object.entries(structures).map(([name, legs]) => ({ name, group, legs }))
}

const NAKED = TENORS.flatMap((days) =>
  named('short options', {
    [`short call, ${days} d`]: [call(days, 0, -1)],
    [`short put, ${days} d`]: [put(days, 0, -1)],
    [`short call +1 sd, ${days} d`]: [call(days, 1, -1)],
    [`short put -1 sd, ${days} d`]: [put(days, -1, -1)],
    [`short straddle, ${days} d`]: [call(days, 0, -1), put(days, 0, -1)],
    [`short strangle 1 sd, ${days} d`]: [call(days, 1, -1), put(days, -1, -1)],
  }),
)

const LONG = named('long options', {
  'long call, 30 d': [call(30, 0, 1)],
  'long put, 30 d': [put(30, 0, 1)],
  'long straddle, 7 d': [call(7, 0, 1), put(7, 0, 1)],
  'long straddle, 30 d': [call(30, 0, 1), put(30, 0, 1)],
  'long strangle 1 sd, 30 d': [call(30, 1, 1), put(30, -1, 1)],
})

const VERTICAL = ([7, 30] as const).flatMap((days) =>
  named('spreads', {
    [`bull call spread, ${days} d`]: [call(days, 0, 1), call(days, 1, -1)],
    [`bear put spread, ${days} d`]: [put(days, 0, 1), put(days, -1, -1)],
    [`bull put spread, ${days} d`]: [put(days, 0, -1), put(days, -1, 1)],
    [`bear call spread, ${days} d`]: [call(days, 0, -1), call(days, 1, 1)],
    [`iron condor 1/2 sd, ${days} d`]: [put(days, -2, 1), put(days, -1, -1), call(days, 1, -1), call(days, 2, 1)],
    [`iron butterfly 1 sd, ${days} d`]: [put(days, -1, 1), put(days, 0, -1), call(days, 0, -1), call(days, 1, 1)],
    [`long call butterfly, ${days} d`]: [call(days, -1, 1), call(days, 0, -2), call(days, 1, 1)],
  }),
)

const RATIO = named('ratios', {
  'call ratio 1x2, 30 d': [call(30, 0, 1), call(30, 1, -2)],
  'put ratio 1x2, 30 d': [put(30, 0, 1), put(30, -1, -2)],
  'call backspread 1x2, 30 d': [call(30, 0, -1), call(30, 1, 2)],
  'put backspread 1x2, 30 d': [put(30, 0, -1), put(30, -1, 2)],
  'bullish risk reversal, 30 d': [call(30, 1, 1), put(30, -1, -1)],
  'bearish risk reversal, 30 d': [call(30, 1, -1), put(30, -1, 1)],
})

const CALENDAR = named('calendars', {
  'long calendar 7/30 d': [call(7, 0, -1), call(30, 0, 1)],
  'short calendar 7/30 d': [call(7, 0, 1), call(30, 0, -1)],
  'long calendar 30/90 d': [call(30, 0, -1), call(90, 0, 1)],
  'short calendar 30/90 d': [call(30, 0, 1), call(90, 0, -1)],
  'straddle calendar 7/30 d': [call(7, 0, -1), put(7, 0, -1), call(30, 0, 1), put(30, 0, 1)],
})

const HEDGED = named('with a perpetual', {
  'long perpetual': [perpetual(1)],
  'short perpetual': [perpetual(-1)],
  'covered call +1 sd, 30 d': [perpetual(1), call(30, 1, -1)],
  'protective put -1 sd, 30 d': [perpetual(1), put(30, -1, 1)],
  'collar 1 sd, 30 d': [perpetual(1), put(30, -1, 1), call(30, 1, -1)],
  'short call, hedged, 30 d': [call(30, 0, -1), perpetual(0.5)],
  'short put, hedged, 7 d': [put(7, 0, -1), perpetual(-0.5)],
})

/** Held in one underlying. */
export const STRUCTURES: readonly Structure[] = [...NAKED, ...LONG, ...VERTICAL, ...RATIO, ...CALENDAR, ...HEDGED]

/** One structure in BTC and another in ETH, of the same notional. */
export type PairStructure = {
  readonly name: string
  readonly group: string
  readonly legs: Readonly<Record<string, readonly Leg[]>>
}

const straddle = (count: number) => [call(30, 0, count), put(30, 0, count)]
const strangle = (count: number) => [call(30, 1, count), put(30, -1, count)]

export const PAIR_STRUCTURES: readonly PairStructure[] = Object.entries({
  'short straddles in both, 30 d': { BTC: straddle(-1), ETH: straddle(-1) },
  'long BTC straddle, short ETH straddle': { BTC: straddle(1), ETH: straddle(-1) },
  'short BTC straddle, long ETH straddle': { BTC: straddle(-1), ETH: straddle(1) },
  'short BTC strangle, long ETH strangle': { BTC: strangle(-1), ETH: strangle(1) },
  'short BTC call, long ETH call': { BTC: [call(30, 0, -1)], ETH: [call(30, 0, 1)] },
  'short BTC call, short ETH put': { BTC: [call(30, 0, -1)], ETH: [put(30, 0, -1)] },
  'long BTC perpetual, short ETH perpetual': { BTC: [perpetual(1)], ETH: [perpetual(-1)] },
}).map(([name, legs]) => ({ name, group: 'BTC and ETH', legs }))

/** Books with a relief of their own and without: scales of equal coverage are fitted apart. */
export type BookKind = 'options' | 'linear'

export function bookKindOf(legs: readonly Leg[]): BookKind {
  return legs.every(({ kind }) => kind === 'perpetual') ? 'linear' : 'options'
}

/**
 * Positions of legs in a market that quotes the expiries `time + days`.
 * @param units of the underlying per contract.
 */
export function positionsOf(
  legs: readonly Leg[],
  underlying: string,
  market: UnderlyingMarket,
  time: number,
  units: number,
): Position[] {
  return legs.map((leg): Position => {
    if (leg.kind === 'perpetual') {
      return { instrument: { kind: 'perpetual', underlying }, quantity: leg.count * units, entry: market.perpetual }
    }
    const expiry = time + leg.days * DAY
    const quoted = market.expiries.get(expiry)
    const forward = quoted?.forward ?? Number.NaN
    const deviation = (quoted?.volatility(forward) ?? Number.NaN) * Math.sqrt((leg.days * DAY) / SECONDS_PER_YEAR)
    const strike = forward * Math.exp(leg.strike * deviation)
    return { instrument: { kind: leg.kind, underlying, expiry, strike }, quantity: leg.count * units }
  })
}
