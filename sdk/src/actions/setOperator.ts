import { type Address, type Client, encodeFunctionData } from 'viem'
import { clearinghouseAbi } from '../abis/clearinghouse.ts'
import type { AccountId } from '../entities/accountId.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SetOperatorParameters = WriteParameters & {
  accountId: AccountId
  operator: Address
  approved: boolean
}
export type SetOperatorReturnType = WriteReturnType
export type SetOperatorErrorType = WriteErrorType

/**
 * Lets an address do everything in an account that its owner may, except naming operators; or no longer.
 * @throws NotAuthorizedError
 * @example
 * import { encodeAccountId, setOperator } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const operator = '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 * const hash = await setOperator(client, { deployment, accountId, operator, approved: true })
 */
export async function setOperator(
  client: Client,
  { deployment, account, accountId, operator, approved }: SetOperatorParameters,
): Promise<SetOperatorReturnType> {
  const data = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'setOperator',
    args: [accountId, operator, approved],
  })
  return send(client, { to: deployment.clearinghouse, data, account })
}
