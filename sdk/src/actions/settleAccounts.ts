import { type Client, encodeFunctionData } from 'viem'
import { settlementAbi } from '../abis/settlement.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SettleAccountsParameters = WriteParameters & {
  accountIds: readonly AccountId[]
}
export type SettleAccountsReturnType = WriteReturnType
export type SettleAccountsErrorType = WriteErrorType

/**
 * Turns every expired position of accounts whose price is final into cash, delisted perpetuals too. Anyone may. Actions of an
 * account do it for its dated positions by themselves.
 * @example
 * import { encodeAccountId, settleAccounts } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountIds = [encodeAccountId({ owner: account.address })]
 * const hash = await settleAccounts(client, { deployment, accountIds })
 */
export async function settleAccounts(
  client: Client,
  { deployment, account, accountIds }: SettleAccountsParameters,
): Promise<SettleAccountsReturnType> {
  const data = encodeFunctionData({ abi: settlementAbi, functionName: 'settle', args: [accountIds] })
  return send(client, { to: deployment.settlement, data, account })
}
