/** A PMRM test portfolio as Derive publishes it: 18-decimal integers, one array per attribute of the options. */
import { z } from 'zod'
import type { DeriveMarket, DerivePortfolio } from '../../methods/derive/market.ts'
import { splitForward } from '../../methods/derive/market.ts'
import { callFlag, decimal, wad } from './caseList.ts'

const scenario = z
  .object({
    OptionExpiries: z.array(decimal),
    OptionStrikes: z.array(wad),
    OptionIsCall: z.array(callFlag),
    OptionAmounts: z.array(wad),
    OptionVols: z.array(wad),
    OptionVolConfidences: z.array(wad),
    Cash: wad,
    Perps: wad,
    Base: wad,
    SpotPrice: wad,
    SpotConfidence: wad,
    PerpPrice: wad,
    PerpConfidence: wad,
    FeedExpiries: z.array(decimal),
    Forwards: z.array(wad),
    ForwardsFixed: z.array(wad).default([]),
    ForwardsVariable: z.array(wad).default([]),
    ForwardConfidences: z.array(wad),
    Rates: z.array(wad),
    RateConfidences: z.array(wad),
    StablePrice: wad,
    UnrealisedPerpPNL: wad,
    UnrealisedFunding: wad,
  })
  .superRefine((s, context) => {
    requireSameLength(context, s, ['OptionExpiries', 'OptionStrikes', 'OptionIsCall', 'OptionAmounts', 'OptionVols'])
    requireSameLength(context, s, ['OptionExpiries', 'OptionVolConfidences'])
    requireSameLength(context, s, ['FeedExpiries', 'Forwards', 'ForwardConfidences', 'Rates', 'RateConfidences'])
  })

export const pmrm1Case = z.object({ Scenario: scenario })
type Scenario = z.infer<typeof scenario>

/** Complains where arrays that belong together differ in length. */
export function requireSameLength<K extends string>(
  context: z.RefinementCtx,
  lists: Record<K, readonly unknown[]>,
  names: readonly K[],
): void {
  const [first] = names
  if (first === undefined) return
  for (const name of names) {
    if (lists[name].length === lists[first].length) continue
    const message = `holds ${lists[name].length} entries, ${first} ${lists[first].length}; they must be as many`
    context.addIssue({ code: 'custom', path: [name], message })
  }
}

/** Least confidence of the options' volatilities, by expiry. */
function volatilityConfidence(s: Scenario, expiry: number): number {
  return Math.min(...s.OptionVolConfidences.filter((_, index) => s.OptionExpiries[index] === expiry))
}

/** The file gives a volatility per option; the manager asks per strike of an expiry. */
function volatilityOf(s: Scenario, expiry: number): (strike: number) => number {
  const known = new Map<number, number>()
  for (const [index, strike] of s.OptionStrikes.entries()) {
    if (s.OptionExpiries[index] === expiry) known.set(strike, s.OptionVols[index] ?? 0)
  }
  return (strike) => known.get(strike) ?? 0
}

function readMarket(s: Scenario): DeriveMarket {
  const expiries: DeriveMarket['expiries'] = new Map(
    s.FeedExpiries.map((expiry, index) => {
      const split = splitForward(s.Forwards[index] ?? 0, expiry)
      const feed = {
        forwardFixed: s.ForwardsFixed[index] ?? split.forwardFixed,
        forwardVariable: s.ForwardsVariable[index] ?? split.forwardVariable,
        rate: s.Rates[index] ?? 0,
        confidence: Math.min(
          s.ForwardConfidences[index] ?? 0,
          s.RateConfidences[index] ?? 0,
          volatilityConfidence(s, expiry),
        ),
        volatility: volatilityOf(s, expiry),
      }
      return [expiry, feed]
    }),
  )
  return {
    time: 0,
    spot: { price: s.SpotPrice, confidence: s.SpotConfidence },
    perpetual: { price: s.PerpPrice, confidence: s.PerpConfidence },
    stable: s.StablePrice,
    collaterals: {},
    expiries,
  }
}

/** What `derivePmrm1` takes, from a published case; such files carry no parameters. */
export function readPmrm1Case({ Scenario: s }: z.infer<typeof pmrm1Case>): {
  portfolio: DerivePortfolio
  market: DeriveMarket
} {
  const portfolio: DerivePortfolio = {
    cash: s.Cash,
    perpetual: s.Perps,
    unsettled: s.UnrealisedPerpPNL + s.UnrealisedFunding,
    collaterals: s.Base === 0 ? [] : [{ name: 'base', quantity: s.Base }],
    options: s.OptionStrikes.map((strike, index) => ({
      kind: s.OptionIsCall[index] ? 'call' : 'put',
      expiry: s.OptionExpiries[index] ?? 0,
      strike,
      quantity: s.OptionAmounts[index] ?? 0,
    })),
  }
  return { portfolio, market: readMarket(s) }
}
