import { defineRevert } from './define.ts'
import { wad } from './format.ts'

export class HealthyError extends defineRevert(
  'Healthy',
  ({ equity, maintenance, goodEnd }) =>
    `The account is healthy: equity ${wad(equity)} USD, at the good end of the price ${wad(equity + goodEnd)}, maintenance ${wad(maintenance)}. Nothing to liquidate.`,
) {}
export class StillUnhealthyError extends defineRevert(
  'StillUnhealthy',
  ({ equity, maintenance }) =>
    `Equity ${wad(equity)} USD is below maintenance ${wad(maintenance)} USD. Deposit or reduce before unflagging.`,
) {}
export class NotFlaggedError extends defineRevert(
  'NotFlagged',
  ({ account }) => `Account ${account} is not flagged. Nothing to do.`,
) {}
export class NotYourKeeperError extends defineRevert(
  'NotYourKeeper',
  ({ keeper, caller }) =>
    `${caller} may not use ${keeper} as the receiving account. Name an own account that is not the liquidated one.`,
) {}
export class FractionTooSmallError extends defineRevert(
  'FractionTooSmall',
  ({ fraction, minimum }) =>
    `The bid is for ${wad(fraction)} of the account, at least ${wad(minimum)} is needed. Bid for more.`,
) {}
export class SliceTooSmallError extends defineRevert(
  'SliceTooSmall',
  ({ removed, least }) =>
    `The slice removes ${wad(removed)} USD of maintenance, half of ${wad(least)} is needed. Bid for a larger fraction.`,
) {}
export class SliceWorthlessError extends defineRevert(
  'SliceWorthless',
  ({ value }) => `The slice is worth ${wad(value)} USD while the account is solvent. Bid for another fraction.`,
) {}
export class RewardTooSmallError extends defineRevert(
  'RewardTooSmall',
  ({ reward, minReward }) =>
    `The reward is ${wad(reward)} USD, the bid wants ${wad(minReward)} USD. Wait for a larger discount or lower minReward.`,
) {}
export class KeeperUndermarginedError extends defineRevert(
  'KeeperUndermargined',
  ({ equity, required }) =>
    `The receiving account would have ${wad(equity)} of ${wad(required)} USD. Deposit there first, or bid for a smaller fraction.`,
) {}
export class NotConvertibleError extends defineRevert(
  'NotConvertible',
  ({ settledCash, debtLimit, equity, maintenance }) =>
    `Settled cash ${wad(settledCash)} USD, debt limit ${wad(debtLimit)}, equity ${wad(equity)}, maintenance ${wad(maintenance)}. Convert only healthy accounts whose cash debt exceeds the limit.`,
) {}
export class NotAbsorbableError extends defineRevert(
  'NotAbsorbable',
  ({ positions, cash }) =>
    `The account has ${positions} positions and ${wad(cash)} USD of cash. Absorb only debts of accounts without positions.`,
) {}
export class SystemAccountError extends defineRevert(
  'SystemAccount',
  ({ account }) => `${account} belongs to the protocol. Name an account of a trader.`,
) {}
