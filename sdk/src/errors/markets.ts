import type { Hex } from 'viem'
import { hexToString } from 'viem'
import { defineRevert, RevertError } from './define.ts'
import { time, wad } from './format.ts'

const text = (parameter: Hex) => hexToString(parameter, { size: 32 })

export class UnknownUnderlyingError extends defineRevert(
  'UnknownUnderlying',
  ({ underlying }) => `Underlying ${underlying} is not listed. Use 1 to the markets' count.`,
) {}
export class OutOfBoundsError extends defineRevert(
  'OutOfBounds',
  ({ parameter, value, minimum, maximum }) => `${text(parameter)} is ${value}. Use ${minimum} to ${maximum}.`,
) {}
export class StepTooLargeError extends defineRevert(
  'StepTooLarge',
  ({ parameter, value, old }) =>
    `${text(parameter)} would go from ${old} to ${value}. Move by at most a tenth a day, what acts on maintenance margin at once by at most a fiftieth.`,
) {}
export class StepTooSoonError extends defineRevert(
  'StepTooSoon',
  ({ underlying, readyAt }) => `Underlying ${underlying} may change again at ${time(readyAt)}. Try then.`,
) {}
export class SourceNotUsableError extends defineRevert(
  'SourceNotUsable',
  ({ source, spot, lastSpot }) =>
    `Source ${source} says ${wad(spot)} USD, the last stored price is ${wad(lastSpot)} USD. Use a live source near it.`,
) {}
export class TooLittleGasError extends defineRevert(
  'TooLittleGas',
  ({ available, needed }) =>
    `${available} gas is left to read a price, ${needed} is needed. Send more gas: estimate the limit with eth_estimateGas, do not take it from the gas that another transaction used.`,
) {}

/** A guardian may only tighten. The vault's error of this name has no parameter. */
export class NotTighterError extends RevertError {
  override readonly name = 'NotTighterError'
  readonly code = 'NOT_TIGHTER'
  readonly errorName = 'NotTighter'
  readonly parameter: Hex | undefined
  readonly value: bigint
  readonly old: bigint
  constructor(
    { parameter, value, old }: { parameter?: Hex | undefined; value: bigint; old: bigint },
    { cause }: { cause?: unknown } = {},
  ) {
    super(
      `${parameter ? text(parameter) : 'The limit'} is ${old}, ${value} is not tighter. Ask governance to loosen.`,
      {
        docsPath: '/sdk/errors.md#nottighter',
        cause,
      },
    )
    this.parameter = parameter
    this.value = value
    this.old = old
  }
}

export class TooFewSignaturesError extends defineRevert(
  'TooFewSignatures',
  ({ count, quorum }) => `${count} signatures, the quorum is ${quorum}. Collect more.`,
) {}
export class NotSignerError extends defineRevert(
  'NotSigner',
  ({ recovered }) => `${recovered} is no signer of the feed. Use signatures of the current signers over this message.`,
) {}
export class NotAscendingError extends defineRevert(
  'NotAscending',
  ({ signer, previous }) => `${signer} follows ${previous}. Sort signatures by ascending signer, each once.`,
) {}
export class PremiumInFutureError extends defineRevert(
  'PremiumInFuture',
  ({ timestamp, blockTimestamp }) =>
    `The premium is of ${time(timestamp)}, it is ${time(blockTimestamp)}. Submit it later.`,
) {}
export class PremiumTooOldError extends defineRevert(
  'PremiumTooOld',
  ({ timestamp, oldest }) => `The premium is of ${time(timestamp)}, older than ${time(oldest)}. Sign a new one.`,
) {}
export class PremiumNotNewerError extends defineRevert(
  'PremiumNotNewer',
  ({ timestamp, last }) =>
    `The premium is of ${time(timestamp)}, the last one of ${time(last)}. Submit newer ones only.`,
) {}
export class TooManySignersError extends defineRevert(
  'TooManySigners',
  ({ count, maximum }) => `${count} signers, at most ${maximum} fit. Name fewer.`,
) {}
export class InvalidQuorumError extends defineRevert(
  'InvalidQuorum',
  ({ quorum, count }) => `A quorum of ${quorum} out of ${count} signers. Use more than half and at most all.`,
) {}
