/** Which strikes and expiries traders choose from: those really quoted that day which the protocol lists. */
import type { Market } from '@plimsoll/risk/methods'
import type { Random } from '../random.ts'
import { strikeWord } from './accounts.ts'
import type { OptionDay } from './optionDay.ts'
import type { Menu } from './strategies.ts'

/** Expiries that traders use: at least a day away, the nearest ones. */
const LEAST_LIFE_SECONDS = 86_400
const EXPIRIES_USED = 7
const YEAR = 365 * 86_400

/** At most four significant digits, the fourth 0 or 5. */
export function isListable(strike: bigint): boolean {
  if (strike <= 0n) return false
  let digits = strike
  while (digits % 10n === 0n) digits /= 10n
  return digits < 1_000n || (digits < 10_000n && digits % 10n === 5n)
}

/** What is quoted on both sides at the first surface of the day. */
export function menuOf({ strikes }: OptionDay, symbol: string, market: Market, random: Random): Menu {
  const quoted = strikes[symbol] ?? new Map<number, readonly number[]>()
  const expiries = [...quoted.keys()]
    .filter((expiry) => expiry - market.time >= LEAST_LIFE_SECONDS)
    .slice(0, EXPIRIES_USED)
  const listed = (expiry: number) => (quoted.get(expiry) ?? []).filter((strike) => isListable(strikeWord(strike)))
  const nearest = (expiry: number, price: number) => closest(listed(expiry), price)
  const terms = (expiry: number) => {
    const found = market.underlyings[symbol]?.expiries.get(expiry)
    if (found === undefined) throw new RangeError(`${symbol} has no expiry ${expiry}.`)
    const deviation = found.volatility(found.forward) * Math.sqrt((expiry - market.time) / YEAR)
    return { forward: found.forward, deviation }
  }
  return {
    random,
    expiries,
    nearest,
    strike: (expiry, deviations) => {
      const { forward, deviation } = terms(expiry)
      return nearest(expiry, forward * Math.exp(deviations * deviation))
    },
    sharedStrike: (near, far) => {
      const both = new Set(listed(far))
      return closest(
        listed(near).filter((strike) => both.has(strike)),
        terms(near).forward,
      )
    },
  }
}

function closest(strikes: readonly number[], price: number): number {
  const [first, ...rest] = strikes
  if (first === undefined) throw new RangeError(`No strike is listed near ${price}.`)
  return rest.reduce((best, each) => (Math.abs(each - price) < Math.abs(best - price) ? each : best), first)
}
