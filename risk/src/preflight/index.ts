/**
 * Preflight of a change of governed parameters: whether the contracts would take it, and whom it would make liquidatable.
 *
 * @example
 * ```ts
 * import { governedDefaults, refusals } from '@plimsoll/risk/preflight'
 *
 * const present = governedDefaults('BTC') // millionths
 * const [refusal] = refusals({ ...present, floor: 80_000 }, present)
 * console.log(refusal?.rule, refusal?.nearest) // step 66000
 * ```
 * @packageDocumentation
 */
export * from './bounds.ts'
export { type Newly, STAGE_LABELS, type StageName, type Stages, type Standing, type WorstAccount } from './effect.ts'
export * from './parameters.ts'
export * from './preflight.ts'
export * from './ramp.ts'
