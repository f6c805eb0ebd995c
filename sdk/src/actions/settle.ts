import type { Client } from 'viem'
import { encodeSettle, type Fill } from '../entities/fill.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type SettleParameters = WriteParameters & {
  /** Each matches two orders at the maker's price. */
  fills: readonly Fill[]
}
export type SettleReturnType = WriteReturnType
export type SettleErrorType = WriteErrorType

/**
 * Settles matched orders together: vectors first, then one margin check per account. Anyone may.
 * @throws InsufficientMarginError, OverFilledError, BadSignatureError, SpotOutsideBandError and other refusals
 * @example
 * import { createOrder, encodeAccountId, oppositeOrder, perpetualOf, settle, signOrder } from '@plimsoll/sdk'
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
 * const hash = await settle(client, { deployment, fills: [{ maker: buy, makerSignature, taker: sell, units: 10n }] })
 */
export async function settle(
  client: Client,
  { deployment, account, fills }: SettleParameters,
): Promise<SettleReturnType> {
  return send(client, { to: deployment.exchange, data: encodeSettle(fills), account })
}
