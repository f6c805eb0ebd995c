import type { Client } from 'viem'
import { encodeSettleAvailable, type Fill } from '../entities/fill.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SettleAvailableParameters = WriteParameters & {
  /** Each matches two orders at the maker's price. */
  fills: readonly Fill[]
}
export type SettleAvailableReturnType = WriteReturnType
export type SettleAvailableErrorType = WriteErrorType

/**
 * Settles those of the fills that their orders allow; `skippedFills` reads from the receipt which were left out and why. A
 * margin check that fails reverts all and names the account.
 * @throws InsufficientMarginError, NewRiskRefusedError, SurfaceStaleError and others of the check
 * @example
 * import { createOrder, encodeAccountId, oppositeOrder, perpetualOf, settleAvailable, signOrder } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const taker = encodeAccountId({ owner: account.address, subId: 1n })
 * const order = { maxFee: 10n ** 16n, units: 10n, nonce: 1n, expiry: 1_900_000_000 }
 * const legs = [{ instrument: perpetualOf(1), ratio: 1n }]
 * const buy = createOrder({ ...order, legs, accountId, limitPrice: 6n * 10n ** 18n })
 * const sell = oppositeOrder(buy, { ...order, accountId: taker })
 * const makerSignature = await signOrder(client, { deployment, order: buy })
 * const fills = [{ maker: buy, makerSignature, taker: sell, units: 10n }]
 * const hash = await settleAvailable(client, { deployment, fills })
 */
export async function settleAvailable(
  client: Client,
  { deployment, account, fills }: SettleAvailableParameters,
): Promise<SettleAvailableReturnType> {
  return send(client, { to: deployment.exchange, data: encodeSettleAvailable(fills), account })
}
