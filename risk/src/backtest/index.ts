/** Whether risk measures held: coverage and shortfall tests, scores, and how procyclical a margin model is. */
export * from './acerbiSzekely.ts'
export * from './antiProcyclicality.ts'
export * from './coverage.ts'
export * from './exceedances.ts'
export * from './procyclicality.ts'
export * from './scoring.ts'
export * from './trafficLight.ts'
