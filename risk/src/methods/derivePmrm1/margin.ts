/**
 * Derive's first portfolio manager (PMRM): one underlying, its perpetual and one base collateral.
 *
 * Source: Lyra (now Derive), "Portfolio Margin Risk Manager", protocol documentation and published test portfolios, 2023.
 * Written from the formulas.
 */
import { basisContingency } from '../derive/basis.ts'
import { MissingFeedError } from '../derive/errors.ts'
import { arrangeExpiries, type ExpiryBook, grossQuantity, nakedShorts, valueExpiry } from '../derive/expiryBook.ts'
import { type DeriveMarket, type DerivePortfolio, requireFeeds } from '../derive/market.ts'
import { type DeriveMarginResult, deriveResult, doubt } from '../derive/result.ts'
import { volatilityFactors } from '../derive/volatilityShock.ts'
import { type AddOn, scenarioName } from '../method.ts'
import type { Pmrm1Parameters, Pmrm1Scenario } from './parameters.ts'

/** `base` in units, `baseValue` in stable units. */
type Arranged = { books: readonly ExpiryBook[]; base: number; baseValue: number; perpetual: number }

function arrange(portfolio: DerivePortfolio, market: DeriveMarket): Arranged {
  let base = 0
  for (const { name, quantity } of portfolio.collaterals) {
    if (name !== 'base') throw new MissingFeedError(`the collateral ${name} (this manager takes "base" alone)`)
    base += quantity
  }
  return {
    books: arrangeExpiries(portfolio.options, market, () => 1),
    base,
    baseValue: (base * market.spot.price) / market.stable,
    perpetual: portfolio.perpetual * market.perpetual.price,
  }
}

function scenarioPnl(arranged: Arranged, scenario: Pmrm1Scenario, parameters: Pmrm1Parameters): number {
  let pnl = (arranged.perpetual + arranged.baseValue) * (scenario.spot - 1)
  for (const book of arranged.books) {
    const { years, rate } = book
    const factor = { none: 1, ...volatilityFactors(parameters.volatilityShock, years) }[scenario.volatility]
    const volatility = book.volatility.map((value) => value * factor)
    const value = valueExpiry(book, book.forwardFixed + book.forwardVariable * scenario.spot, volatility)
    const discount =
      parameters.discountBase * Math.exp(-years * (Math.max(rate, 0) * parameters.rateFactor + parameters.rateAdd))
    pnl += (value > 0 ? value * discount : value) - book.value
  }
  return pnl
}

/** Perpetual, base, naked shorts: scaled by the loss factor in initial margin like the loss itself. */
function contingencies(
  portfolio: DerivePortfolio,
  market: DeriveMarket,
  { books, base }: Arranged,
  parameters: Pmrm1Parameters,
  initialFactor: number,
): AddOn[] {
  const charge = (name: string, amount: number): AddOn => {
    const maintenance = market.spot.price * amount
    return { name, maintenance, initial: maintenance * initialFactor }
  }
  return [
    charge('perpetual contingency', Math.abs(portfolio.perpetual) * parameters.perpetual),
    charge('base contingency', base * parameters.base),
    charge('short option contingency', nakedShorts(books) * parameters.option),
  ]
}

function oracleDoubt(
  portfolio: DerivePortfolio,
  market: DeriveMarket,
  { books, base }: Arranged,
  { confidenceThreshold: threshold, confidenceMargin }: Pmrm1Parameters,
): AddOn {
  const spot = market.spot.confidence
  const common = portfolio.perpetual === 0 ? spot : Math.min(spot, market.perpetual.confidence)
  const linear = (Math.abs(portfolio.perpetual) + base) * doubt(common, threshold)
  const size = books.reduce(
    (total, book) => total + grossQuantity(book) * doubt(Math.min(common, book.confidence), threshold),
    linear,
  )
  return { name: 'oracle confidence', initial: confidenceMargin * market.spot.price * size, maintenance: 0 }
}

/**
 * Margin of one account, results as in `derivePmrm2`. The only collateral is named `base`: units of the underlying.
 *
 * @throws MissingFeedError for an expiry without data or another collateral; DomainError for prices without meaning.
 */
export function derivePmrm1(
  portfolio: DerivePortfolio,
  market: DeriveMarket,
  parameters: Pmrm1Parameters,
): DeriveMarginResult {
  requireFeeds(market)
  const arranged = arrange(portfolio, market)
  const depeg = Math.max(parameters.pegThreshold - market.stable, 0) * parameters.pegFactor
  const initialFactor = parameters.initialFactor + depeg
  const options = arranged.books.reduce((total, { value }) => total + value, 0)
  return deriveResult(
    options + arranged.baseValue + portfolio.unsettled + portfolio.cash,
    parameters.scenarios.map((scenario) => ({
      name: scenarioName({ ...scenario, damping: 1 }),
      pnl: scenarioPnl(arranged, scenario, parameters),
    })),
    basisContingency(arranged.books, parameters.basisShock),
    { initial: initialFactor, maintenance: 1 },
    [
      ...contingencies(portfolio, market, arranged, parameters, initialFactor),
      oracleDoubt(portfolio, market, arranged, parameters),
    ],
  )
}
