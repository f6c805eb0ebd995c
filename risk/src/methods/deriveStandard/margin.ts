/**
 * Derive's standard manager: cross margin over all markets, nothing offset between markets, expiries, options and
 * perpetuals.
 *
 * Source: Lyra (now Derive), "Standard Manager", protocol documentation and published test portfolios, 2023. Written from
 * the formulas.
 */
import { MissingFeedError } from '../derive/errors.ts'
import { arrangeExpiries, type ExpiryBook } from '../derive/expiryBook.ts'
import { type DeriveExpiry, type DeriveOption, type DerivePrice, requireFeeds } from '../derive/market.ts'
import { type DeriveMarginResult, deriveResult, doubt } from '../derive/result.ts'
import type { AddOn } from '../method.ts'
import { expiryMargin } from './options.ts'
import type { StandardMarketTerms, StandardParameters } from './parameters.ts'

/** What the account holds in one market; `base` in units of the underlying, `unsettled` as in `DerivePortfolio`. */
export type StandardHolding = {
  perpetual: number
  unsettled: number
  base: number
  options: readonly DeriveOption[]
}

/** An account over all its markets, by their names; `cash` in USD. */
export type StandardPortfolio = { cash: number; markets: Readonly<Record<string, StandardHolding>> }

/** Confidence of an expiry leaves its rate out: this manager does not discount. */
export type StandardFeed = {
  spot: DerivePrice
  perpetual: DerivePrice
  expiries: ReadonlyMap<number, DeriveExpiry>
}

/** `time` in unix seconds, `stable` the price of the settlement token in USD. */
export type StandardMarket = { time: number; stable: number; markets: Readonly<Record<string, StandardFeed>> }

type Context = {
  name: string
  held: StandardHolding
  feed: StandardFeed
  terms: StandardMarketTerms
  books: readonly ExpiryBook[]
  stable: number
}

const shortSize = ({ quantity }: ExpiryBook) => quantity.reduce((sum, held) => sum + Math.max(-held, 0), 0)

const total = <T>(items: readonly T[], of: (item: T) => number) => items.reduce((sum, item) => sum + of(item), 0)

function optionCharges({ name, feed, terms, books }: Context): AddOn[] {
  return books.map((book) => {
    const net = expiryMargin(book, feed.spot.price, terms.option)
    return {
      name: `${name} options of ${book.expiry}`,
      initial: book.value - net.initial,
      maintenance: book.value - net.maintenance,
    }
  })
}

function linearCharges({ name, held, feed, terms, stable }: Context): AddOn[] {
  const notional = Math.abs(held.perpetual) * feed.perpetual.price
  const base = held.base * feed.spot.price
  const { maintenance, initial } = terms.perpetual
  return [
    { name: `${name} perpetual`, initial: notional * initial, maintenance: notional * maintenance },
    {
      name: `${name} base haircut`,
      initial: base / stable - base * terms.base * terms.baseInitial,
      maintenance: base / stable - base * terms.base,
    },
  ]
}

/** Oracles in doubt and a stable price below its peg: initial margin alone. */
function doubtCharges({ name, held, feed, books, stable }: Context, parameters: StandardParameters): AddOn[] {
  const { price, confidence } = feed.spot
  const size = Math.abs(held.perpetual)
  const perpetual = size * doubt(Math.min(confidence, feed.perpetual.confidence), parameters.perpetualThreshold)
  const options = total(
    books,
    (book) => shortSize(book) * doubt(Math.min(confidence, book.confidence), parameters.optionThreshold),
  )
  const base = held.base * doubt(confidence, parameters.baseThreshold)
  const depeg = Math.max(parameters.depegThreshold - stable, 0) * parameters.depegFactor
  return [
    {
      name: `${name} oracle confidence`,
      initial: parameters.confidenceFactor * price * (perpetual + options + base),
      maintenance: 0,
    },
    { name: `${name} stable price`, initial: depeg * price * (size + total(books, shortSize)), maintenance: 0 },
  ]
}

/**
 * Margin of one account over all its markets. There are no scenarios: the add-ons are the whole requirement, and `worst`
 * is -1.
 *
 * @throws MissingFeedError for a market, its terms or an expiry without data; DomainError for prices without meaning.
 */
export function deriveStandard(
  portfolio: StandardPortfolio,
  market: StandardMarket,
  parameters: StandardParameters,
): DeriveMarginResult {
  const contexts = Object.entries(portfolio.markets).map(([name, held]): Context => {
    const feed = market.markets[name]
    const terms = parameters.markets[name]
    if (feed === undefined || terms === undefined) throw new MissingFeedError(`the market ${name}`)
    requireFeeds({ ...feed, stable: market.stable })
    const priced = { ...feed, time: market.time, stable: market.stable, collaterals: {} }
    return { name, held, feed, terms, stable: market.stable, books: arrangeExpiries(held.options, priced, () => 1) }
  })
  const markToMarket = total(
    contexts,
    ({ held, feed, books }) =>
      total(books, ({ value }) => value) + held.unsettled + (held.base * feed.spot.price) / market.stable,
  )
  const addOns = contexts.flatMap((context) => [
    ...optionCharges(context),
    ...linearCharges(context),
    ...doubtCharges(context, parameters),
  ])
  return deriveResult(markToMarket + portfolio.cash, [], 0, { initial: 1, maintenance: 1 }, addOns)
}
