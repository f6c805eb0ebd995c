/**
 * Whether risk measures held: coverage and shortfall tests, scores, and how procyclical a margin model is.
 *
 * @example
 * ```ts
 * import { baselTrafficLight, kupiecProportionOfFailures } from '@plimsoll/risk/backtest'
 *
 * console.log(kupiecProportionOfFailures(250, 6, 0.99).pValue.toFixed(4)) // 0.0594
 * console.log(baselTrafficLight(250, 6, 0.99).zone) // yellow
 * ```
 * @packageDocumentation
 */
export * from './acerbiSzekely.ts'
export * from './antiProcyclicality.ts'
export * from './coverage.ts'
export * from './exceedances.ts'
export * from './marginModel.ts'
export * from './procyclicality.ts'
export * from './report.ts'
export * from './scoring.ts'
export * from './trafficLight.ts'
