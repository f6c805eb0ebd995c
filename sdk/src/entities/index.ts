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
export { InvalidDeploymentError, InvalidEncodingError, OutOfRangeError } from './errors.ts'
export {
  decodeInstrumentId,
  encodeInstrumentId,
  futureOf,
  type InstrumentId,
  optionOf,
  perpetualOf,
  spotOf,
} from './instrumentId.ts'
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
export { decodeUnderlyingSet, encodeUnderlyingSet, type UnderlyingSet } from './underlyingSet.ts'
