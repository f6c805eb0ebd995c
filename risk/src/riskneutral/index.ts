/**
 * What option prices say about the distribution of the underlying, and expected shortfall under it.
 *
 * @example
 * ```ts
 * import { cumulative, linearShortfall } from '@plimsoll/risk/riskneutral'
 * import { essviSmile } from '@plimsoll/risk/surface'
 *
 * const smile = essviSmile({ theta: 0.04, rho: -0.3, psi: 0.2 })
 * console.log(cumulative(smile, 0).toFixed(4)) // 0.4803
 * console.log(linearShortfall(smile, 0.01).long.toFixed(4)) // 0.6645
 * ```
 * @packageDocumentation
 */
export { type BookShortfall, bookShortfall, type HorizonBook } from './bookShortfall.ts'
export { callOverForward, cumulative, logDensity, logQuantile, putOverForward, survival } from './density.ts'
export { type DensityRow, densityChart, densityTable } from './densityTable.ts'
export { horizonSlice, scaleSlice, scaleSmile } from './horizon.ts'
export { type HorizonBookOptions, horizonBook, type SmileDynamics } from './horizonBook.ts'
export { type LinearShortfall, linearShortfall } from './linearShortfall.ts'
export {
  compareNodes,
  type NodeComparison,
  nodeProbabilities,
  nodeShortfall,
  protocolNodes,
} from './nodes.ts'
