import type { Address, Client } from 'viem'
import type { GetBlockErrorType } from 'viem/actions'
import { getBlock } from 'viem/actions'
import { exchangeAbi } from '../abis/exchange.ts'
import type { AccountId } from '../entities/accountId.ts'
import { decodeSessionKey, type SessionKey } from '../entities/sessionKey.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetSessionKeyParameters = ReadParameters<'exchange'> & {
  accountId: AccountId
  key: Address
}
export type GetSessionKeyReturnType = {
  readonly terms: SessionKey
  /** Neither expired nor revoked. */
  readonly isLive: boolean
  /** USD of its budget in use, 18 decimals: what it lost, less what has come back since. Up. */
  readonly spent: bigint
  /** USD that its next trade may lose. */
  readonly left: bigint
  readonly blockNumber: bigint
}
export type GetSessionKeyErrorType = ReadErrorType | GetBlockErrorType

/**
 * What a session key may do, and what of its budget is left.
 * @example
 * import { encodeAccountId, getSessionKey } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const key = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 * const accountId = encodeAccountId({ owner: '0x00000000219ab540356cBB839Cbe05303d7705Fa' })
 * const { isLive, left } = await getSessionKey(client, { deployment, accountId, key })
 */
export async function getSessionKey(
  client: Client,
  { deployment, accountId, key, blockNumber: at }: GetSessionKeyParameters,
): Promise<GetSessionKeyReturnType> {
  const blockNumber = await blockOf(client, at)
  const exchange = { address: deployment.exchange, abi: exchangeAbi, blockNumber } as const
  const [{ timestamp }, [encoded, spent]] = await Promise.all([
    getBlock(client, { blockNumber }),
    read(client, { ...exchange, functionName: 'sessionKey', args: [accountId, key] }),
  ])
  const terms = decodeSessionKey(encoded)
  const isLive = timestamp <= BigInt(terms.expiry)
  return { terms, isLive, spent, left: isLive ? terms.dailyLoss - spent : 0n, blockNumber }
}
