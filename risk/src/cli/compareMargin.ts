/** One portfolio under every method: what each needs and which part weighs most. */
import { RiskError } from '../errors.ts'
import { type AddOn, equity, type MarginResult, type Market, type Portfolio, worstScenario } from '../methods/index.ts'
import { MARGIN_METHODS, METHOD_NAMES, type MethodName } from './marginMethods.ts'

/** Requirements in USD on equity; `largest` is the greatest part of the initial one. */
type Compared = {
  method: MethodName
  label: string
  initial: number
  maintenance: number
  worstScenario: { name: string; pnl: number } | null
  largest: { name: string; initial: number } | null
  addOns: readonly AddOn[]
}

/** The venue does not take such a portfolio; `reason` says why. */
type NotOffered = { method: MethodName; label: string; reason: string }

export type Comparison = { equity: number; methods: readonly Compared[]; notOffered: readonly NotOffered[] }

export function describeResult({ initial, maintenance, scenarios, addOns }: MarginResult) {
  const worst = scenarios[worstScenario(scenarios)]
  const losing = worst !== undefined && worst.pnl < 0 ? worst : undefined
  const parts = [...(losing === undefined ? [] : [{ name: losing.name, initial: -losing.pnl }]), ...addOns]
  const [largest] = parts.filter((part) => part.initial > 0).sort((a, b) => b.initial - a.initial)
  return {
    initial,
    maintenance,
    worstScenario: losing === undefined ? null : { name: losing.name, pnl: losing.pnl },
    largest: largest === undefined ? null : { name: largest.name, initial: largest.initial },
    addOns,
  }
}

/** Runs every method; those that refuse the portfolio are listed with their reason. */
export function compareMargin(portfolio: Portfolio, market: Market): Comparison {
  const methods: Compared[] = []
  const notOffered: NotOffered[] = []
  for (const method of METHOD_NAMES) {
    const { label, margin } = MARGIN_METHODS[method]
    try {
      methods.push({ method, label, ...describeResult(margin(portfolio, market)) })
    } catch (error) {
      if (!(error instanceof RiskError)) throw error
      notOffered.push({ method, label, reason: error.message })
    }
  }
  return { equity: equity(portfolio, market), methods, notOffered }
}
