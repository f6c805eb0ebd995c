export * from './tims.ts'
