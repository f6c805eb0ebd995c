export * from './holders.ts'
export * from './ranking.ts'
export * from './sparseRows.ts'
