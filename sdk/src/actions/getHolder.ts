import { type Address, type Client, isAddressEqual } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import { exchangeAbi } from '../abis/exchange.ts'
import { type AccountId, ownerOf } from '../entities/accountId.ts'
import { decodeSessionKey } from '../entities/sessionKey.ts'
import type { Signer } from '../entities/signer.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetHolderParameters = ReadParameters<'clearinghouse' | 'exchange'> & {
  accountId: AccountId
  address: Address
}
export type GetHolderReturnType = Signer
export type GetHolderErrorType = ReadErrorType

/**
 * By what right an address acts for an account: as its owner, an operator, or a session key that holds at that block.
 * @example
 * import { encodeAccountId, getHolder } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const address = '0x00000000219ab540356cBB839Cbe05303d7705Fa'
 * const { kind } = await getHolder(client, { deployment, accountId, address })
 */
export async function getHolder(
  client: Client,
  { deployment, accountId, address, blockNumber: at }: GetHolderParameters,
): Promise<GetHolderReturnType> {
  if (isAddressEqual(address, ownerOf(accountId))) return { kind: 'owner', address }
  const where = { args: [accountId, address], blockNumber: await blockOf(client, at) } as const
  const exchange = { ...where, address: deployment.exchange, abi: exchangeAbi }
  const clearinghouse = { ...where, address: deployment.clearinghouse, abi: clearinghouseAbi }
  const [isAuthorized, mayCancel, [terms, spent]] = await Promise.all([
    read(client, { ...clearinghouse, functionName: 'isAuthorized' }),
    read(client, { ...exchange, functionName: 'mayCancel' }),
    read(client, { ...exchange, functionName: 'sessionKey' }),
  ])
  if (isAuthorized) return { kind: 'operator', address }
  return mayCancel ? { kind: 'sessionKey', address, terms: decodeSessionKey(terms), spent } : { kind: 'nobody' }
}
