import { type Client, encodeFunctionData, type Hex } from 'viem'
import { auctionAbi } from '../abis/auction.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type ConvertParameters = WriteParameters & {
  accountId: AccountId
  /** Receives the slice; the sender's to use. */
  keeper: AccountId
  /** Least USD that the keeper must gain at mark. @default 0n */
  minReward?: bigint | undefined
  /** Not empty: passed to `onLiquidation` of the sending contract. @default '0x' */
  data?: Hex | undefined
}
export type ConvertReturnType = WriteReturnType
export type ConvertErrorType = WriteErrorType

/**
 * Takes over the slice of a healthy account that brings its cash debt back to about zero.
 * @throws NotConvertibleError, RewardTooSmallError, KeeperUndermarginedError
 * @example
 * import { convert, encodeAccountId } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const keeper = encodeAccountId({ owner: account.address, subId: 7n })
 * const hash = await convert(client, { deployment, accountId, keeper })
 */
export async function convert(
  client: Client,
  { deployment, account, accountId, keeper, minReward = 0n, data: callback = '0x' }: ConvertParameters,
): Promise<ConvertReturnType> {
  const data = encodeFunctionData({
    abi: auctionAbi,
    functionName: 'convert',
    args: [accountId, keeper, minReward, callback],
  })
  return send(client, { to: deployment.auction, data, account })
}
