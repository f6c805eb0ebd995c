import { defineRevert } from './define.ts'
import { time, wad } from './format.ts'

export class UnknownAssetError extends defineRevert(
  'UnknownAsset',
  ({ asset }) => `Asset ${asset} is not listed. Use 0 for USD or the number of an underlying with collateral.`,
) {}
export class AssetTakenError extends defineRevert(
  'AssetTaken',
  ({ asset, token }) => `Asset ${asset} is ${token} already. Choose another number.`,
) {}
export class ZeroAmountError extends defineRevert('ZeroAmount', () => 'The amount is 0. Pass more than 0.') {}
export class NotYourAccountError extends defineRevert(
  'NotYourAccount',
  ({ account, caller }) =>
    `${caller} may not move this asset for ${account}. Send from its owner or operator; others may only add USD to accounts that exist.`,
) {}
export class DepositCapExceededError extends defineRevert(
  'DepositCapExceeded',
  ({ asset, total, cap }) =>
    `Deposits of asset ${asset} would be ${total} token units, the cap is ${cap}. Deposit at most ${cap} in all; new caps grow over a week.`,
) {}
export class OutflowTooTightError extends defineRevert(
  'OutflowTooTight',
  ({ capacity, refill, held }) =>
    `A bucket of ${capacity} that refills by ${refill} per second is too small for the ${held} token units held. Raise the refill: a day must fill the bucket, ten days must empty the vault.`,
) {}
export class DecimalsMismatchError extends defineRevert(
  'DecimalsMismatch',
  ({ asset, decimals, tokenUnit }) =>
    `The token of asset ${asset} has ${decimals} decimals, its market was listed with ${tokenUnit} per base unit. List the token that the market describes.`,
) {}
export class DepositCapTooLargeError extends defineRevert(
  'DepositCapTooLarge',
  ({ asset, cap, maximum }) => `A cap of ${cap} for asset ${asset} exceeds ${maximum} token units. Use a smaller cap.`,
) {}
export class ClaimNotReadyError extends defineRevert(
  'ClaimNotReady',
  ({ claimId, latest }) =>
    `Claim ${claimId} waits for the outflow limit, at the latest until ${time(latest)}. Claim then.`,
) {}
export class UnknownClaimError extends defineRevert(
  'UnknownClaim',
  ({ claimId }) => `Claim ${claimId} does not exist or was paid. Look for its Claimed event.`,
) {}
export class NotReleasableError extends defineRevert(
  'NotReleasable',
  ({ account }) => `Nothing can be released from ${account}. Schedule a release from a compartment or the fee account.`,
) {}
export class LossOpenError extends defineRevert(
  'LossOpen',
  ({ ratio }) =>
    `Withdrawals pay ${wad(ratio)} of a dollar: insurance, and claims that a stranger pays out, wait until no loss is open. A claim's receiver may claim now at that ratio.`,
) {}
export class RatioTooLowError extends defineRevert(
  'RatioTooLow',
  ({ ratio, minRatio }) =>
    `A withdrawal pays ${wad(ratio)} of a dollar now, less than the ${wad(minRatio)} asked for. Wait until the loss is covered, or pass a lower minRatio to accept it.`,
) {}
