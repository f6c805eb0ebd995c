export * from './abis/index.ts'
export * from './entities/index.ts'
export * from './errors/index.ts'
export * from './exact/index.ts'
