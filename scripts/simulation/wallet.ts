/** Keys of the actors, their transactions and their signed orders. */
import { type AccountId, encodeAccountId, encodeInstrumentId, type Instrument } from '@plimsoll/sdk'
import { type Address, type Hex, keccak256, stringToHex, zeroAddress, zeroHash } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Rpc } from './rpc.ts'

const GWEI = 10n ** 9n
/** What the actors offer at most; they pay the base fee plus the tip. */
const MAX_FEE = 200n * GWEI

export type Transaction = { to: Address; data: Hex; gas: bigint; tip?: bigint | undefined }

export class Wallet {
  readonly key: Hex
  readonly #account: ReturnType<typeof privateKeyToAccount>
  readonly #chainId: number
  #nonce = 0

  /** `name` and `seed` make the key: these wallets exist on throw-away chains only. */
  constructor(name: string, seed: number, chainId: number) {
    this.key = keccak256(stringToHex(`plimsoll simulation ${seed} ${name}`))
    this.#account = privateKeyToAccount(this.key)
    this.#chainId = chainId
  }

  get address(): Address {
    return this.#account.address
  }

  accountId(subId = 0n): AccountId {
    return encodeAccountId({ owner: this.address, subId })
  }

  /** The next transaction of this wallet, raw. */
  sign({ to, data, gas, tip = GWEI }: Transaction): Promise<Hex> {
    return this.#account.signTransaction({
      type: 'eip1559',
      chainId: this.#chainId,
      nonce: this.#nonce++,
      to,
      data,
      gas,
      maxFeePerGas: MAX_FEE,
      maxPriorityFeePerGas: tip,
    })
  }

  async signOrder(exchange: Address, terms: OrderTerms): Promise<SignedOrder> {
    const order = orderOf(terms)
    const domain = { name: 'Plimsoll Exchange', version: '1', chainId: this.#chainId, verifyingContract: exchange }
    const signature = await this.#account.signTypedData({
      domain,
      types: ORDER_TYPES,
      primaryType: 'Order',
      message: order,
    })
    return { order, signature }
  }
}

/** Sends raw transactions in one request; they wait in the pool until a block is mined. */
export async function send(rpc: Rpc, raw: readonly Hex[]): Promise<Hex[]> {
  const hashes = await rpc.batch(raw.map((each) => ({ method: 'eth_sendRawTransaction', params: [each] })))
  return hashes as Hex[]
}

/** Buys (lots > 0) or sells `lots` at `price` USD per lot, 18 decimals. */
export type OrderTerms = { account: AccountId; instrument: Instrument; lots: bigint; price: bigint; nonce: bigint }
export type SignedOrder = { order: ReturnType<typeof orderOf>; signature: Hex }

const UINT128 = 2n ** 128n - 1n

function orderOf({ account, instrument, lots, price, nonce }: OrderTerms) {
  const side = lots > 0n ? 1n : -1n
  return {
    account,
    legs: [{ instrument: encodeInstrumentId(instrument), ratio: side }],
    limitPrice: side * price,
    maxFee: 10n ** 18n,
    units: lots * side,
    minFill: 1n,
    nonce,
    expiry: 2 ** 40 - 1,
    reduceOnly: false,
    executor: zeroAddress,
    taker: zeroAddress,
    tip: 0n,
    tipReceiver: zeroHash,
    minSpot: 0n,
    maxSpot: UINT128,
    group: zeroHash,
    groupCap: 0n,
  }
}

const ORDER_TYPES = {
  Order: [
    { name: 'account', type: 'bytes32' },
    { name: 'legs', type: 'Leg[]' },
    { name: 'limitPrice', type: 'int256' },
    { name: 'maxFee', type: 'uint256' },
    { name: 'units', type: 'uint128' },
    { name: 'minFill', type: 'uint128' },
    { name: 'nonce', type: 'uint256' },
    { name: 'expiry', type: 'uint40' },
    { name: 'reduceOnly', type: 'bool' },
    { name: 'executor', type: 'address' },
    { name: 'taker', type: 'address' },
    { name: 'tip', type: 'uint256' },
    { name: 'tipReceiver', type: 'bytes32' },
    { name: 'minSpot', type: 'uint128' },
    { name: 'maxSpot', type: 'uint128' },
    { name: 'group', type: 'bytes32' },
    { name: 'groupCap', type: 'uint128' },
  ],
  Leg: [
    { name: 'instrument', type: 'uint128' },
    { name: 'ratio', type: 'int64' },
  ],
} as const
