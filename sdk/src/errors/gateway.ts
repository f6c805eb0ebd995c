import { defineRevert } from './define.ts'
import { time } from './format.ts'

export class PermissionExpiredError extends defineRevert(
  'PermissionExpired',
  ({ deadline, now_ }) => `The signed action was good until ${time(deadline)}, it is ${time(now_)}. Sign it again.`,
) {}
export class NonceAlreadyUsedError extends defineRevert(
  'NonceAlreadyUsed',
  ({ account, signer, nonce }) => `Nonce ${nonce} of ${signer} for ${account} was used or given up. Sign with another.`,
) {}
export class ApprovalNotSignedError extends defineRevert(
  'ApprovalNotSigned',
  ({ account, operator }) =>
    `A signature cannot name ${operator} operator of ${account}. Send setOperator from the owner; a signature can only dismiss one.`,
) {}
export class ReceiverNotAllowedError extends defineRevert(
  'ReceiverNotAllowed',
  ({ account, receiver, validFrom }) =>
    `A signed withdrawal of ${account} may not go to ${receiver} (${validFrom === 0n ? 'not named' : `named, from ${time(validFrom)} on`}). Name it and wait a day, or withdraw to the owner.`,
) {}

/* PERMIT2 */

export class InvalidAmountError extends defineRevert(
  'InvalidAmount',
  ({ maxAmount }) => `The payer signed for ${maxAmount} token units. Deposit at most that, or sign again.`,
) {}
export class SignatureExpiredError extends defineRevert(
  'SignatureExpired',
  ({ signatureDeadline }) => `The signed deposit was good until ${time(signatureDeadline)}. Sign it again.`,
) {}
export class InvalidNonceError extends defineRevert(
  'InvalidNonce',
  () => 'The payer has used this nonce of Permit2. Sign with another.',
) {}
export class InvalidSignatureLengthError extends defineRevert(
  'InvalidSignatureLength',
  () => 'A key signs with 64 or 65 bytes. Sign with the key of the payer, or name its wallet as the payer.',
) {}
export class InvalidSignatureError extends defineRevert(
  'InvalidSignature',
  () => 'No key made this signature. Sign again.',
) {}
export class InvalidSignerError extends defineRevert(
  'InvalidSigner',
  () => 'The signature is not of the payer, for this account, token, amount and chain. Sign again.',
) {}
export class InvalidContractSignatureError extends defineRevert(
  'InvalidContractSignature',
  () => 'The payer is a contract and refuses the signature. Sign as that contract wants it.',
) {}
