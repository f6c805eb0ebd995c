import { type Client, encodeFunctionData } from 'viem'
import { vaultAbi } from '../abis/vault.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type DepositParameters = WriteParameters & {
  accountId: AccountId
  /** 0 is USD, else the underlying whose collateral it is. */
  asset: number
  /** Token units. */
  amount: bigint
}
export type DepositReturnType = WriteReturnType
export type DepositErrorType = WriteErrorType

/**
 * Takes tokens from the sender and credits an account. The vault needs an allowance: see `approve` and `depositWithPermit`.
 * @throws ERC20InsufficientAllowanceError, DepositCapExceededError, NotYourAccountError
 * @example
 * import { deposit, encodeAccountId } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const hash = await deposit(client, { deployment, accountId, asset: 0, amount: 1_000_000_000n })
 */
export async function deposit(
  client: Client,
  { deployment, account, accountId, asset, amount }: DepositParameters,
): Promise<DepositReturnType> {
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'deposit', args: [accountId, asset, amount] })
  return send(client, { to: deployment.vault, data, account })
}
