/** The short option formula that Deribit made common, with the parameters of venues that use it. */
import type { OptionKind } from '../../pricing/index.ts'
import type { Levels } from '../method.ts'

/**
 * Shares of the underlying's price: initial margin starts at `outOfTheMoney` less the distance to the strike and never
 * falls below `minimum`; `maintenance` is flat.
 */
export type ShortOptionTerms = { outOfTheMoney: number; minimum: number; maintenance: number }

/** As Deribit documents them. */
export const DERIBIT_SHORT_OPTION: ShortOptionTerms = { outOfTheMoney: 0.15, minimum: 0.1, maintenance: 0.075 }
/** As Aevo documents them. */
export const AEVO_SHORT_OPTION: ShortOptionTerms = { outOfTheMoney: 0.15, minimum: 0.1, maintenance: 0.1 }
/** As BIT documents them, by settlement coin. */
export const BIT_SHORT_OPTION: Readonly<Record<'ETH' | 'BCH' | 'TON', ShortOptionTerms>> = {
  ETH: { outOfTheMoney: 0.15, minimum: 0.1, maintenance: 0.075 },
  BCH: { outOfTheMoney: 0.25, minimum: 0.15, maintenance: 0.125 },
  TON: { outOfTheMoney: 0.6, minimum: 0.5, maintenance: 0.4 },
}

/**
 * Margin of one short option including its mark, USD. Call: initial max(a1 - OTM/U, a2) U + mark, maintenance a3 U + mark.
 * Put: maintenance max(a3 U, a3 mark) + mark, and initial never below it.
 *
 * @param underlying price of the underlying, U; `mark` price of the option, both USD.
 *
 * Source: Deribit, "Margins"; BIT, "Options margin", both exchange documentation, 2023.
 */
export function shortOptionMargin(
  kind: OptionKind,
  underlying: number,
  strike: number,
  mark: number,
  { outOfTheMoney: a1, minimum: a2, maintenance: a3 }: ShortOptionTerms,
): Levels {
  const distance = Math.max(kind === 'call' ? strike - underlying : underlying - strike, 0)
  const initial = Math.max(a1 * underlying - distance, a2 * underlying) + mark
  if (kind === 'call') return { initial, maintenance: a3 * underlying + mark }
  const maintenance = Math.max(a3 * underlying, a3 * mark) + mark
  return { initial: Math.max(initial, maintenance), maintenance }
}

/**
 * OKX's single-currency margin of one short option, USD: call max(0.1, 0.15 - OTM/F) F + mark, put
 * max(0.1 (F + mark), 0.15 F - OTM) + mark, `mark` and `forward` in USD. Source: OKX, "Options margin", documentation.
 */
export function okxShortOptionInitial(kind: OptionKind, forward: number, strike: number, mark: number): number {
  const distance = Math.max(kind === 'call' ? strike - forward : forward - strike, 0)
  const floor = 0.1 * (kind === 'call' ? forward : forward + mark)
  return Math.max(floor, 0.15 * forward - distance) + mark
}
