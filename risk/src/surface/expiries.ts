/** Forward and discount of every expiry of a chain. */
import { median } from '../math/median.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import type { DroppedQuote, OptionChain, OptionQuote, PriceUnit } from './chain.ts'
import { fitParityLine, forwardOf, type ParityLine, type ParityPair } from './parity.ts'

/**
 * `discount`: USD factor to `expiry`. `factor`: a price of the chain times it is the undiscounted price in USD.
 * `forwardSource`: 'parity', or 'quoted' where parity is less exact. `discountSource`: 'parity' where the regression gave
 * it, 'neighbour' where the rate of the nearest well-determined expiry did, 'spot' where spot over forward did (coin chains,
 * whose discount in coin is 1), 'none' where nothing did and 1 is assumed. `forwardError`: standard error in USD, NaN if quoted.
 */
export type ExpiryTerms = {
  expiry: number
  years: number
  forward: number
  discount: number
  factor: number
  forwardError: number
  forwardSource: 'parity' | 'quoted'
  discountSource: 'parity' | 'neighbour' | 'spot' | 'none'
  pairs: number
}

/** A quoted forward is preferred where parity knows the forward with a standard error above this share. */
const FORWARD_ERROR = 1e-3
/** A regressed rate is used where its standard error is at most this, per year. */
const RATE_ERROR = 5e-3
/** Where no rate is that exact, the most exact one is used if its standard error is at most this, per year. */
const LOOSE_RATE_ERROR = 5e-2

type Group = { expiry: number; years: number; quotes: OptionQuote[]; pairs: { call: OptionQuote; put: OptionQuote }[] }

function groupsOf(quotes: readonly OptionQuote[], time: number): Group[] {
  const byExpiry = Map.groupBy(quotes, ({ expiry }) => expiry)
  return [...byExpiry]
    .sort(([a], [b]) => a - b)
    .map(([expiry, all]) => {
      const calls = new Map(all.filter(({ kind }) => kind === 'call').map((call) => [call.strike, call]))
      const pairs = all
        .filter(({ kind }) => kind === 'put')
        .flatMap((put) => {
          const call = calls.get(put.strike)
          return call === undefined || !(call.ask + put.ask > call.bid + put.bid) ? [] : [{ call, put }]
        })
      return { expiry, years: (expiry - time) / SECONDS_PER_YEAR, quotes: all, pairs }
    })
}

function pairOf({ call, put }: { call: OptionQuote; put: OptionQuote }): ParityPair {
  return {
    strike: call.strike,
    difference: 0.5 * (call.bid + call.ask - put.bid - put.ask),
    halfWidth: 0.5 * (call.ask - call.bid + put.ask - put.bid),
  }
}

type Rate = { years: number; rate: number; error: number }

/** Rates per year by regression with free discount, for the expiries where they are exact enough. USD chains only. */
function ratesOf(groups: readonly Group[]): Rate[] {
  const all = groups.flatMap(({ years, pairs }): Rate[] => {
    if (new Set(pairs.map(({ call }) => call.strike)).size < 3) return []
    const { slope, slopeError } = fitParityLine(pairs.map(pairOf))
    return slope > 0 ? [{ years, rate: -Math.log(slope) / years, error: slopeError / (slope * years) }] : []
  })
  const exact = all.filter(({ error }) => error <= RATE_ERROR)
  if (exact.length > 0) return exact
  const [best] = all.toSorted((a, b) => a.error - b.error)
  return best !== undefined && best.error <= LOOSE_RATE_ERROR ? [best] : []
}

type Discount = { discount: number; source: ExpiryTerms['discountSource'] }

/** Discount in the unit of the chain. */
function discountIn(unit: PriceUnit, years: number, rates: readonly Rate[]): Discount {
  if (unit === 'coin') return { discount: 1, source: 'spot' }
  const nearest = rates.reduce<Rate | undefined>(
    (best, each) => (best !== undefined && Math.abs(best.years - years) <= Math.abs(each.years - years) ? best : each),
    undefined,
  )
  if (nearest === undefined) return { discount: 1, source: 'none' }
  return { discount: Math.exp(-nearest.rate * years), source: nearest.years === years ? 'parity' : 'neighbour' }
}

function termsOf(group: Group, chain: OptionChain, given: Discount) {
  const { expiry, years, quotes, pairs } = group
  const { unit, spot } = chain
  const known = unit === 'usd' ? { slope: given.discount } : { level: given.discount }
  const line: ParityLine | undefined = pairs.length >= 2 ? fitParityLine(pairs.map(pairOf), known) : undefined
  const quoted = median(quotes.map(({ forward }) => forward).filter(Number.isFinite))
  const parity = line === undefined ? Number.NaN : forwardOf(line, unit).forward
  const error = line === undefined ? Number.NaN : parity * (line.levelError / line.level + line.slopeError / line.slope)
  const byParity = parity > 0 && !(quoted > 0 && error > FORWARD_ERROR * parity)
  const forward = byParity ? parity : quoted
  if (!(forward > 0)) return undefined
  const hasSpot = spot > 0
  const terms: ExpiryTerms = {
    expiry,
    years,
    forward,
    discount: unit === 'usd' ? given.discount : hasSpot ? (given.discount * spot) / forward : 1,
    factor: unit === 'usd' ? 1 / given.discount : forward / given.discount,
    forwardError: byParity ? error : Number.NaN,
    forwardSource: byParity ? 'parity' : 'quoted',
    discountSource: given.source === 'spot' && !hasSpot ? 'none' : given.source,
    pairs: pairs.length,
  }
  const broken = pairs.filter((_, i) => line?.used[i] === false)
  return { terms, broken: new Set(broken.flatMap(({ call, put }) => [call, put])) }
}

/**
 * Forward and discount per expiry of two-sided quotes, ordered by expiry, and the quotes that this step rejects: those that
 * break parity and those of expiries without a forward.
 *
 * USD chains: the discount is regressed with the forward; where the strikes leave the rate uncertain by more than 0.5 % a
 * year, the rate of the nearest expiry that knows it (or the most exact of all) is taken and only the forward is regressed. Coin chains: the discount in
 * coin is 1 (coin earns nothing), the USD discount is spot over forward.
 */
export function expiryTerms(
  chain: OptionChain,
  quotes: readonly OptionQuote[],
): { terms: ExpiryTerms[]; kept: OptionQuote[]; dropped: DroppedQuote[] } {
  const groups = groupsOf(quotes, chain.time)
  const rates = chain.unit === 'usd' ? ratesOf(groups) : []
  const terms: ExpiryTerms[] = []
  const kept: OptionQuote[] = []
  const dropped: DroppedQuote[] = []
  for (const group of groups) {
    const found = termsOf(group, chain, discountIn(chain.unit, group.years, rates))
    if (found === undefined) {
      dropped.push(...group.quotes.map((quote): DroppedQuote => ({ quote, reason: 'no forward' })))
      continue
    }
    terms.push(found.terms)
    for (const quote of group.quotes) {
      if (found.broken.has(quote)) dropped.push({ quote, reason: 'parity' })
      else kept.push(quote)
    }
  }
  return { terms, kept, dropped }
}
