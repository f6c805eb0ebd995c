/**
 * Stress of a whole book of accounts: scenarios, cover of a fund, and cascades of liquidations.
 *
 * @example
 * ```ts
 * import { averageFactor, coverOf, priceFactor } from '@plimsoll/risk/stress'
 *
 * const impact = { kind: 'square-root', depth: 1_000 } as const // 1,000 units move the price by 1 %
 * console.log(priceFactor(impact, 4_000).toFixed(4), averageFactor(impact, 0, 4_000).toFixed(4)) // 0.9802 0.9868
 * console.log(coverOf([{ name: 'a', loss: 40 }, { name: 'b', loss: 70 }], 2, 100).remaining) // -10
 * ```
 * @packageDocumentation
 */
export * from './book.ts'
export * from './cascade.ts'
export * from './cover.ts'
export * from './impact.ts'
export * from './stressTest.ts'
