/**
 * Volatility surfaces: option chains, eSSVI and SVI, their calibration and their arbitrage checks.
 *
 * @example
 * ```ts
 * import { essviSmile, gridOf, minimumDurrleman, smileAt } from '@plimsoll/risk/surface'
 *
 * const smile = essviSmile({ theta: 0.04, rho: -0.3, psi: 0.2 })
 * console.log(Math.sqrt(smileAt(smile, -0.2).w).toFixed(4)) // 0.2413
 * console.log(minimumDurrleman(smile, gridOf(smile)).g >= 0) // true
 * ```
 * @packageDocumentation
 */
export {
  ArbitrageError,
  durrlemanG,
  gridOf,
  type MoneynessGrid,
  minimumCalendar,
  minimumDurrleman,
  requireNoButterfly,
} from './arbitrage.ts'
export {
  ChainError,
  DROP_REASONS,
  type DroppedQuote,
  type DropReason,
  type OptionChain,
  type OptionQuote,
  type PriceUnit,
} from './chain.ts'
export type { FitDiagnostics } from './diagnostics.ts'
export {
  butterflySlack,
  calendarSlack,
  type EssviParameters,
  essviOf,
  essviSmile,
  essviVariance,
  scaleEssvi,
  type WingParameters,
  wingsOf,
} from './essvi.ts'
export type { ExpiryTerms } from './expiries.ts'
export { type FitEssviOptions, fitEssvi, type SliceQuotes } from './fitEssvi.ts'
export { type FitSurfaceOptions, type FittedExpiry, fitSurface, type SurfaceFit, type Weighting } from './fitSurface.ts'
export { fitRawSvi } from './fitSvi.ts'
export { fitParityLine, forwardOf, type ParityLine, type ParityPair } from './parity.ts'
export { type ChainRow, type ReadChain, type ReadChainOptions, readChain } from './readChain.ts'
export { flatSmile, type Smile, smileAt } from './smile.ts'
export { type FilterOptions, type QuotedSmile, quotedSmiles, type SmileQuote } from './smileQuotes.ts'
export {
  requireSurface,
  type SliceAt,
  type Surface,
  type SurfaceSlice,
  sliceAt,
  sliceVolatility,
  surfaceVolatility,
} from './surface.ts'
export { surfaceChart } from './surfaceChart.ts'
export { parseSurface, type SurfaceDocument, SurfaceDocumentError, surfaceDocument } from './surfaceDocument.ts'
export { surfaceMarket } from './surfaceMarket.ts'
export { type JumpWings, jumpWingsOf, type RawSvi, rawOfEssvi, rawOfJumpWings, rawSmile, rawVariance } from './svi.ts'
export { repairButterfly, repairJumpWings } from './sviRepair.ts'
