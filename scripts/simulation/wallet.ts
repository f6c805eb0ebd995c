/** Keys of the actors, their transactions and their signed orders. */
import {
  type AccountId,
  createOrder,
  type Deployment,
  encodeAccountId,
  type Order,
  type OrderParameters,
  orderTypedData,
} from '@plimsoll/sdk'
import { type Address, type Hex, keccak256, stringToHex } from 'viem'
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import type { Rpc } from './rpc.ts'

const GWEI = 10n ** 9n
/** What the actors offer at most; they pay the base fee plus the tip. */
const MAX_FEE = 200n * GWEI

type Exchange = Pick<Deployment, 'chainId' | 'exchange'>
export type SignedOrder = { order: Order; signature: Hex }
export type Transaction = { to: Address; data: Hex; gas: bigint; tip?: bigint | undefined }

/** `name` and `seed` make the key: the wallets exist on throw-away chains only. */
export function keyOf(name: string, seed: number): Hex {
  return keccak256(stringToHex(`plimsoll simulation ${seed} ${name}`))
}

export class Wallet {
  readonly key: Hex
  /** Signs other messages too. */
  readonly account: PrivateKeyAccount
  readonly #chainId: number
  #nonce = 0

  constructor(name: string, seed: number, chainId: number) {
    this.key = keyOf(name, seed)
    this.account = privateKeyToAccount(this.key)
    this.#chainId = chainId
  }

  get address(): Address {
    return this.account.address
  }

  accountId(subId = 0n): AccountId {
    return encodeAccountId({ owner: this.address, subId })
  }

  /** The next transaction of this wallet, raw. */
  sign({ to, data, gas, tip = GWEI }: Transaction): Promise<Hex> {
    return this.account.signTransaction({
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

  async signOrder(exchange: Exchange, parameters: OrderParameters): Promise<SignedOrder> {
    const order = createOrder(parameters)
    return { order, signature: await this.account.signTypedData(orderTypedData(exchange, order)) }
  }
}

/** Sends raw transactions in one request; they wait in the pool until a block is mined. */
export async function send(rpc: Rpc, raw: readonly Hex[]): Promise<Hex[]> {
  const hashes = await rpc.batch(raw.map((each) => ({ method: 'eth_sendRawTransaction', params: [each] })))
  return hashes as Hex[]
}
