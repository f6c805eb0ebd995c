/** Stress of a whole book of accounts: scenarios, cover of a fund, and cascades of liquidations. */
export * from './book.ts'
export * from './cascade.ts'
export * from './cover.ts'
export * from './impact.ts'
export * from './stressTest.ts'
