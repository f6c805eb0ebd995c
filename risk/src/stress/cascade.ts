/**
 * Liquidation cascades: a shock pushes accounts below maintenance, their forced trades move the price, the price pushes
 * further accounts below, until nobody is left to liquidate.
 *
 * Sources: M. K. Brunnermeier, L. H. Pedersen (2009), "Market Liquidity and Funding Liquidity" (margin spirals);
 * R. Cont, L. Wagalath (2016), "Fire sales forensics: measuring endogenous risk" (impact of distressed selling).
 */
import { DomainError, RiskError } from '../errors.ts'
import { equity, type Market, type Portfolio, type Position, positionValue, unitDelta } from '../methods/index.ts'
import {
  type Account,
  moveOf,
  type Requirement,
  requireDistinct,
  requirementOf,
  type StressScenario,
  stressedMarket,
  withEntries,
} from './book.ts'
import { averageFactor, type PriceImpact, priceFactor, requireImpact } from './impact.ts'

/** Rules of the simulation. */
export type CascadeOptions = {
  requirement: Requirement
  /** By underlying; one without impact has a market of infinite depth. */
  impacts: Readonly<Record<string, PriceImpact>>
  /** Share of an account's remaining positions that is closed per round, in (0, 1]. @default 1 */
  closeShare?: number
  /** Insurance fund, USD. @default 0 */
  fund?: number
  /** @default 10,000 */
  maxRounds?: number
}

/** State after a round; round 0 is the shock alone. Prices are spot. */
export type CascadeRound = {
  round: number
  prices: Record<string, number>
  /** Accounts that were liquidated in this round. */
  liquidated: number
  /** Units of each underlying that were sold in this round, deltas of options included; negative = bought. */
  sold: Record<string, number>
}

/** The end of one account. `closed` is the share of its positions that was liquidated. */
export type CascadeAccount = { name: string; equity: number; closed: number; portfolio: Portfolio }

/** A cascade from its first round to its end; money in USD. */
export type CascadeResult = {
  rounds: CascadeRound[]
  accounts: CascadeAccount[]
  market: Market
  /** (final - initial price) / (shocked - initial price) by underlying; absent for an underlying without shock. */
  amplification: Record<string, number>
  liquidatedAccounts: number
  /** Negative equity of all accounts, USD: what the fund pays, and what remains. */
  badDebt: number
  fundUsed: number
  uncovered: number
  /** Cash paid and positions taken over by those on the other side of the forced trades. */
  absorber: Portfolio
  /**
   * |equity of the accounts and the absorber - value of the initial positions and cash in the final market|, USD: every
   * profit has its loss, so only rounding may remain.
   */
  imbalance: number
}

/** More rounds than allowed: the close share is too small for the book. */
export class CascadeLimitError extends RiskError {
  readonly code = 'CASCADE_LIMIT'
  readonly rounds: number

  constructor(rounds: number) {
    super(`The cascade has not ended after ${rounds} rounds. Raise maxRounds or close a larger share per round.`)
    this.rounds = rounds
  }
}

/** What is left of an account when its last slices would be smaller than this share is closed at once. */
const DUST = 0.01

type State = { account: Account; portfolio: Portfolio; open: number; isLiquidating: boolean }

const scaled = (positions: readonly Position[], share: number) =>
  positions.map((position) => ({ ...position, quantity: position.quantity * share }))

/** The market at the shock and the cumulative forced flow. */
function marketAfter(
  market: Market,
  shock: StressScenario,
  sold: ReadonlyMap<string, number>,
  impacts: CascadeOptions['impacts'],
) {
  const moves = Object.keys(market.underlyings).map((symbol) => {
    const impact = impacts[symbol]
    const factor = impact === undefined ? 1 : priceFactor(impact, sold.get(symbol) ?? 0)
    return [symbol, (1 + moveOf(shock, symbol)) * factor - 1] as const
  })
  return stressedMarket(market, { ...shock, moves: Object.fromEntries(moves) })
}

/** Whether an account must be liquidated now: it starts below maintenance and goes on until initial margin is met again. */
function mustLiquidate(
  { account, portfolio, open, isLiquidating }: State,
  market: Market,
  requirement: Requirement,
): boolean {
  if (open === 0) return false
  const { initial, maintenance } = requirementOf({ name: account.name, portfolio }, market, requirement)
  return equity(portfolio, market) < (isLiquidating ? initial : maintenance)
}

type Closing = { state: State; share: number; value: number; flows: Map<string, number> }

/** What an account closes in this round, valued at the marks of the round, and the units this sells. */
function closingOf(state: State, market: Market, closeShare: number): Closing {
  const share = state.open * (1 - closeShare) < DUST ? 1 : closeShare
  const flows = new Map<string, number>()
  let value = 0
  for (const position of state.portfolio.positions) {
    const { instrument, quantity } = position
    const units = share * quantity * unitDelta(instrument, market)
    flows.set(instrument.underlying, (flows.get(instrument.underlying) ?? 0) + units)
    value += share * positionValue(position, market)
  }
  return { state, share, value, flows }
}

/** Loss per unit sold against the mark, by underlying: all flows of a round trade at one average price. */
function slippages(
  flows: ReadonlyMap<string, number>,
  sold: ReadonlyMap<string, number>,
  market: Market,
  impacts: CascadeOptions['impacts'],
): Map<string, number> {
  return new Map(
    [...flows].map(([symbol, flow]) => {
      const impact = impacts[symbol]
      const before = sold.get(symbol) ?? 0
      if (impact === undefined) return [symbol, 0]
      const relative = averageFactor(impact, before, before + flow) / priceFactor(impact, before)
      return [symbol, (market.underlyings[symbol]?.spot ?? Number.NaN) * (1 - relative)]
    }),
  )
}

