import type { Account, Address, Client, TypedDataDomain } from 'viem'
import type { GetEip712DomainErrorType, SignTypedDataErrorType } from 'viem/actions'
import { getEip712Domain, signTypedData } from 'viem/actions'
import type { Deployment } from '../entities/deployment.ts'
import type { Permit } from '../entities/tokenDeposit.ts'
import { type GetTokenAddressErrorType, getTokenAddress } from './getTokenAddress.ts'
import { read } from './read.ts'
import { type AccountMissingError, addressOf, senderOf } from './send.ts'

export type SignPermitParameters = {
  deployment: Deployment
  /** 0 is USD, else the underlying whose collateral it is. */
  asset: number
  /** Token units. */
  amount: bigint
  /** Unix seconds until which the permit can be used. */
  deadline: bigint
  /** Who may take the tokens. @default the gateway */
  spender?: Address | undefined
  /** EIP-712 domain of the token. @default what the token says by EIP-5267 */
  domain?: TypedDataDomain | undefined
  /** Owner of the tokens. @default the client's account */
  account?: Account | Address | undefined
}
export type SignPermitReturnType = Permit
export type SignPermitErrorType =
  | AccountMissingError
  | GetTokenAddressErrorType
  | GetEip712DomainErrorType
  | SignTypedDataErrorType

/** EIP-2612. */
const permitAbi = [
  {
    type: 'function',
    name: 'nonces',
    stateMutability: 'view',
    inputs: [{ name: 'owner', type: 'address' }],
    outputs: [{ name: '', type: 'uint256' }],
  },
] as const

const permitTypes = {
  Permit: [
    { name: 'owner', type: 'address' },
    { name: 'spender', type: 'address' },
    { name: 'value', type: 'uint256' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

/**
 * Signs an EIP-2612 permit of an asset's token, for `encodeDepositWithPermit`. Nothing is sent.
 * @throws UnknownAssetError
 * @example
 * import { encodeAccountId, encodeDepositWithPermit, signPermit } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const deposit = { asset: 0, amount: 1_000_000n }
 * const permit = await signPermit(client, { deployment, ...deposit, deadline: 1_900_000_000n })
 * const data = encodeDepositWithPermit({ accountId, ...deposit }, permit)
 */
export async function signPermit(
  client: Client,
  { deployment, asset, amount, deadline, spender = deployment.gateway, domain, account }: SignPermitParameters,
): Promise<SignPermitReturnType> {
  const sender = senderOf(client, account)
  const owner = addressOf(sender)
  const token = await getTokenAddress(client, { deployment, asset })
  const [nonce, tokenDomain] = await Promise.all([
    read(client, { address: token, abi: permitAbi, functionName: 'nonces', args: [owner] }),
    domain ?? domainOf(client, token),
  ])
  const signature = await signTypedData(client, {
    account: sender,
    domain: tokenDomain,
    types: permitTypes,
    primaryType: 'Permit',
    message: { owner, spender, value: amount, nonce, deadline },
  })
  return { deadline, signature }
}

/** What the token says by EIP-5267, without the salt: with it the domain would be of another type. */
async function domainOf(client: Client, token: Address): Promise<TypedDataDomain> {
  const { domain } = await getEip712Domain(client, { address: token })
  const { salt: _, ...rest } = domain
  return rest
}
