import { type Client, encodeFunctionData, type Hex } from 'viem'
import { auctionAbi } from '../abis/auction.ts'
import type { AccountId } from '../entities/accountId.ts'
import { WAD } from '../exact/fixedPoint.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type LiquidateParameters = WriteParameters & {
  accountId: AccountId
  /** Receives the slice; the sender's to use. */
  keeper: AccountId
  /** WAD share of the whole vector, clamped to the largest allowed. @default all that is allowed */
  fraction?: bigint | undefined
  /** Least USD that the keeper must gain at mark. @default 0n */
  minReward?: bigint | undefined
  /** Not empty: passed to `onLiquidation` of the sending contract. @default '0x' */
  data?: Hex | undefined
}
export type LiquidateReturnType = WriteReturnType
export type LiquidateErrorType = WriteErrorType

/**
 * Takes a slice of an unhealthy account over into an account of the sender.
 * @throws HealthyError, RewardTooSmallError, KeeperUndermarginedError
 * @example
 * import { encodeAccountId, liquidate } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const keeper = encodeAccountId({ owner: account.address, subId: 7n })
 * const hash = await liquidate(client, { deployment, accountId, keeper, minReward: 10n ** 18n })
 */
export async function liquidate(
  client: Client,
  {
    deployment,
    account,
    accountId,
    keeper,
    fraction = WAD,
    minReward = 0n,
    data: callback = '0x',
  }: LiquidateParameters,
): Promise<LiquidateReturnType> {
  const data = encodeFunctionData({
    abi: auctionAbi,
    functionName: 'liquidate',
    args: [{ account: accountId, keeper, fraction, minReward, data: callback }],
  })
  return send(client, { to: deployment.auction, data, account })
}
