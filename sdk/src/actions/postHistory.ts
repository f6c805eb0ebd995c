import { type Client, encodeFunctionData, type Hex } from 'viem'
import { historyFeedAbi } from '../abis/historyFeed.ts'
import { encodeHistoryMessage, type HistoryMessage, hashHistory } from '../entities/historyMessage.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'
import { orderedSignatures } from './signatures.ts'

export type PostHistoryParameters = WriteParameters & {
  message: HistoryMessage
  /** Of a quorum of signers, in any order. */
  signatures: readonly Hex[]
}
export type PostHistoryReturnType = WriteReturnType
export type PostHistoryErrorType = WriteErrorType

/**
 * Posts a signed history, in the order of signers that the feed demands. Anyone may. How far the stored caps and the offset follow
 * the message is bounded: `getTails` shows what was taken.
 * @throws NotSignerError, TooFewSignaturesError, PremiumNotNewerError, ScanRangeMovedError, CapTooSmallError and other refusals
 * @example
 * import { type HistoryMessage, postHistory, signHistory } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * async function publish(message: HistoryMessage) {
 *   const signatures = [await signHistory(client, { deployment, message })]
 *   return postHistory(client, { deployment, message, signatures })
 * }
 */
export async function postHistory(
  client: Client,
  { deployment, account, message, signatures }: PostHistoryParameters,
): Promise<PostHistoryReturnType> {
  const ordered = await orderedSignatures(hashHistory(deployment, message), signatures)
  const { underlying, timestamp, scanRange, weights, offset, inputs, code } = encodeHistoryMessage(message)
  const data = encodeFunctionData({
    abi: historyFeedAbi,
    functionName: 'post',
    args: [underlying, timestamp, scanRange, weights, offset, inputs, code, ordered],
  })
  return send(client, { to: deployment.historyFeed, data, account })
}
