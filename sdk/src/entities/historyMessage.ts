import { type Hex, hashTypedData, type TypedDataDomain } from 'viem'
import type { Deployment } from './deployment.ts'
import { unsigned } from './range.ts'

/** What past prices say of the tail of an underlying, as a quorum signs it. */
export type HistoryMessage = {
  readonly underlying: number
  /** Unix seconds at which it was made: newer than the last one, at most five minutes old when posted. */
  readonly timestamp: number
  /** Of the price nodes: PSR_M + epsilon, WAD. The chain takes none that is more than 5 % from its own. */
  readonly scanRange: bigint
  /** Caps of the 17 nodes, 13 bits each in units of 1/8191, the lowest price lowest. */
  readonly weights: bigint
  /** That the correlations of the group support, millionths. */
  readonly offset: number
  /** SHA-256 of the canonical inputs, and of the algorithm with its version and parameters. */
  readonly inputs: Hex
  readonly code: Hex
}

/** Types of the EIP-712 message. */
export const historyTypes = {
  History: [
    { name: 'underlying', type: 'uint8' },
    { name: 'timestamp', type: 'uint256' },
    { name: 'scanRange', type: 'uint256' },
    { name: 'weights', type: 'uint256' },
    { name: 'offset', type: 'uint256' },
    { name: 'inputs', type: 'bytes32' },
    { name: 'code', type: 'bytes32' },
  ],
} as const

/** The message as the feed takes it. @throws OutOfRangeError */
export function encodeHistoryMessage(message: HistoryMessage) {
  const { underlying, timestamp, scanRange, weights, offset, inputs, code } = message
  return {
    underlying: Number(unsigned('underlying', underlying, 8)),
    timestamp: unsigned('timestamp', timestamp, 40),
    scanRange: unsigned('scanRange', scanRange, 256),
    weights: unsigned('weights', weights, 256),
    offset: unsigned('offset', offset, 256),
    inputs,
    code,
  }
}

export function historyDomain({ chainId, historyFeed }: Pick<Deployment, 'chainId' | 'historyFeed'>) {
  return {
    name: 'Plimsoll History Feed',
    version: '1',
    chainId,
    verifyingContract: historyFeed,
  } as const satisfies TypedDataDomain
}

/** What each signer of the quorum signs. */
export function historyTypedData(deployment: Pick<Deployment, 'chainId' | 'historyFeed'>, message: HistoryMessage) {
  const domain = historyDomain(deployment)
  return { domain, types: historyTypes, primaryType: 'History', message: encodeHistoryMessage(message) } as const
}

/** EIP-712 digest of the message, as the feed's `hashHistory` computes it. */
export function hashHistory(deployment: Pick<Deployment, 'chainId' | 'historyFeed'>, message: HistoryMessage): Hex {
  return hashTypedData(historyTypedData(deployment, message))
}
