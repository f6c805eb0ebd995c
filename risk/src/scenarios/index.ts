/**
 * The protocol's 30 scenarios ("lanes") and the risk array of an instrument in them.
 *
 * @example
 * ```ts
 * import { LANES, laneName, linearLanes } from '@plimsoll/risk/scenarios'
 *
 * const earned = new Float64Array(LANES) // by one dollar of a perpetual
 * linearLanes(0.12, earned)
 * console.log(laneName(0), earned[0]) // price -6/6, vol up -0.12
 * ```
 * @packageDocumentation
 */
export * from './lanes.ts'
export * from './riskArray.ts'
