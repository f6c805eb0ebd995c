import { defineRevert } from './define.ts'
import { wad } from './format.ts'

/* SERIES */

export class UnknownExpiryError extends defineRevert(
  'UnknownExpiry',
  ({ underlying, expiry }) =>
    `No surface has quoted expiry ${expiry} of underlying ${underlying}. Choose one of the series contract's expiries.`,
) {}
export class StrikeOutOfRangeError extends defineRevert(
  'StrikeOutOfRange',
  ({ strike, limit }) => `The strike ${wad(strike)} is above ${wad(limit)} USD. Use a lower one.`,
) {}
export class NotSettlementError extends defineRevert(
  'NotSettlement',
  ({ caller }) => `${caller} is not the settlement contract, which alone starts an epoch for an average.`,
) {}
export class SettlementIsSetError extends defineRevert(
  'SettlementIsSet',
  ({ settlement }) => `The settlement contract is ${settlement} for good. Nothing is left to do.`,
) {}
export class MissingSeriesError extends defineRevert(
  'MissingSeries',
  ({ instrument }) => `The snapshot has no row for instrument ${instrument}. Ask for it with the instruments held.`,
) {}
export class SurfaceStaleError extends defineRevert(
  'SurfaceStale',
  ({ account, underlying }) =>
    `The volatility surface of underlying ${underlying} is too old for new risk of account ${account} in dated instruments. Post a newer one.`,
) {}

/* SURFACES */

export class InvalidExpiryError extends defineRevert(
  'InvalidExpiry',
  ({ expiry, previous, latest }) =>
    `Expiry ${expiry} must be at 08:00 UTC, after ${previous} and at most ${latest}. Sort the quotes and drop what has passed.`,
) {}
export class TooManyExpiriesError extends defineRevert(
  'TooManyExpiries',
  ({ count, limit }) => `A message quotes ${count} expiries; it needs 1 to ${limit}.`,
) {}
export class ExpiryMissingError extends defineRevert(
  'ExpiryMissing',
  ({ expiry }) => `The message does not quote expiry ${expiry}, which is listed and still to come. Add it.`,
) {}
export class ForwardOutOfRangeError extends defineRevert(
  'ForwardOutOfRange',
  ({ expiry, forwardRatio, minimum, maximum }) =>
    `Forward / spot of expiry ${expiry} is ${wad(forwardRatio)}; it must lie from ${wad(minimum)} to ${wad(maximum)}.`,
) {}
export class DiscountOutOfRangeError extends defineRevert(
  'DiscountOutOfRange',
  ({ expiry, discount, minimum, maximum }) =>
    `The discount of expiry ${expiry} is ${wad(discount)}; it must lie from ${wad(minimum)} to ${wad(maximum)}.`,
) {}

/* SETTLEMENT */

export class UnknownSeriesError extends defineRevert(
  'UnknownSeries',
  ({ underlying, expiry }) =>
    `Underlying ${underlying} has no series that ends at ${expiry} (0: no delisting is scheduled). Choose a listed one.`,
) {}
export class NothingToAverageError extends defineRevert(
  'NothingToAverage',
  ({ doneUntil, end }) => `The window is averaged up to ${doneUntil} of ${end}. Call again when more of it has passed.`,
) {}
export class DelayTooLongError extends defineRevert(
  'DelayTooLong',
  ({ delaySeconds, limit }) => `A final price can be put off by at most ${limit} s, not ${delaySeconds} s.`,
) {}
export class AlreadyFinalError extends defineRevert(
  'AlreadyFinal',
  ({ underlying, expiry }) =>
    `The price of series ${expiry} of underlying ${underlying} is final. It cannot be put off.`,
) {}
export class NotClearinghouseError extends defineRevert(
  'NotClearinghouse',
  ({ caller }) => `${caller} is not the clearinghouse. Call settle instead.`,
) {}
export class NoticeTooShortError extends defineRevert(
  'NoticeTooShort',
  ({ time, earliest }) => `A delisting at ${time} is too soon; the earliest is ${earliest}.`,
) {}
export class AlreadyScheduledError extends defineRevert(
  'AlreadyScheduled',
  ({ underlying, time }) => `Underlying ${underlying} is delisted at ${time} already.`,
) {}

/* PRICE HISTORY */

export class UnknownRoundError extends defineRevert(
  'UnknownRound',
  ({ id }) => `The price source does not tell round ${id}. Pass one that it has.`,
) {}
export class RoundMissingError extends defineRevert(
  'RoundMissing',
  ({ id, latest }) => `The price source tells round ${latest}, but not ${id} before it. Retry, or replace the source.`,
) {}
export class NotFirstError extends defineRevert(
  'NotFirst',
  ({ id, since, time, earliest }) =>
    `Round ${id}, in force since ${since}, does not begin the window. Pass the last usable round from ${earliest} to ${time}.`,
) {}
export class WrongHintError extends defineRevert(
  'WrongHint',
  ({ id, hint, phase, since }) =>
    `Round ${hint} does not follow ${id}. Pass the first round of phase ${phase} after ${since}; if there is none, its last.`,
) {}
export class PhaseNotOverError extends defineRevert(
  'PhaseNotOver',
  ({ id, overAt }) => `The feed's old phase may still get a round after ${id}. Retry at ${overAt}.`,
) {}
export class TooManyUnusableError extends defineRevert(
  'TooManyUnusable',
  ({ id, count }) => `None of ${count} rounds up to ${id} has a usable answer. Replace the price source.`,
) {}
export class SeriesNotReadyError extends defineRevert(
  'SeriesNotReady',
  ({ underlying }) =>
    `Underlying ${underlying} has no risk terms, or no settlement contract is named yet. Set both before its first surface.`,
) {}
