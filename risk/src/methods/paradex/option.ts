/** Paradex's cross margin of one perpetual option. */
import type { OptionKind } from '../../pricing/index.ts'
import type { Levels } from '../method.ts'

/**
 * `premium` of the mark and `longInTheMoney` of spot bound a long; a short needs `shortInTheMoney` of spot less its
 * distance to the strike, at least `shortOutOfTheMoney` of spot; a put never more than `putCap` of its strike.
 */
export type ParadexOptionTerms = {
  premium: Levels
  longInTheMoney: Levels
  shortInTheMoney: Levels
  shortOutOfTheMoney: Levels
  putCap: Levels
}

/** The values of the documentation's examples. */
export const PARADEX_OPTION: ParadexOptionTerms = {
  premium: { initial: 1, maintenance: 0.5 },
  longInTheMoney: { initial: 0.2, maintenance: 0.1 },
  shortInTheMoney: { initial: 0.15, maintenance: 0.075 },
  shortOutOfTheMoney: { initial: 0.1, maintenance: 0.05 },
  putCap: { initial: 0.5, maintenance: 0.5 },
}

/** Margin of one long option, USD. Source: Paradex, "Margin Requirements", exchange documentation. */
export function paradexLongOption(spot: number, mark: number, terms: ParadexOptionTerms): Levels {
  const at = (level: keyof Levels) => Math.min(terms.premium[level] * mark, terms.longInTheMoney[level] * spot)
  return { initial: at('initial'), maintenance: at('maintenance') }
}

/** Margin of one short option beside its mark, USD. Source as `paradexLongOption`. */
export function paradexShortOption(kind: OptionKind, spot: number, strike: number, terms: ParadexOptionTerms): Levels {
  const distance = Math.max(kind === 'call' ? strike - spot : spot - strike, 0)
  const at = (level: keyof Levels) => {
    const required = Math.max(terms.shortInTheMoney[level] * spot - distance, terms.shortOutOfTheMoney[level] * spot)
    return kind === 'put' ? Math.min(required, terms.putCap[level] * strike) : required
  }
  return { initial: at('initial'), maintenance: at('maintenance') }
}
