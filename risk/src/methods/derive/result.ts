/** Derive states net margin; here it becomes a result that can be laid beside other venues. */
import { type AddOn, type MarginResult, type Scenario, worstScenario } from '../method.ts'

/**
 * `netInitial`, `netMaintenance`: Derive's own numbers, USD, 0 or more meaning healthy. `markToMarket` includes cash.
 * `worst`: index of the scenario that decides, -1 when it is a contingency. Requirement = `markToMarket` - net margin.
 */
export type DeriveMarginResult = MarginResult & {
  netInitial: number
  netMaintenance: number
  markToMarket: number
  worst: number
}

/** Joins worst loss, its factors and add-ons: requirement = loss * factor + add-ons, in both levels. */
export function deriveResult(
  markToMarket: number,
  scenarios: readonly Scenario[],
  basis: number,
  factor: { initial: number; maintenance: number },
  addOns: readonly AddOn[],
): DeriveMarginResult {
  const worst = worstScenario(scenarios)
  const scenarioPnl = scenarios[worst]?.pnl ?? 0
  const byBasis = basis < scenarioPnl
  const loss = Math.max(0, -(byBasis ? basis : scenarioPnl))
  const scaling: AddOn = {
    name: 'loss factor',
    initial: loss * (factor.initial - 1),
    maintenance: loss * (factor.maintenance - 1),
  }
  const all = [scaling, ...addOns]
  const initial = loss * factor.initial + addOns.reduce((sum, addOn) => sum + addOn.initial, 0)
  const maintenance = loss * factor.maintenance + addOns.reduce((sum, addOn) => sum + addOn.maintenance, 0)
  return {
    initial,
    maintenance,
    scenarios: [...scenarios, { name: 'basis contingency', pnl: basis }],
    addOns: all,
    netInitial: markToMarket - initial,
    netMaintenance: markToMarket - maintenance,
    markToMarket,
    worst: byBasis ? -1 : worst,
  }
}

/** (1 - confidence) below the threshold, else nothing: Derive's cliff. */
export function doubt(confidence: number, threshold: number): number {
  return confidence < threshold ? 1 - confidence : 0
}
