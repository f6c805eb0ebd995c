import type { Account, Address, Client, Hex } from 'viem'
import type { Deployment } from '../entities/deployment.ts'
import { type Order, orderTypedData } from '../entities/order.ts'
import { type NestedTypedDataErrorType, signTypedDataFor } from './nestedTypedData.ts'
import type { AccountMissingError } from './send.ts'
import { senderOf } from './send.ts'

export type SignOrderParameters = {
  deployment: Deployment
  order: Order
  /** Owner, operator or session key of the order's account, or the key of `verifier`. @default the client's account */
  account?: Account | Address | undefined
  /** A deployed wallet that owns the order's account and takes nested typed data (ERC-7739). @default none */
  verifier?: Address | undefined
}
export type SignOrderReturnType = Hex
export type SignOrderErrorType = AccountMissingError | NestedTypedDataErrorType

/**
 * Signs an order as EIP-712 typed data, nested in the wallet's own if one is named. Nothing is sent.
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
 *   maxFee: 10n ** 16n,
 *   units: 1_000n,
 *   nonce: 1n,
 *   expiry: 1_900_000_000,
 * })
 * const signature = await signOrder(client, { deployment, order })
 */
export async function signOrder(
  client: Client,
  { deployment, order, account, verifier }: SignOrderParameters,
): Promise<SignOrderReturnType> {
  return signTypedDataFor(client, {
    account: senderOf(client, account),
    verifier,
    ...orderTypedData(deployment, order),
  })
}
