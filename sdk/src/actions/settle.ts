import { type Client, encodeFunctionData, type Hex } from 'viem'
import { exchangeAbi } from '../abis/exchange.ts'
import { encodeOrder, type Order } from '../entities/order.ts'
import { send, type WriteErrorType, type WriteParameters, type WriteReturnType } from './send.ts'

export type Fill = {
  readonly maker: Order
  /** Left out for an account that the sender may use. */
  readonly makerSignature?: Hex | undefined
  readonly taker: Order
  readonly takerSignature?: Hex | undefined
  /** Units of the structure to trade. */
  readonly units: bigint
}

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
 * import { createOrder, encodeAccountId, perpetualOf, settle, signOrder } from '@plimsoll/sdk'
 * import { createWalletClient, http } from 'viem'
 * import { privateKeyToAccount } from 'viem/accounts'
 * import { deployment } from './deployment.ts'
 * const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
 * const client = createWalletClient({ account, transport: http('http://127.0.0.1:8545') })
 * const accountId = encodeAccountId({ owner: account.address })
 * const taker = encodeAccountId({ owner: account.address, subId: 1n })
 * const order = { legs: [{ instrument: perpetualOf(1), ratio: 1n }], units: 10n, expiry: 1_900_000_000 }
 * const buy = createOrder({ ...order, accountId, limitPrice: 6n * 10n ** 18n, nonce: 1n })
 * const legs = [{ instrument: perpetualOf(1), ratio: -1n }]
 * const sell = createOrder({ ...order, legs, accountId: taker, limitPrice: -6n * 10n ** 18n, nonce: 1n })
 * const makerSignature = await signOrder(client, { deployment, order: buy })
 * const hash = await settle(client, { deployment, fills: [{ maker: buy, makerSignature, taker: sell, units: 10n }] })
 */
export async function settle(
  client: Client,
  { deployment, account, fills }: SettleParameters,
): Promise<SettleReturnType> {
  const data = encodeFunctionData({ abi: exchangeAbi, functionName: 'settle', args: [fills.map(encodeFill)] })
  return send(client, { to: deployment.exchange, data, account })
}

function encodeFill({ maker, makerSignature = '0x', taker, takerSignature = '0x', units }: Fill) {
  return { maker: encodeOrder(maker), makerSignature, taker: encodeOrder(taker), takerSignature, units }
}
