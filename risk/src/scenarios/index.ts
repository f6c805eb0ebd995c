export * from './lanes.ts'
export * from './riskArray.ts'
