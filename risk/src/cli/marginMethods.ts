/** Every margin method under the name by which the command line calls it, with the venue's own parameters. */

import { effectiveVolatility, requiredScanRange, SCAN_RANGE_DEFAULTS } from '../estimation/dynamicRange.ts'
import {
  byUnderlying,
  DERIBIT_PORTFOLIO,
  DERIBIT_STANDARD,
  DERIVE_PMRM1_MAINNET,
  DERIVE_PMRM2_MAINNET,
  DERIVE_STANDARD_MAINNET,
  deribitPortfolio,
  deribitStandard,
  derivePmrm1Portfolio,
  derivePmrm2Portfolio,
  deriveStandardPortfolio,
  type MarginResult,
  type Market,
  PARADEX_PORTFOLIO,
  type Portfolio,
  paradexPortfolio,
  type UnderlyingMarket,
} from '../methods/index.ts'
import { defaultParameters, defaultsOf, type Mode, plimsollMargin } from '../methods/plimsoll/index.ts'
import { REG_T_EQUITY, regTMargin } from '../methods/regT/index.ts'
import { SPAN_CRYPTO, spanMargin } from '../methods/span/index.ts'
import { TIMS_EQUITY, timsMargin } from '../methods/tims/index.ts'

export type NamedMethod = {
  label: string
  margin: (portfolio: Portfolio, market: Market) => MarginResult
}

const THIRTY_DAYS = 30 * 86_400

/** At-the-money volatility of the expiry nearest to 30 days, 0 without options. */
export function monthVolatility({ expiries }: UnderlyingMarket, time: number): number {
  const distance = (expiry: number) => Math.abs(expiry - time - THIRTY_DAYS)
  const [nearest] = [...expiries.values()].sort((a, b) => distance(a.expiry) - distance(b.expiry))
  return nearest === undefined ? 0 : nearest.volatility(nearest.forward)
}

/** Where implied volatility alone puts the scan range; the floor without a quoted market. */
function scanRange(symbol: string, { underlyings, time }: Market): number {
  const { kappa, scanRangeFloor: floor, scanRangeCap: cap, stressVolatility } = defaultsOf(symbol)
  const { stressWeight, horizonSeconds } = SCAN_RANGE_DEFAULTS
  const quoted = underlyings[symbol]
  const implied = quoted === undefined ? 0 : monthVolatility(quoted, time)
  const calm = { fastVariance: 0, slowVariance: 0 }
  const volatility = effectiveVolatility(calm, implied, { stressWeight, stressVolatility })
  return requiredScanRange(volatility, { kappa, horizonSeconds, floor, cap })
}

/** The protocol's defaults, the scan range where implied volatility alone would put it. */
function plimsoll(mode: Mode): NamedMethod['margin'] {
  return (portfolio, market) => {
    const symbols = [...byUnderlying(portfolio).keys()]
    const states = symbols.map((symbol) => {
      const range = scanRange(symbol, market)
      return [symbol, { scanRange: range, targetScanRange: range }] as const
    })
    const parameters = defaultParameters(mode, symbols)
    return plimsollMargin(portfolio, market, { ...parameters, states: Object.fromEntries(states) })
  }
}

/** In the order in which a comparison shows them. */
export const MARGIN_METHODS = {
  plimsoll: { label: 'Plimsoll, portfolio', margin: plimsoll('portfolio') },
  'plimsoll-risk-neutral': { label: 'Plimsoll, risk-neutral', margin: plimsoll('risk-neutral') },
  'plimsoll-cross': { label: 'Plimsoll, cross', margin: plimsoll('cross') },
  'derive-pmrm2': {
    label: 'Derive PMRM 2',
    margin: (portfolio, market) => derivePmrm2Portfolio(portfolio, market, DERIVE_PMRM2_MAINNET),
  },
  'derive-pmrm1': {
    label: 'Derive PMRM',
    margin: (portfolio, market) => derivePmrm1Portfolio(portfolio, market, DERIVE_PMRM1_MAINNET),
  },
  'derive-standard': {
    label: 'Derive standard',
    margin: (portfolio, market) => deriveStandardPortfolio(portfolio, market, DERIVE_STANDARD_MAINNET),
  },
  deribit: {
    label: 'Deribit portfolio',
    margin: (portfolio, market) => deribitPortfolio(portfolio, market, DERIBIT_PORTFOLIO),
  },
  'deribit-standard': {
    label: 'Deribit standard',
    margin: (portfolio, market) => deribitStandard(portfolio, market, DERIBIT_STANDARD),
  },
  paradex: {
    label: 'Paradex portfolio',
    margin: (portfolio, market) => paradexPortfolio(portfolio, market, PARADEX_PORTFOLIO),
  },
  span: {
    label: 'SPAN, 16 scenarios',
    margin: (portfolio, market) => spanMargin(portfolio, market, SPAN_CRYPTO),
  },
  tims: {
    label: 'TIMS, +-15 %',
    margin: (portfolio, market) => timsMargin(portfolio, market, TIMS_EQUITY),
  },
  'reg-t': {
    label: 'Strategy margin (Reg T)',
    margin: (portfolio, market) => regTMargin(portfolio, market, REG_T_EQUITY),
  },
} as const satisfies Readonly<Record<string, NamedMethod>>

export type MethodName = keyof typeof MARGIN_METHODS

export const METHOD_NAMES = Object.keys(MARGIN_METHODS) as MethodName[]
