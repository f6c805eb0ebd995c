import { type Address, type Client, encodeFunctionData } from 'viem'
import { vaultAbi } from '../abis/vault.ts'
import type { AccountId } from '../entities/accountId.ts'
import { WAD } from '../exact/fixedPoint.ts'
import { addressOf, send, senderOf, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type WithdrawParameters = WriteParameters & {
  accountId: AccountId
  /** 0 is USD, else the underlying whose collateral it is. */
  asset: number
  /** Token units. */
  amount: bigint
  /** @default the sender */
  receiver?: Address | undefined
  /**
   * Least withdrawal ratio (WAD) to accept for USD. Below par a common loss is open: `getWithdrawalRatio` says how much is paid.
   * @default 1e18, par
   */
  minRatio?: bigint | undefined
}
export type WithdrawReturnType = WriteReturnType
export type WithdrawErrorType = WriteErrorType

/**
 * Debits an account and sends tokens, at once within the outflow limit, else as a claim. USD is paid at the withdrawal ratio.
 * @throws InsufficientMarginError, SettledCashTooLowError, NotYourAccountError, RatioTooLowError
 * @example
 * import { encodeAccountId, withdraw } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const hash = await withdraw(client, { deployment, accountId, asset: 0, amount: 1_000_000n })
 */
export async function withdraw(
  client: Client,
  { deployment, account, accountId, asset, amount, receiver, minRatio = WAD }: WithdrawParameters,
): Promise<WithdrawReturnType> {
  const to = receiver ?? addressOf(senderOf(client, account))
  const args = [accountId, asset, amount, to, minRatio] as const
  const data = encodeFunctionData({ abi: vaultAbi, functionName: 'withdraw', args })
  return send(client, { to: deployment.vault, data, account })
}
