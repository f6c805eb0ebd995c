/**
 * Derive's PMRM_2: the portfolio of one underlying revalued over regular, tail and skew scenarios.
 *
 * Source: Derive (formerly Lyra), "Portfolio Margin Risk Manager 2", protocol documentation and published test
 * portfolios, 2025. Written from the formulas.
 */
import { basisContingency } from '../derive/basis.ts'
import { MissingFeedError } from '../derive/errors.ts'
import { arrangeExpiries, type ExpiryBook, grossQuantity, nakedShorts, valueExpiry } from '../derive/expiryBook.ts'
import { type DeriveMarket, type DerivePortfolio, requireFeed, requireFeeds } from '../derive/market.ts'
import { type DeriveMarginResult, deriveResult, doubt } from '../derive/result.ts'
import { volatilityFactors } from '../derive/volatilityShock.ts'
import { type AddOn, scenarioName } from '../method.ts'
import type { Pmrm2Collateral, Pmrm2Parameters, Pmrm2Scenario, StaticDiscount, TwoLevels } from './parameters.ts'
import { skewedVolatility } from './skew.ts'

type Holding = Pmrm2Collateral & { name: string; value: number; confidence: number }

/** Everything the scenarios need, marked once. */
type Arranged = {
  books: readonly ExpiryBook[]
  holdings: readonly Holding[]
  perpetual: number
  cancelling: number
}

/** Rates below zero count as zero. */
const positive = (rate: number) => Math.max(rate, 0)

function arrangeHoldings(
  portfolio: DerivePortfolio,
  market: DeriveMarket,
  collaterals: Pmrm2Parameters['collaterals'],
): Holding[] {
  return portfolio.collaterals.map(({ name, quantity }) => {
    const feed = market.collaterals[name]
    const terms = collaterals[name]
    if (feed === undefined || terms === undefined) throw new MissingFeedError(`the collateral ${name}`)
    requireFeed(name, feed)
    return { ...terms, name, value: (quantity * feed.price) / market.stable, confidence: feed.confidence }
  })
}

function staticDiscount({ base, rateFactor, rateAdd }: StaticDiscount, rate: number, years: number): number {
  return base * Math.exp(-years * (positive(rate) * rateFactor + rateAdd))
}

/** Gains are marked down by the long discount, debts up by the short one but never above their undiscounted value. */
function discounted(value: number, { rate, years, discount }: ExpiryBook, parameters: Pmrm2Parameters): number {
  if (value > 0) return value * staticDiscount(parameters.longDiscount, rate, years)
  const { base, rateFactor, rateAdd } = parameters.shortDiscount
  const markUp = base * Math.exp(years * (positive(rate) * rateFactor + rateAdd))
  return value * Math.min(1 / discount, markUp)
}

function shockedVolatility(book: ExpiryBook, scenario: Pmrm2Scenario, parameters: Pmrm2Parameters): Float64Array {
  const { volatilityShock, skewShock } = parameters
  switch (scenario.volatility) {
    case 'none':
      return book.volatility
    case 'up': {
      const { up } = volatilityFactors(volatilityShock, book.years)
      return book.volatility.map((volatility) => Math.max(volatilityShock.minimumUp, volatility * up))
    }
    case 'down': {
      const { down } = volatilityFactors(volatilityShock, book.years)
      return book.volatility.map((volatility) => volatility * down)
    }
    default:
      return skewedVolatility(skewShock, scenario.volatility, book)
  }
}

function scenarioPnl(arranged: Arranged, scenario: Pmrm2Scenario, parameters: Pmrm2Parameters): number {
  const skewed = scenario.volatility === 'linear' || scenario.volatility === 'absolute'
  const spot = skewed ? 1 : scenario.spot
  let pnl = (arranged.perpetual + arranged.cancelling) * (spot - 1)
  for (const book of arranged.books) {
    const volatility = shockedVolatility(book, scenario, parameters)
    const value = valueExpiry(book, book.forwardFixed + book.forwardVariable * spot, volatility)
    const change = discounted(value, book, parameters) - book.value
    pnl += skewed ? -Math.abs(change) : change
  }
  return pnl * scenario.damping
}

const levels = (name: string, notional: number, { maintenance, initial }: TwoLevels): AddOn => ({
  name,
  maintenance: notional * maintenance,
  initial: notional * (maintenance + initial),
})

/**
 * Initial margin alone pays for oracles in doubt. The spot's confidence bounds all others, the perpetual's (if held) those
 * of the perpetual and of every expiry.
 */
function oracleDoubt(
  portfolio: DerivePortfolio,
  market: DeriveMarket,
  { books, holdings }: Arranged,
  { confidenceThreshold: threshold, confidenceMargin }: Pmrm2Parameters,
): AddOn {
  const spot = market.spot.confidence
  const common = portfolio.perpetual === 0 ? spot : Math.min(spot, market.perpetual.confidence)
  const perpetual = Math.abs(portfolio.perpetual) * doubt(common, threshold)
  const options = books.map((book) => grossQuantity(book) * doubt(Math.min(common, book.confidence), threshold))
  const collateral = holdings.map(({ value, confidence }) => value * doubt(Math.min(spot, confidence), threshold))
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return {
    name: 'oracle confidence',
    initial: confidenceMargin * (market.spot.price * (perpetual + sum(options)) + sum(collateral)),
    maintenance: 0,
  }
}

function addOns(
  portfolio: DerivePortfolio,
  market: DeriveMarket,
  arranged: Arranged,
  parameters: Pmrm2Parameters,
): AddOn[] {
  const spot = market.spot.price
  const haircuts = arranged.holdings.map(({ name, value, haircut }) => levels(`haircut of ${name}`, value, haircut))
  return [
    levels('perpetual contingency', Math.abs(portfolio.perpetual) * spot, parameters.perpetual),
    levels('short option contingency', nakedShorts(arranged.books) * spot, parameters.option),
    ...haircuts,
    oracleDoubt(portfolio, market, arranged, parameters),
  ]
}

/**
 * Margin of one account. Net margins (`netInitial`, `netMaintenance`) are Derive's own figures; `initial` and
 * `maintenance` the same as requirements on the mark to market.
 *
 * @throws MissingFeedError for an expiry or collateral without data; DomainError for prices without meaning.
 */
export function derivePmrm2(
  portfolio: DerivePortfolio,
  market: DeriveMarket,
  parameters: Pmrm2Parameters,
): DeriveMarginResult {
  requireFeeds(market)
  const books = arrangeExpiries(portfolio.options, market, (rate, years) => Math.exp(-positive(rate) * years))
  const holdings = arrangeHoldings(portfolio, market, parameters.collaterals)
  const sumValues = (items: readonly { value: number }[]) => items.reduce((total, { value }) => total + value, 0)
  const arranged: Arranged = {
    books,
    holdings,
    perpetual: portfolio.perpetual * market.perpetual.price,
    cancelling: sumValues(holdings.filter(({ riskCancelling }) => riskCancelling)),
  }
  const scenarios = parameters.scenarios.map((scenario) => ({
    name: scenarioName(scenario),
    pnl: scenarioPnl(arranged, scenario, parameters),
  }))
  const depeg = Math.max(parameters.pegThreshold - market.stable, 0) * parameters.pegFactor
  return deriveResult(
    sumValues(books) + sumValues(holdings) + portfolio.unsettled + portfolio.cash,
    scenarios,
    basisContingency(books, parameters.basisShock),
    { initial: parameters.lossFactor.initial + depeg, maintenance: parameters.lossFactor.maintenance },
    addOns(portfolio, market, arranged, parameters),
  )
}
