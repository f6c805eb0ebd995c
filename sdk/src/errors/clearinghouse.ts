import { defineRevert } from './define.ts'
import { wad } from './format.ts'

export class InsufficientMarginError extends defineRevert(
  'InsufficientMargin',
  ({ equity, initial }) =>
    `Equity would be ${wad(equity)} USD, initial margin is ${wad(initial)} USD. Deposit ${wad(initial - equity)} USD more or reduce the amount.`,
) {}
export class SettledCashTooLowError extends defineRevert(
  'SettledCashTooLow',
  ({ settledCash, floor }) =>
    `Settled cash would be ${wad(settledCash)} USD, at least ${wad(floor)} USD must stay. Deposit USD or sell collateral first.`,
) {}
export class NewRiskRefusedError extends defineRevert(
  'NewRiskRefused',
  ({ account, underlying, status, reduceOnly, openInterest, cap }) =>
    `Account ${account} may not raise its risk: underlying ${underlying} takes no new risk (price status ${status}, reduce-only ${reduceOnly}, open interest ${openInterest} of ${cap} lots). Reduce positions, or wait until the price is live and open interest is below its cap.`,
) {}
export class AccountReduceOnlyError extends defineRevert(
  'AccountReduceOnly',
  ({ equity, initial }) =>
    `The account took over a liquidation and may only reduce: equity ${wad(equity)} USD, initial margin ${wad(initial)} USD. Deposit ${wad(initial - equity)} USD or reduce.`,
) {}
export class IsolatedAccountError extends defineRevert(
  'IsolatedAccount',
  ({ underlyings }) =>
    `An isolated account holds derivatives of one underlying, this would make ${underlyings}. Use another sub-account or switch to cross margin.`,
) {}
export class TooManyPositionsError extends defineRevert(
  'TooManyPositions',
  ({ limit }) => `The account has ${limit} positions already. Close one or use another sub-account.`,
) {}
export class AccountFullError extends defineRevert(
  'AccountFull',
  ({ taken, room }) =>
    `Positions and underlyings would take ${taken} of the account's room of ${room}: 1 a position, 2 an underlying, and 6 more for one with futures or options. Close some or use another sub-account.`,
) {}
export class NegativeCollateralError extends defineRevert(
  'NegativeCollateral',
  ({ lots }) => `Collateral would end at ${lots} base units. Reduce the amount to what the account holds.`,
) {}
export class LotsOutOfRangeError extends defineRevert(
  'LotsOutOfRange',
  ({ lots, limit }) => `The position would be ${lots} lots, less than ${limit} are allowed. Use a smaller amount.`,
) {}
export class SameAccountError extends defineRevert(
  'SameAccount',
  ({ account }) => `Account ${account} cannot deal with itself. Name two different accounts.`,
) {}
export class DifferentOwnersError extends defineRevert(
  'DifferentOwners',
  ({ from, to }) => `${from} and ${to} have different owners. Transfer between accounts of one owner, or trade.`,
) {}
export class NotAuthorizedError extends defineRevert(
  'NotAuthorized',
  ({ account, caller }) =>
    `${caller} is neither owner nor operator of ${account}. Send from the owner, or let the owner name an operator.`,
) {}
export class NotModuleError extends defineRevert(
  'NotModule',
  ({ caller }) => `${caller} is no module of the clearinghouse. Call vault, exchange or auction instead.`,
) {}
export class NotSortedError extends defineRevert(
  'NotSorted',
  ({ previous, next }) => `${next} follows ${previous}. Pass accounts in ascending order, each once.`,
) {}
export class LockedError extends defineRevert(
  'Locked',
  ({ phase }) => `The protocol is in the middle of a call (phase ${phase}). Call it after that call has ended.`,
) {}
export class NotReadyError extends defineRevert(
  'NotReady',
  ({ readyAt, now_ }) => `It is ${now_}, the change is ready at ${readyAt} (unix seconds). Try again then.`,
) {}
export class NothingScheduledError extends defineRevert(
  'NothingScheduled',
  ({ target }) => `No change to ${target} was announced. Schedule it first.`,
) {}
export class MissingMarketError extends defineRevert(
  'MissingMarket',
  ({ underlying }) => `Underlying ${underlying} has no market row. Use a listed underlying.`,
) {}
export class UnsupportedInstrumentError extends defineRevert(
  'UnsupportedInstrument',
  ({ instrument }) => `Instrument ${instrument} cannot be measured. Use spot collateral and perpetuals.`,
) {}
export class QuantityOutOfRangeError extends defineRevert(
  'QuantityOutOfRange',
  ({ lots, limit }) => `${lots} lots times their unit reach ${limit}. Use a smaller position.`,
) {}
export class NotHeldError extends defineRevert(
  'NotHeld',
  ({ held, lots }) =>
    `The account holds ${held} lots, a transfer of ${lots} is not part of them. Transfer what is held, or open positions by a trade.`,
) {}
