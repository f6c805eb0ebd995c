import type { Address, Client } from 'viem'
import { gatewayAbi } from '../abis/gateway.ts'
import { type AccountId, ownerOf } from '../entities/accountId.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type IsNonceUsedParameters = ReadParameters<'gateway'> & {
  accountId: AccountId
  /** Each signer has nonces of its own. @default the account's owner */
  signer?: Address | undefined
  nonce: bigint
}
export type IsNonceUsedReturnType = boolean
export type IsNonceUsedErrorType = ReadErrorType

/**
 * Whether a signed action with this nonce was submitted, or the nonce given up: `voidNonces`.
 * @example
 * import { encodeAccountId, isNonceUsed } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const isDone = await isNonceUsed(client, { deployment, accountId, nonce: 1n })
 */
export async function isNonceUsed(
  client: Client,
  { deployment, accountId, signer = ownerOf(accountId), nonce, blockNumber }: IsNonceUsedParameters,
): Promise<IsNonceUsedReturnType> {
  return read(client, {
    address: deployment.gateway,
    abi: gatewayAbi,
    functionName: 'isNonceUsed',
    args: [accountId, signer, nonce],
    blockNumber: await blockOf(client, blockNumber),
  })
}