function sumFlows(closings: readonly Closing[]): Map<string, number> {
  const total = new Map<string, number>()
  for (const { flows } of closings)
    for (const [symbol, units] of flows) total.set(symbol, (total.get(symbol) ?? 0) + units)
  return total
}

/** Moves the closed positions to the absorber for their value less slippage. */
function settle(
  { state, share, value, flows }: Closing,
  slippage: ReadonlyMap<string, number>,
  absorber: Absorber,
): void {
  let price = value
  for (const [symbol, units] of flows) price -= units * (slippage.get(symbol) ?? 0)
  const { cash, positions } = state.portfolio
  absorber.cash -= price
  absorber.positions.push(...scaled(positions, share))
  state.portfolio = { cash: cash + price, positions: share === 1 ? [] : scaled(positions, 1 - share) }
  state.open *= 1 - share
}

type Absorber = { cash: number; positions: Position[] }

const spots = ({ underlyings }: Market) =>
  Object.fromEntries(Object.entries(underlyings).map(([symbol, { spot }]) => [symbol, spot]))

function amplifications(before: Market, shock: StressScenario, after: Market): Record<string, number> {
  const ratios = Object.entries(before.underlyings).flatMap(([symbol, { spot }]) => {
    const shocked = spot * moveOf(shock, symbol)
    return shocked === 0 ? [] : [[symbol, ((after.underlyings[symbol]?.spot ?? Number.NaN) - spot) / shocked] as const]
  })
  return Object.fromEntries(ratios)
}

function requireOptions({ impacts, closeShare = 1, fund = 0, maxRounds = 0 }: CascadeOptions): void {
  if (!(closeShare > 0 && closeShare <= 1)) throw new DomainError('closeShare', closeShare, 'above 0 and at most 1')
  if (!(fund >= 0)) throw new DomainError('fund', fund, 'at least 0')
  if (!(maxRounds >= 0)) throw new DomainError('maxRounds', maxRounds, 'at least 0')
  for (const impact of Object.values(impacts)) requireImpact(impact)
}

function summary(
  accounts: readonly Account[],
  states: readonly State[],
  absorber: Absorber,
  market: Market,
  fund: number,
) {
  const ends = states.map(({ account, portfolio, open }) => ({
    name: account.name,
    equity: equity(portfolio, market),
    closed: 1 - open,
    portfolio,
  }))
  const badDebt = ends.reduce((sum, end) => sum + Math.max(0, -end.equity), 0)
  const now = ends.reduce((sum, end) => sum + end.equity, equity(absorber, market))
  const held = accounts.reduce((sum, { portfolio }) => sum + equity(portfolio, market), 0)
  return {
    accounts: ends,
    market,
    liquidatedAccounts: ends.filter(({ closed }) => closed > 0).length,
    badDebt,
    fundUsed: Math.min(fund, badDebt),
    uncovered: Math.max(0, badDebt - fund),
    absorber,
    imbalance: Math.abs(now - held),
  }
}

/**
 * Runs a cascade from `shock` to its end. All accounts below maintenance trade at once, at the average price of their
 * joint flow; options are taken over at their mark, and their delta is traded. Deterministic.
 *
 * @throws RiskError: CascadeLimitError, DuplicateAccountError, UnjudgedAccountError, DomainError for impossible options or
 * moves.
 */
export function simulateCascade(
  accounts: readonly Account[],
  market: Market,
  shock: StressScenario,
  options: CascadeOptions,
): CascadeResult {
  requireDistinct(accounts)
  requireOptions(options)
  const { requirement, impacts, closeShare = 1, fund = 0, maxRounds = 10_000 } = options
  const entered = accounts.map((account) => withEntries(account, market))
  const states: State[] = entered.map((account) => ({
    account,
    portfolio: account.portfolio,
    open: account.portfolio.positions.length === 0 ? 0 : 1,
    isLiquidating: false,
  }))
  const absorber: Absorber = { cash: 0, positions: [] }
  const sold = new Map<string, number>()
  let now = marketAfter(market, shock, sold, impacts)
  const rounds: CascadeRound[] = [{ round: 0, prices: spots(now), liquidated: 0, sold: {} }]
  for (;;) {
    for (const state of states) state.isLiquidating = mustLiquidate(state, now, requirement)
    const liquidating = states.filter(({ isLiquidating }) => isLiquidating)
    if (liquidating.length === 0) break
    if (rounds.length > maxRounds) throw new CascadeLimitError(maxRounds)
    const closings = liquidating.map((state) => closingOf(state, now, closeShare))
    const flows = sumFlows(closings)
    const slippage = slippages(flows, sold, now, impacts)
    for (const closing of closings) settle(closing, slippage, absorber)
    for (const [symbol, units] of flows) sold.set(symbol, (sold.get(symbol) ?? 0) + units)
    now = marketAfter(market, shock, sold, impacts)
    const flowsByName = Object.fromEntries(flows)
    rounds.push({ round: rounds.length, prices: spots(now), liquidated: closings.length, sold: flowsByName })
  }
  const amplification = amplifications(market, shock, now)
  return { rounds, amplification, ...summary(entered, states, absorber, now, fund) }
}
