/** Keys of the actors, their transactions and their signed orders. */
import {
  type AccountId,
  createOrder,
  encodeAccountId,
  type encodeOrder,
  type Instrument,
  orderTypedData,
} from '@plimsoll/sdk'
import { type Address, type Hex, keccak256, stringToHex } from 'viem'
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

  async signOrder(exchange: Address, { account, instrument, lots, price, nonce }: OrderTerms): Promise<SignedOrder> {
    const side = lots > 0n ? 1n : -1n
    const order = createOrder({
      accountId: account,
      legs: [{ instrument, ratio: side }],
      limitPrice: side * price,
      units: lots * side,
      nonce,
      expiry: 2 ** 40 - 1,
    })
    const message = orderTypedData({ chainId: this.#chainId, exchange }, order)
    return { order: message.message, signature: await this.#account.signTypedData(message) }
  }
}

/** Sends raw transactions in one request; they wait in the pool until a block is mined. */
export async function send(rpc: Rpc, raw: readonly Hex[]): Promise<Hex[]> {
  const hashes = await rpc.batch(raw.map((each) => ({ method: 'eth_sendRawTransaction', params: [each] })))
  return hashes as Hex[]
}

/** Buys (lots > 0) or sells `lots` at `price` USD per lot, 18 decimals. */
export type OrderTerms = { account: AccountId; instrument: Instrument; lots: bigint; price: bigint; nonce: bigint }
export type SignedOrder = { order: ReturnType<typeof encodeOrder>; signature: Hex }
