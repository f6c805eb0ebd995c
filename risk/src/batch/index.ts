export { roundingBound, UNIT_ROUNDOFF } from './errorBound.ts'
export {
  compareInstruments,
  instrumentNumber,
  type Layout,
  type ListedExpiry,
  type ListedStrike,
  layoutOf,
  UnlistedInstrumentError,
} from './layout.ts'
export { type Accounts, MarginBook } from './marginBook.ts'
export {
  type AccountColumn,
  emptyMatrix,
  type InstrumentColumns,
  type Memory,
  type RiskMatrix,
  type StrikeColumns,
  type UnderlyingColumns,
} from './matrix.ts'
export { nearest } from './ranking.ts'
export { type BatchParameters, refreshMatrix, refreshUnderlying } from './refresh.ts'
export { emptyResults, MODES, type Results } from './results.ts'
export { type Distance, distancesToMaintenance, nearestToMaintenance, unsafeAccounts } from './verdict.ts'
