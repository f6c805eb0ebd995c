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
export { encodeAction, type GatewayAction, type GatewayActionType, type SignedAction, type Validity } from './action.ts'
export {
  type ActionTypedData,
  actionDomain,
  actionTypedData,
  actionTypes,
  hashAction,
  randomNonce,
} from './actionMessage.ts'
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
export {
  InvalidDeploymentError,
  InvalidEncodingError,
  OrderNotFillableError,
  OutOfRangeError,
  UndatedInstrumentError,
} from './errors.ts'
export {
  encodeFill,
  encodeSettle,
  encodeSettleAvailable,
  type Fill,
  type SkippedFill,
  skippedFills,
} from './fill.ts'
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
  type OppositeParameters,
  type Order,
  type OrderParameters,
  oppositeLegs,
  oppositeOrder,
  orderDomain,
  orderTypedData,
  orderTypes,
} from './order.ts'
export {
  bandIssue,
  type FillTerms,
  isCancelled,
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
  decodeSessionKey,
  type EncodedSessionKey,
  encodeSessionKey,
  REVOKED,
  type SessionKey,
} from './sessionKey.ts'
export { recoverSigner, type Signer } from './signer.ts'
export {
  decodeSnapshot,
  type EncodedExpiry,
  type EncodedMarket,
  type EncodedSnapshot,
  encodeSnapshot,
} from './snapshot.ts'
export { decodeStrike, encodeStrike, GAP_UNIT } from './strikeWord.ts'
export { type FillCost, type FillPart, fillCost, quoteStructure, type StructureQuote } from './structure.ts'
export {
  type ExpiryQuote,
  encodeSurfaceMessage,
  hashSurface,
  type SurfaceMessage,
  surfaceDomain,
  surfaceTypedData,
  surfaceTypes,
} from './surfaceMessage.ts'
export {
  depositTypedData,
  depositTypes,
  encodeDeposit,
  encodeDepositWithPermit,
  encodeSignedDeposit,
  PERMIT2,
  type Permit,
  permit2Domain,
  type SignedDeposit,
  type TokenDeposit,
} from './tokenDeposit.ts'
export { decodeUnderlyingSet, encodeUnderlyingSet, type UnderlyingSet } from './underlyingSet.ts'
