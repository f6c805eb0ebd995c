/** Errors of OpenZeppelin's contracts that can surface in a call to the protocol. */
import { defineRevert } from './define.ts'
import { time } from './format.ts'

export class AccessManagedUnauthorizedError extends defineRevert(
  'AccessManagedUnauthorized',
  ({ caller }) => `${caller} lacks the role for this call. Send it from governance or a guardian.`,
) {}
export class AccessManagedRequiredDelayError extends defineRevert(
  'AccessManagedRequiredDelay',
  ({ delay }) => `The call needs ${delay} s of notice. Schedule it in the access manager first.`,
) {}
export class AccessManagedInvalidAuthorityError extends defineRevert(
  'AccessManagedInvalidAuthority',
  ({ authority }) => `${authority} is no access manager. Use the deployed one.`,
) {}
export class AddressEmptyCodeError extends defineRevert(
  'AddressEmptyCode',
  ({ target }) => `${target} has no code. Use the address of the deployed contract.`,
) {}
export class FailedCallError extends defineRevert(
  'FailedCall',
  () => 'A call of the batch failed without a reason. Simulate its calls one by one.',
) {}
export class ECDSAInvalidSignatureError extends defineRevert(
  'ECDSAInvalidSignature',
  () => 'No signer can be recovered from the signature. Sign again.',
) {}
export class ECDSAInvalidSignatureLengthError extends defineRevert(
  'ECDSAInvalidSignatureLength',
  ({ length }) => `The signature has ${length} bytes. Pass 65.`,
) {}
export class ECDSAInvalidSignatureSError extends defineRevert(
  'ECDSAInvalidSignatureS',
  () => 'The signature is in its malleable form. Normalise s to the lower half.',
) {}
export class ERC20InsufficientAllowanceError extends defineRevert(
  'ERC20InsufficientAllowance',
  ({ spender, allowance, needed }) =>
    `${spender} may take ${allowance} token units, ${needed} are needed. Approve more or deposit with a permit.`,
) {}
export class ERC20InsufficientBalanceError extends defineRevert(
  'ERC20InsufficientBalance',
  ({ sender, balance, needed }) => `${sender} has ${balance} token units, ${needed} are needed. Reduce the amount.`,
) {}
export class ERC20InvalidApproverError extends defineRevert(
  'ERC20InvalidApprover',
  ({ approver }) => `${approver} cannot approve. Use a real account.`,
) {}
export class ERC20InvalidReceiverError extends defineRevert(
  'ERC20InvalidReceiver',
  ({ receiver }) => `${receiver} cannot receive tokens. Name another receiver.`,
) {}
export class ERC20InvalidSenderError extends defineRevert(
  'ERC20InvalidSender',
  ({ sender }) => `${sender} cannot send tokens. Use a real account.`,
) {}
export class ERC20InvalidSpenderError extends defineRevert(
  'ERC20InvalidSpender',
  ({ spender }) => `${spender} cannot be approved. Name another spender.`,
) {}
export class ERC2612ExpiredSignatureError extends defineRevert(
  'ERC2612ExpiredSignature',
  ({ deadline }) => `The permit expired at ${time(deadline)}. Sign a new one.`,
) {}
export class ERC2612InvalidSignerError extends defineRevert(
  'ERC2612InvalidSigner',
  ({ signer, owner }) => `The permit was signed by ${signer}, not ${owner}. Sign it with the owner's key.`,
) {}
export class InvalidAccountNonceError extends defineRevert(
  'InvalidAccountNonce',
  ({ currentNonce }) => `The nonce was used; the current one is ${currentNonce}. Sign with that.`,
) {}
export class InvalidShortStringError extends defineRevert(
  'InvalidShortString',
  () => 'A stored short string is malformed. Report the contract.',
) {}
export class StringTooLongError extends defineRevert(
  'StringTooLong',
  ({ str }) => `"${str}" does not fit a short string. Use at most 31 bytes.`,
) {}
export class SafeCastOverflowedIntDowncastError extends defineRevert(
  'SafeCastOverflowedIntDowncast',
  ({ bits, value }) => `${value} does not fit ${bits} bits. Use a smaller amount.`,
) {}
export class SafeCastOverflowedUintDowncastError extends defineRevert(
  'SafeCastOverflowedUintDowncast',
  ({ bits, value }) => `${value} does not fit ${bits} bits. Use a smaller amount.`,
) {}
export class SafeCastOverflowedUintToIntError extends defineRevert(
  'SafeCastOverflowedUintToInt',
  ({ value }) => `${value} does not fit a signed number. Use a smaller amount.`,
) {}
export class SafeERC20FailedOperationError extends defineRevert(
  'SafeERC20FailedOperation',
  ({ token }) => `Token ${token} refused the transfer. Check balance and allowance.`,
) {}
