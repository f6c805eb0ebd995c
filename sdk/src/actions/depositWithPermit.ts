import { type Client, encodeFunctionData, type TypedDataDomain } from 'viem'
import { vaultAbi } from '../abis/vault.ts'
import type { AccountId } from '../entities/accountId.ts'
import { splitSignature } from '../entities/tokenDeposit.ts'
import { send, senderOf, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'
import { type SignPermitErrorType, signPermit } from './signPermit.ts'

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
export type DepositWithPermitErrorType = WriteErrorType | SignPermitErrorType

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
  const spender = deployment.vault
  const permit = await signPermit(client, { deployment, asset, amount, deadline, spender, domain, account: sender })
  const { r, s, v } = splitSignature(permit.signature)
  const data = encodeFunctionData({
    abi: vaultAbi,
    functionName: 'depositWithPermit',
    args: [accountId, asset, amount, deadline, v, r, s],
  })
  return send(client, { to: deployment.vault, data, account: sender })
}
