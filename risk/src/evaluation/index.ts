/**
 * The evaluation of the margin on real history: coverage, worst days, procyclicality, capital efficiency, and its report.
 *
 * @example
 * ```ts
 * import { coverageTests, scaleFor } from '@plimsoll/risk/evaluation'
 *
 * const { rate, kupiec } = coverageTests(new Uint8Array(1_000).fill(1, 500, 520)) // 20 breaches in 1,000 windows
 * console.log(rate, kupiec < 0.01) // 0.02 true
 * console.log(scaleFor(Float64Array.from({ length: 100 }, (_, i) => i / 100))) // 0.98
 * ```
 * @packageDocumentation
 */
export * from '../estimation/priceHistory.ts'
export * from './books.ts'
export * from './coverage.ts'
export * from './efficiency.ts'
export * from './evaluate.ts'
export * from './linearMargins.ts'
export * from './optionMarkets.ts'
export * from './procyclicality.ts'
export * from './rangePath.ts'
export { reportFiles } from './report/report.ts'
export * from './smileHistory.ts'
export * from './structures.ts'
export * from './structureWindows.ts'
export * from './worstDays.ts'
