/** Every margin method under the name by which the command line calls it, with the venue's own parameters. */

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
} from '../methods/index.ts'
import { type Mode, openingParameters, plimsollMargin } from '../methods/plimsoll/index.ts'
import { REG_T_EQUITY, regTMargin } from '../methods/regT/index.ts'
import { SPAN_CRYPTO, spanMargin } from '../methods/span/index.ts'
import { TIMS_EQUITY, timsMargin } from '../methods/tims/index.ts'

export type NamedMethod = {
  label: string
  margin: (portfolio: Portfolio, market: Market) => MarginResult
}

/** The protocol's defaults, the scan range where implied volatility alone would put it. */
function plimsoll(mode: Mode): NamedMethod['margin'] {
  return (portfolio, market) => {
    const symbols = [...byUnderlying(portfolio).keys()]
    return plimsollMargin(portfolio, market, openingParameters(mode, market, symbols))
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
