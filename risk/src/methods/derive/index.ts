export type { BasisShock } from './basis.ts'
export { MissingFeedError } from './errors.ts'
export type { ExpiryBook } from './expiryBook.ts'
export { deriveMarket, derivePositions, UnsupportedInstrumentError } from './fromPortfolio.ts'
export {
  type DeriveExpiry,
  type DeriveMarket,
  type DeriveOption,
  type DerivePortfolio,
  type DerivePrice,
  splitForward,
} from './market.ts'
export type { DeriveMarginResult } from './result.ts'
export { type DeriveSvi, deriveVolatility } from './svi.ts'
export { type VolatilityShock, volatilityFactors } from './volatilityShock.ts'
