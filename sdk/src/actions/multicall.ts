import { type Client, encodeFunctionData, type Hex } from 'viem'
import { gatewayAbi } from '../abis/gateway.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type MulticallParameters = WriteParameters & {
  /** Of the gateway, one after the other: `encodeAction`, `encodeSettle`, `encodeDeposit` and others make them. */
  calls: readonly Hex[]
}
export type MulticallReturnType = WriteReturnType
export type MulticallErrorType = WriteErrorType

/**
 * Does several things in one transaction, all or nothing: the gateway acts for the sender.
 * @throws whatever the first call that fails does
 * @example
 * import { encodeAccountId, encodeAction, encodeDeposit, multicall } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const calls = [
 *   encodeDeposit({ accountId, asset: 0, amount: 1_000_000_000n }),
 *   encodeAction({ type: 'setMode', accountId, mode: 'portfolio' }),
 * ]
 * const hash = await multicall(client, { deployment, calls })
 */
export async function multicall(
  client: Client,
  { deployment, account, calls }: MulticallParameters,
): Promise<MulticallReturnType> {
  const data = encodeFunctionData({ abi: gatewayAbi, functionName: 'multicall', args: [calls] })
  return send(client, { to: deployment.gateway, data, account })
}
