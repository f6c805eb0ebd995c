import { type Address, type Client, encodeFunctionData, type Hex, parseSignature, type TypedDataDomain } from 'viem'
import type { SignTypedDataErrorType } from 'viem/actions'
import { signTypedData } from 'viem/actions'
import { vaultAbi } from '../abis/vault.ts'
import type { AccountId } from '../entities/accountId.ts'
import { getTokenAddress } from './getTokenAddress.ts'
import { read } from './read.ts'
import { addressOf, send, senderOf, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type DepositWithPermitParameters = WriteParameters & {
  accountId: AccountId
  /** 0 is USD, else the underlying whose collateral it is. */
  asset: number
  /** Token units. */
  amount: bigint
  /** Unix seconds until which the permit can be used. */
  deadline: bigint
  /** EIP-712 domain of the token. @default what the token says by EIP-5267 */
  domain?: TypedDataDomain | undefined
}
export type DepositWithPermitReturnType = WriteReturnType
export type DepositWithPermitErrorType = WriteErrorType | SignTypedDataErrorType

/** EIP-2612 and EIP-5267: what a token with permits offers. */
const permitAbi = [
  {
    type: 'function',
    name: 'nonces',
    stateMutability: 'view',
    inputs: [{ name: 'owner', type: 'address' }],
    outputs: [{ name: '', type: 'uint256' }],
  },
  {
    type: 'function',
    name: 'eip712Domain',
    stateMutability: 'view',
    inputs: [],
    outputs: [
      { name: 'fields', type: 'bytes1' },
      { name: 'name', type: 'string' },
      { name: 'version', type: 'string' },
      { name: 'chainId', type: 'uint256' },
      { name: 'verifyingContract', type: 'address' },
      { name: 'salt', type: 'bytes32' },
      { name: 'extensions', type: 'uint256[]' },
    ],
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
 * Signs an EIP-2612 permit for the vault and deposits with it: no approval before, one transaction.
 * @throws DepositCapExceededError, NotYourAccountError
 * @example
 * import { depositWithPermit, encodeAccountId } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const deadline = 1_900_000_000n
 * const hash = await depositWithPermit(client, { deployment, accountId, asset: 0, amount: 1_000_000n, deadline })
 */
export async function depositWithPermit(
  client: Client,
  { deployment, account, accountId, asset, amount, deadline, domain }: DepositWithPermitParameters,
): Promise<DepositWithPermitReturnType> {
  const sender = senderOf(client, account)
  const owner = addressOf(sender)
  const token = await getTokenAddress(client, { deployment, asset })
  const nonce = await read(client, { address: token, abi: permitAbi, functionName: 'nonces', args: [owner] })
  const signature = await signTypedData(client, {
    account: sender,
    domain: domain ?? (await domainOf(client, token)),
    types: permitTypes,
    primaryType: 'Permit',
    message: { owner, spender: deployment.vault, value: amount, nonce, deadline },
  })
  const { r, s, v } = split(signature)
  const data = encodeFunctionData({
    abi: vaultAbi,
    functionName: 'depositWithPermit',
    args: [accountId, asset, amount, deadline, v, r, s],
  })
  return send(client, { to: deployment.vault, data, account: sender })
}

async function domainOf(client: Client, token: Address): Promise<TypedDataDomain> {
  const [, name, version, chainId, verifyingContract] = await read(client, {
    address: token,
    abi: permitAbi,
    functionName: 'eip712Domain',
  })
  return { name, version, chainId, verifyingContract }
}

function split(signature: Hex): { r: Hex; s: Hex; v: number } {
  const { r, s, yParity } = parseSignature(signature)
  return { r, s, v: 27 + yParity }
}
