/**
 * The risk engine: prices, surfaces, measures, margin methods and their batch form, without chain or network. Each part is
 * also an entry point of its own, for example `@plimsoll/risk/pricing`.
 */
export * as backtest from './backtest/index.ts'
export * as batch from './batch/index.ts'
export { DomainError, RiskError } from './errors.ts'
export * as estimation from './estimation/index.ts'
export * as evaluation from './evaluation/index.ts'
export * as measures from './measures/index.ts'
export * as methods from './methods/index.ts'
export * as plot from './plot/index.ts'
export * as preflight from './preflight/index.ts'
export * as pricing from './pricing/index.ts'
export * as riskneutral from './riskneutral/index.ts'
export * as scenarios from './scenarios/index.ts'
export * as stress from './stress/index.ts'
export * as surface from './surface/index.ts'
