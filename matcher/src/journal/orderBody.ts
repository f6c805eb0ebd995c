/** Orders as bytes: the encoding of the exchange's own ABI. */
import { decodeInstrumentId, encodeOrder, exchangeAbi, type Order } from '@plimsoll/sdk'
import { decodeAbiParameters, encodeAbiParameters, getAbiItem, type Hex } from 'viem'

const { inputs } = getAbiItem({ abi: exchangeAbi, name: 'hashOrder' })

export function packOrder(order: Order): Hex {
  return encodeAbiParameters(inputs, [encodeOrder(order)])
}

export function unpackOrder(body: Hex): Order {
  const [{ account, legs, ...order }] = decodeAbiParameters(inputs, body)
  return {
    ...order,
    accountId: account,
    legs: legs.map(({ instrument, ratio }) => ({ instrument: decodeInstrumentId(instrument), ratio })),
  }
}
