export * from './abis/index.ts'
export * from './entities/index.ts'
export { PlimsollError } from './errors/base.ts'
export * from './exact/index.ts'
