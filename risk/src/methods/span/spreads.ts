/**
 * Spreads of SPAN: deltas of opposite sides matched by priority. Intra-commodity spreads between delivery periods cost a
 * charge, inter-commodity spreads between products earn a credit.
 *
 * Source: CME Group, "SPAN Methodology", intra- and inter-commodity spreading; examples on cmegroup.com/clearing/margins.
 */

/** Deltas left to spread, signed, by period or by commodity. Matching consumes them. */
export type Deltas = Map<string, number>

/** One side of a spread: A and B are opposite sides of the market. `of` lists periods (a tier) or one commodity. */
export type SpreadLeg = { readonly of: readonly string[]; readonly side: 'A' | 'B'; readonly ratio: number }

/** `charge` in USD per spread formed. */
export type IntraSpread = { readonly legs: readonly SpreadLeg[]; readonly charge: number }

/** `rate` of the price risk of the deltas spread. */
export type InterSpread = { readonly legs: readonly SpreadLeg[]; readonly rate: number }

function available(deltas: Deltas, { of }: SpreadLeg, sign: number): number {
  return of.reduce((sum, name) => sum + Math.max(0, sign * (deltas.get(name) ?? 0)), 0)
}

function consume(deltas: Deltas, { of }: SpreadLeg, sign: number, amount: number): void {
  let left = amount
  for (const name of of) {
    const delta = deltas.get(name) ?? 0
    const taken = Math.min(left, Math.max(0, sign * delta))
    deltas.set(name, delta - sign * taken)
    left -= taken
  }
}

/** Forms as many spreads as the deltas allow, A long first, then A short; consumes their deltas. Returns how many. */
export function formSpreads(deltas: Deltas, legs: readonly SpreadLeg[]): number {
  let formed = 0
  for (const side of [1, -1]) {
    const signOf = (leg: SpreadLeg) => (leg.side === 'A' ? side : -side)
    const count = Math.min(...legs.map((leg) => available(deltas, leg, signOf(leg)) / leg.ratio))
    if (!(count > 0)) continue
    for (const leg of legs) consume(deltas, leg, signOf(leg), count * leg.ratio)
    formed += count
  }
  return formed
}

/** Intra-commodity charge in order of priority, USD. `deltas` keeps what no spread consumed. */
export function intraCharge(deltas: Deltas, spreads: readonly IntraSpread[]): number {
  return spreads.reduce((sum, { legs, charge }) => sum + formSpreads(deltas, legs) * charge, 0)
}

/**
 * Inter-commodity credits by commodity in order of priority, USD: weighted price risk * deltas spread * rate for each leg.
 * @param deltas net delta of each commodity. @param priceRisk weighted price risk of one delta of each.
 */
export function interCredits(
  deltas: Deltas,
  spreads: readonly InterSpread[],
  priceRisk: ReadonlyMap<string, number>,
): Map<string, number> {
  const credits = new Map<string, number>()
  for (const { legs, rate } of spreads) {
    const formed = formSpreads(deltas, legs)
    for (const { of, ratio } of legs) {
      const [name = ''] = of
      const credit = (priceRisk.get(name) ?? 0) * formed * ratio * rate
      credits.set(name, (credits.get(name) ?? 0) + credit)
    }
  }
  return credits
}
