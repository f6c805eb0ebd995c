import { defineRevert } from './define.ts'
import { time, wad } from './format.ts'

export class BadSignatureError extends defineRevert(
  'BadSignature',
  ({ account, orderHash }) =>
    `The signature of ${orderHash} is not from the owner, an operator or a session key of ${account}. Sign again, for this chain and contract.`,
) {}
export class OrderCancelledError extends defineRevert(
  'OrderCancelled',
  ({ orderHash }) => `Order ${orderHash} was cancelled, by its nonce or its group. Sign a new one with others.`,
) {}
export class WrongEpochError extends defineRevert(
  'WrongEpoch',
  ({ epoch, current }) => `The order says epoch ${epoch}, its account is in epoch ${current}. Sign it for that.`,
) {}
export class SelfTradeError extends defineRevert(
  'SelfTrade',
  ({ account }) => `Maker and taker are one account, ${account}. Match orders of two accounts.`,
) {}
export class OutOfScopeError extends defineRevert(
  'OutOfScope',
  ({ key, instrument }) =>
    `Session key ${key} may not trade instrument ${instrument}. Let the owner widen its scope, or sign as the owner.`,
) {}
export class MarkNotLiveError extends defineRevert(
  'MarkNotLive',
  ({ key, underlying }) =>
    `Session key ${key} trades against mark only, and the mark of underlying ${underlying} is not live. Wait, or sign as the owner.`,
) {}
export class LossAboveBudgetError extends defineRevert(
  'LossAboveBudget',
  ({ key, loss, left }) =>
    `The trade loses ${wad(loss)} USD against mark, session key ${key} may lose ${wad(left)} USD now. Trade nearer to mark, wait, or let the owner raise its budget.`,
) {}
export class OrderExpiredError extends defineRevert(
  'OrderExpired',
  ({ expiry, now_ }) => `The order expired at ${time(expiry)}, it is ${time(now_)}. Sign a new one.`,
) {}
export class WrongExecutorError extends defineRevert(
  'WrongExecutor',
  ({ executor, caller }) => `Only ${executor} may settle this order, not ${caller}. Let the executor send it.`,
) {}
export class WrongTakerError extends defineRevert(
  'WrongTaker',
  ({ taker, counterparty }) => `The order names ${taker} as counterparty, not ${counterparty}. Match it with ${taker}.`,
) {}
export class OverFilledError extends defineRevert(
  'OverFilled',
  ({ wanted, left }) => `The fill is ${wanted} units, ${left} are left on the order. Fill at most ${left}.`,
) {}
export class FillTooSmallError extends defineRevert(
  'FillTooSmall',
  ({ units, minFill }) => `The fill is ${units} units, the order wants at least ${minFill}. Fill more at once.`,
) {}
export class GroupCapExceededError extends defineRevert(
  'GroupCapExceeded',
  ({ wanted, left }) => `The fill is ${wanted} units, the order's group has ${left} left. Fill at most ${left}.`,
) {}
export class SpotOutsideBandError extends defineRevert(
  'SpotOutsideBand',
  ({ spot, minSpot, maxSpot }) =>
    `Spot is ${wad(spot)} USD, the order is good from ${wad(minSpot)} to ${wad(maxSpot)} USD. Wait, or sign a new one.`,
) {}
export class SpotNotLiveError extends defineRevert(
  'SpotNotLive',
  ({ orderHash, underlying }) =>
    `Order ${orderHash} has a spot band, and the price of underlying ${underlying} is not live. Wait, or sign one without a band.`,
) {}
export class PricesDoNotCrossError extends defineRevert(
  'PricesDoNotCross',
  ({ makerLimit, takerLimit }) =>
    `The maker pays at most ${wad(makerLimit)} and the taker ${wad(takerLimit)} USD per unit. Match orders whose limits sum to 0 or more.`,
) {}
export class LegsDoNotMatchError extends defineRevert(
  'LegsDoNotMatch',
  ({ index }) =>
    `Leg ${index} of the taker is not the opposite of the maker's. Give the same legs with opposite ratios.`,
) {}
export class NotReducingError extends defineRevert(
  'NotReducing',
  ({ held, change }) =>
    `The order is reduce-only, the position is ${held} lots and would change by ${change}. Fill less or drop the order.`,
) {}
export class FeeAboveMaximumError extends defineRevert(
  'FeeAboveMaximum',
  ({ fee, maximum }) => `The fee is ${wad(fee)} USD, the order allows ${wad(maximum)} USD. Sign a higher maxFee.`,
) {}
export class InstrumentNotListedError extends defineRevert(
  'InstrumentNotListed',
  ({ instrument }) => `Instrument ${instrument} is not listed. Use listed collateral or a listed perpetual.`,
) {}
export class NoLegsError extends defineRevert('NoLegs', () => 'The order has no legs. Give it at least one.') {}
export class TipToSystemAccountError extends defineRevert(
  'TipToSystemAccount',
  ({ receiver }) => `The tip would go to ${receiver}, an account of the protocol. Name somebody's account.`,
) {}
