import { type Address, type Client, encodeFunctionData, erc20Abi } from 'viem'
import { getTokenAddress } from './getTokenAddress.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type ApproveParameters = WriteParameters & {
  /** 0 is USD, else the underlying whose collateral it is. */
  asset: number
  /** Token units. */
  amount: bigint
  /** Who may take the tokens: the gateway and `PERMIT2` are others. @default the vault */
  spender?: Address | undefined
}
export type ApproveReturnType = WriteReturnType
export type ApproveErrorType = WriteErrorType

/**
 * Lets the vault, or another contract, take `amount` of an asset's token from the sender.
 * @example
 * import { approve } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const hash = await approve(client, { deployment, asset: 0, amount: 1_000_000_000n })
 */
export async function approve(
  client: Client,
  { deployment, account, asset, amount, spender = deployment.vault }: ApproveParameters,
): Promise<ApproveReturnType> {
  const to = await getTokenAddress(client, { deployment, asset })
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'approve', args: [spender, amount] })
  return send(client, { to, data, account })
}
