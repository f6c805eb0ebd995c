/** The protocol's defaults with scan ranges where volatility puts them, not at their floors. */
import { requiredScanRange } from '../../estimation/dynamicRange.ts'
import type { Market, UnderlyingMarket } from '../portfolio.ts'
import { defaultParameters, defaultsOf, type Mode, type PlimsollParameters, scanRangeParameters } from './parameters.ts'

const THIRTY_DAYS = 30 * 86_400

/** At-the-money volatility of the expiry nearest to 30 days, 0 without options. @param time unix seconds */
export function monthVolatility(quoted: Pick<UnderlyingMarket, 'expiries'> | undefined, time: number): number {
  const distance = (expiry: number) => Math.abs(expiry - time - THIRTY_DAYS)
  const expiries = [...(quoted?.expiries.values() ?? [])]
  const [nearest] = expiries.sort((a, b) => distance(a.expiry) - distance(b.expiry))
  return nearest === undefined ? 0 : nearest.volatility(nearest.forward)
}

/**
 * Defaults of `symbols` after their first surface: targets at the greater of realised and implied volatility, the ranges of
 * maintenance margin still where the realised one put them.
 * @param realised per square root of a year, by symbol. Absent: both ranges where implied volatility alone puts them.
 */
export function openingParameters(
  mode: Mode,
  market: Market,
  symbols: readonly string[],
  realised?: (symbol: string) => number,
): PlimsollParameters {
  const states = symbols.map((symbol) => {
    const rules = scanRangeParameters(defaultsOf(symbol))
    const implied = monthVolatility(market.underlyings[symbol], market.time)
    const listed = realised?.(symbol) ?? implied
    const targetScanRange = requiredScanRange(Math.max(listed, implied), rules)
    return [symbol, { scanRange: requiredScanRange(listed, rules), targetScanRange }] as const
  })
  return { ...defaultParameters(mode, symbols), states: Object.fromEntries(states) }
}
