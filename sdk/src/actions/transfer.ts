import { type Client, encodeFunctionData } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import type { AccountId } from '../entities/accountId.ts'
import { encodePosition } from '../entities/position.ts'
import type { Position } from '../exact/portfolio.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type TransferParameters = WriteParameters & {
  from: AccountId
  to: AccountId
  /** USD, 18 decimals. @default 0n */
  cash?: bigint | undefined
  /** @default none */
  legs?: readonly Position[] | undefined
}
export type TransferReturnType = WriteReturnType
export type TransferErrorType = WriteErrorType

/**
 * Moves cash and positions between two accounts of one owner, without a trade. Both are checked.
 * @throws InsufficientMarginError, DifferentOwnersError, NotAuthorizedError
 * @example
 * import { encodeAccountId, transfer } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const from = encodeAccountId({ owner: account.address })
 * const to = encodeAccountId({ owner: account.address, subId: 1n })
 * const hash = await transfer(client, { deployment, from, to, cash: 10n ** 18n })
 */
export async function transfer(
  client: Client,
  { deployment, account, from, to, cash = 0n, legs = [] }: TransferParameters,
): Promise<TransferReturnType> {
  const data = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'transfer',
    args: [from, to, cash, legs.map(encodePosition)],
  })
  return send(client, { to: deployment.clearinghouse, data, account })
}
