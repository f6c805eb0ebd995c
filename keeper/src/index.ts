export { type Config, loadConfig, parseConfig, Secret } from './config.ts'
export { diagnose, type Finding } from './doctor.ts'
export * from './errors.ts'
export { Keeper, type KeeperOptions } from './keeper.ts'
