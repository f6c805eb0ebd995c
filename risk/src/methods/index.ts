export * from './method.ts'
export * from './portfolio.ts'
