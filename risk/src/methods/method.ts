/** The one shape that every margin method has: what a portfolio needs in a market under a venue's parameters. */

import { DomainError } from '../errors.ts'

/** A number for each of the two levels, such as a charge or a rate. */
export type Levels = { readonly maintenance: number; readonly initial: number }

/** Profit (positive) or loss (negative) of the whole portfolio in one scenario, USD, after the method's own damping. */
export type Scenario = { name: string; pnl: number }

/**
 * A part of the requirement besides the worst scenario, USD. Positive numbers raise the requirement. A part that counts
 * in one of the two levels only is 0 in the other.
 */
export type AddOn = { name: string; initial: number; maintenance: number }

/**
 * Requirements in USD on the account's equity (cash + marked value of all positions): the account may open risk while
 * equity >= `initial` and is liquidated below `maintenance`. A venue that states net margin (Derive) is converted:
 * requirement = equity - net margin. Where one scenario decides, the requirement is its loss plus the sum of the add-ons.
 */
export type MarginResult = {
  initial: number
  maintenance: number
  scenarios: readonly Scenario[]
  addOns: readonly AddOn[]
}

/** A margin method: pure, no state. Throws RiskError for a portfolio or parameters that it cannot judge. */
export type MarginMethod<Portfolio, Market, Parameters> = (
  portfolio: Portfolio,
  market: Market,
  parameters: Parameters,
) => MarginResult

/**
 * Index of the scenario that loses most, the first of equals; -1 when there is none.
 * @throws DomainError for a profit or loss that is not a number: it could be the worst.
 */
export function worstScenario(scenarios: readonly Scenario[]): number {
  let worst = -1
  let lowest = Number.POSITIVE_INFINITY
  for (const [index, { pnl }] of scenarios.entries()) {
    if (Number.isNaN(pnl)) throw new DomainError(`pnl of scenario ${index}`, pnl, 'a number')
    if (pnl < lowest) {
      lowest = pnl
      worst = index
    }
  }
  return worst
}

/** What a move does, for people: `spot` is a factor, `damping` the share of the result that counts. */
export function scenarioName({
  spot,
  volatility,
  damping,
}: {
  spot: number
  volatility: string
  damping: number
}): string {
  const percent = Math.round((spot - 1) * 10_000) / 100
  const weight = damping === 1 ? '' : `, x ${Math.round(damping * 10_000) / 10_000}`
  return `spot ${percent < 0 ? '' : '+'}${percent} %, volatility ${volatility}${weight}`
}
