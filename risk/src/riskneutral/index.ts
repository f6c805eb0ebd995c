/** What option prices say about the distribution of the underlying, and expected shortfall under it. */
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
