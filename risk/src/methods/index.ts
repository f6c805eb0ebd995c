/**
 * Margin methods of one shape, (portfolio, market, parameters) -> {initial, maintenance, scenarios, addOns}, in USD.
 *
 * @example
 * ```ts
 * import { defaultParameters, type Portfolio, plimsollMargin, SPAN_CRYPTO, spanMargin } from '@plimsoll/risk/methods'
 *
 * const market = { time: 1_790_000_000, underlyings: { BTC: { spot: 60_000, perpetual: 60_000, expiries: new Map() } } }
 * const portfolio: Portfolio = { cash: 5_000, positions: [{ instrument: { kind: 'perpetual', underlying: 'BTC' }, quantity: 1 }] }
 * console.log(plimsollMargin(portfolio, market, defaultParameters('portfolio', ['BTC'])).maintenance) // 1950
 * console.log(spanMargin(portfolio, market, SPAN_CRYPTO).maintenance) // 9000
 * ```
 * @packageDocumentation
 */
export * from './deribit/index.ts'
export * from './derive/index.ts'
export * from './derivePmrm1/index.ts'
export * from './derivePmrm2/index.ts'
export * from './deriveStandard/index.ts'
export * from './method.ts'
export * from './paradex/index.ts'
export * from './plimsoll/index.ts'
export * from './portfolio.ts'
export * from './regT/index.ts'
export * from './scanGrid.ts'
export * from './span/index.ts'
export * from './sumOverUnderlyings.ts'
export * from './tims/index.ts'
export * from './valuation.ts'
