/** A book of accounts, and the market it is stressed in. */
import { DomainError, RiskError } from '../errors.ts'
import {
  type ExpiryMarket,
  type MarginResult,
  type Market,
  type Portfolio,
  type UnderlyingMarket,
  unitPrice,
} from '../methods/index.ts'

/** An account: its name and what it holds. */
export type Account = { name: string; portfolio: Portfolio }

/** What an account must hold in a market: any margin method with its parameters bound. */
export type Requirement = (portfolio: Portfolio, market: Market) => MarginResult

/**
 * An instantaneous move of the market: relative moves of spot by underlying (-0.3 = 30 % down; perpetuals and forwards move
 * in proportion), `otherMove` for underlyings that are not named, and a factor on all implied volatilities. The volatility
 * of a strike stays with the strike.
 */
export type StressScenario = {
  name: string
  moves: Readonly<Record<string, number>>
  otherMove: number
  volatilityFactor: number
}

/** Two accounts of one name: results could not be told apart. */
export class DuplicateAccountError extends RiskError {
  readonly code = 'DUPLICATE_ACCOUNT'
  readonly account: string

  constructor(account: string) {
    super(`There are two accounts "${account}". Give each account a name of its own.`)
    this.account = account
  }
}

/** An account that the margin method cannot judge; `cause` is what the method said. */
export class UnjudgedAccountError extends RiskError {
  readonly code = 'UNJUDGED_ACCOUNT'
  readonly account: string

  constructor(account: string, cause: RiskError) {
    super(`Account "${account}": ${cause.message} Choose a method that lists it, or leave the account out.`, { cause })
    this.account = account
  }
}

/** The requirement of an account. Throws UnjudgedAccountError where the method refuses it. */
export function requirementOf({ name, portfolio }: Account, market: Market, requirement: Requirement): MarginResult {
  try {
    return requirement(portfolio, market)
  } catch (error) {
    throw error instanceof RiskError ? new UnjudgedAccountError(name, error) : error
  }
}

/** Throws DuplicateAccountError. */
export function requireDistinct(accounts: readonly Account[]): void {
  const seen = new Set<string>()
  for (const { name } of accounts) {
    if (seen.has(name)) throw new DuplicateAccountError(name)
    seen.add(name)
  }
}

/** The account with the entry price of every perpetual and future stated: those without one entered at today's mark. */
export function withEntries({ name, portfolio }: Account, market: Market): Account {
  const positions = portfolio.positions.map((position) => {
    const { instrument, entry } = position
    const linear = instrument.kind === 'perpetual' || instrument.kind === 'future'
    return linear ? { ...position, entry: entry ?? unitPrice(instrument, market) } : position
  })
  return { name, portfolio: { cash: portfolio.cash, positions } }
}

function movedExpiry(
  { expiry, forward, discount, volatility }: ExpiryMarket,
  factor: number,
  volatilityFactor: number,
) {
  const moved: ExpiryMarket = {
    expiry,
    forward: forward * factor,
    discount,
    volatility: (strike) => volatility(strike) * volatilityFactor,
  }
  return moved
}

function movedUnderlying(quoted: UnderlyingMarket, factor: number, volatilityFactor: number): UnderlyingMarket {
  return {
    spot: quoted.spot * factor,
    perpetual: quoted.perpetual * factor,
    expiries: new Map(
      [...quoted.expiries].map(([expiry, each]) => [expiry, movedExpiry(each, factor, volatilityFactor)]),
    ),
  }
}

/** The relative move of one underlying. */
export function moveOf({ moves, otherMove }: StressScenario, underlying: string): number {
  return moves[underlying] ?? otherMove
}

/** The market after `scenario`. Throws DomainError for a move of -100 % or less or a volatility factor not above 0. */
export function stressedMarket(market: Market, scenario: StressScenario): Market {
  const { volatilityFactor } = scenario
  if (!(volatilityFactor > 0 && volatilityFactor < Number.POSITIVE_INFINITY))
    throw new DomainError('volatilityFactor', volatilityFactor, 'finite and above 0')
  const underlyings = Object.entries(market.underlyings).map(([symbol, quoted]) => {
    const move = moveOf(scenario, symbol)
    if (!(move > -1 && move < Number.POSITIVE_INFINITY))
      throw new DomainError(`the move of ${symbol}`, move, 'finite and above -1, such as -0.3 for a fall by 30 %')
    return [symbol, movedUnderlying(quoted, 1 + move, volatilityFactor)] as const
  })
  return { time: market.time, underlyings: Object.fromEntries(underlyings) }
}

/** Falls and rises of everything together by 10 to 60 %, with volatility up as it was in crises. */
export const STANDARD_SCENARIOS: readonly StressScenario[] = [
  [-0.6, 2.2],
  [-0.5, 2],
  [-0.4, 1.8],
  [-0.3, 1.6],
  [-0.2, 1.4],
  [-0.1, 1.2],
  [0, 1.5],
  [0, 0.7],
  [0.1, 1.1],
  [0.2, 1.2],
  [0.3, 1.3],
  [0.5, 1.5],
].map(([otherMove = 0, volatilityFactor = 1]) => ({
  name: `spot ${otherMove > 0 ? '+' : ''}${Math.round(100 * otherMove)} %, vol x${volatilityFactor}`,
  moves: {},
  otherMove,
  volatilityFactor,
}))
