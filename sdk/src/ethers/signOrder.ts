import type { Signer } from 'ethers'
import type { Hex } from 'viem'
import type { Deployment } from '../entities/deployment.ts'
import { encodeOrder, type Order, orderDomain, orderTypes } from '../entities/order.ts'

export type SignOrderParameters = { deployment: Deployment; order: Order }
export type SignOrderReturnType = Hex
export type SignOrderErrorType = Error

/**
 * Signs an order with an ethers signer, which needs no provider. Equal to the viem action of the same name.
 * @example
 * import { createOrder, encodeAccountId, perpetualOf } from '@plimsoll/sdk'
 * import { signOrder } from '@plimsoll/sdk/ethers'
 * import { Wallet } from 'ethers'
 * import { deployment } from './deployment.ts'
 * const signer = new Wallet(`0x${'11'.repeat(32)}`)
 * const order = createOrder({
 *   accountId: encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' }),
 *   legs: [{ instrument: perpetualOf(1), ratio: 1n }],
 *   limitPrice: 6n * 10n ** 18n,
 *   maxFee: 10n ** 16n,
 *   units: 1_000n,
 *   nonce: 1n,
 *   expiry: 1_900_000_000,
 * })
 * const signature = await signOrder(signer, { deployment, order })
 */
export async function signOrder(
  signer: Signer,
  { deployment, order }: SignOrderParameters,
): Promise<SignOrderReturnType> {
  const types = { Order: [...orderTypes.Order], OrderLeg: [...orderTypes.OrderLeg] }
  const signature = await signer.signTypedData(orderDomain(deployment), types, encodeOrder(order))
  return signature as Hex // ethers types hex as string
}
