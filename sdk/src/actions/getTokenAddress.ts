import { type Address, type Client, zeroAddress } from 'viem'
import { vaultAbi } from '../abis/vault.ts'
import { UnknownAssetError } from '../errors/vault.ts'
import { blockOf, type ReadErrorType, type ReadParameters, read } from './read.ts'

export type GetTokenAddressParameters = ReadParameters & {
  /** 0 is USD, else the underlying whose collateral it is. */
  asset: number
}
export type GetTokenAddressReturnType = Address
export type GetTokenAddressErrorType = ReadErrorType | UnknownAssetError

/**
 * Token of an asset of the vault.
 * @throws UnknownAssetError when it is not listed
 * @example
 * import { getTokenAddress } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const usd = await getTokenAddress(client, { deployment, asset: 0 })
 */
export async function getTokenAddress(
  client: Client,
  { deployment, asset, blockNumber }: GetTokenAddressParameters,
): Promise<GetTokenAddressReturnType> {
  const token = await read(client, {
    address: deployment.vault,
    abi: vaultAbi,
    functionName: 'tokenOf',
    args: [asset],
    blockNumber: await blockOf(client, blockNumber),
  })
  if (token === zeroAddress) throw new UnknownAssetError({ asset })
  return token
}
