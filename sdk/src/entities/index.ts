export {
  type AccountId,
  CUSTODY,
  clearing,
  compartment,
  decodeAccountId,
  encodeAccountId,
  FEES,
  HOLE,
  isCompartment,
  isSystemAccount,
  ownerOf,
  QUEUE,
} from './accountId.ts'
export { CONTRACTS, type Deployment, parseDeployment } from './deployment.ts'
export {
  decodeKind,
  decodeMode,
  decodePriceStatus,
  decodeReason,
  encodeKind,
  encodeMode,
  encodePriceStatus,
  encodeReason,
  KINDS,
  MODES,
  PRICE_STATUSES,
  REASONS,
  type Reason,
} from './enums.ts'
export { InvalidDeploymentError, InvalidEncodingError, OutOfRangeError, UndatedInstrumentError } from './errors.ts'
export {
  encodeHistoryMessage,
  type HistoryMessage,
  hashHistory,
  historyDomain,
  historyTypedData,
  historyTypes,
} from './historyMessage.ts'
export {
  callOf,
  decodeInstrumentId,
  encodeInstrumentId,
  futureOf,
  type InstrumentId,
  optionOf,
  perpetualOf,
  putOf,
  spotOf,
} from './instrumentId.ts'
export { formatInstrument, parseInstrument, type Symbols } from './instrumentName.ts'
export { type InstrumentQuote, impliedVolatility, type QuoteInput, quoteInstrument } from './instrumentQuote.ts'
export {
  createOrder,
  encodeOrder,
  hashOrder,
  type Leg,
  type Order,
  type OrderParameters,
  orderDomain,
  orderTypedData,
  orderTypes,
} from './order.ts'
export {
  type FillTerms,
  type OrderFacts,
  type OrderIssue,
  orderIssues,
  unitsLeft,
} from './orderIssues.ts'
export {
  decodePortfolio,
  decodePosition,
  type EncodedPortfolio,
  encodePortfolio,
  encodePosition,
  type PositionWord,
} from './position.ts'
export {
  decodeSnapshot,
  type EncodedExpiry,
  type EncodedMarket,
  type EncodedSnapshot,
  encodeSnapshot,
} from './snapshot.ts'
export { decodeStrike, encodeStrike, GAP_UNIT } from './strikeWord.ts'
export { quoteStructure, type StructureQuote } from './structure.ts'
export {
  type ExpiryQuote,
  encodeSurfaceMessage,
  hashSurface,
  type SurfaceMessage,
  surfaceDomain,
  surfaceTypedData,
  surfaceTypes,
} from './surfaceMessage.ts'
export { decodeUnderlyingSet, encodeUnderlyingSet, type UnderlyingSet } from './underlyingSet.ts'
