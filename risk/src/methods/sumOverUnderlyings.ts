/** Venues that margin each underlying apart: requirements add up. */
import type { MarginResult } from './method.ts'
import type { Portfolio, Position } from './portfolio.ts'
import { byUnderlying } from './valuation.ts'

/** The sum of one method over the underlyings of a portfolio; scenarios and add-ons carry the underlying's name. */
export function sumOverUnderlyings(
  portfolio: Portfolio,
  method: (underlying: string, positions: readonly Position[]) => MarginResult,
): MarginResult {
  let initial = 0
  let maintenance = 0
  const scenarios: MarginResult['scenarios'][number][] = []
  const addOns: MarginResult['addOns'][number][] = []
  for (const [underlying, positions] of byUnderlying(portfolio)) {
    const result = method(underlying, positions)
    initial += result.initial
    maintenance += result.maintenance
    scenarios.push(...result.scenarios.map(({ name, pnl }) => ({ name: `${underlying} ${name}`, pnl })))
    addOns.push(...result.addOns.map((addOn) => ({ ...addOn, name: `${underlying} ${addOn.name}` })))
  }
  return { initial, maintenance, scenarios, addOns }
}
