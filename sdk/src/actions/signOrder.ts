import type { Account, Address, Client, Hex } from 'viem'
import type { SignTypedDataErrorType } from 'viem/actions'
import { signTypedData } from 'viem/actions'
import type { Deployment } from '../entities/deployment.ts'
import { type Order, orderTypedData } from '../entities/order.ts'
import type { AccountMissingError } from './send.ts'
import { senderOf } from './send.ts'

export type SignOrderParameters = {
  deployment: Deployment
  order: Order
  /** Owner or operator of the order's account. @default the client's account */
  account?: Account | Address | undefined
}
export type SignOrderReturnType = Hex
export type SignOrderErrorType = AccountMissingError | SignTypedDataErrorType

/**
 * Signs an order as EIP-712 typed data. Nothing is sent.
 * @example
 * import { createOrder, encodeAccountId, perpetualOf, signOrder } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const order = createOrder({
 *   accountId: encodeAccountId({ owner: account.address }),
 *   legs: [{ instrument: perpetualOf(1), ratio: 1n }],
 *   limitPrice: 6n * 10n ** 18n,
 *   units: 1_000n,
 *   nonce: 1n,
 *   expiry: 1_900_000_000,
 * })
 * const signature = await signOrder(client, { deployment, order })
 */
export async function signOrder(
  client: Client,
  { deployment, order, account }: SignOrderParameters,
): Promise<SignOrderReturnType> {
  return signTypedData(client, { account: senderOf(client, account), ...orderTypedData(deployment, order) })
}
