/** The way in: a signed order is verified against the chain before the desk sees it. */
import { hashOrder, type Order } from '@plimsoll/sdk'
import type { Address, Hex } from 'viem'
import { type ExchangePort, keyOf } from '../chain/port.ts'
import type { ChainView } from '../chain/view.ts'
import { RefusedError } from '../errors.ts'
import type { NewOrder } from './liveOrder.ts'

export type Signed = Omit<NewOrder, 'kind'>

export class Intake {
  readonly #port: Pick<ExchangePort, 'deployment' | 'signer'>
  readonly #view: ChainView

  constructor(port: Pick<ExchangePort, 'deployment' | 'signer'>, view: ChainView) {
    this.#port = port
    this.#view = view
  }

  /** The order with its hash, once the signature is good and everything that the desk needs is known. @throws RefusedError */
  async verify(order: Order, signature: Hex): Promise<Signed> {
    const hash = hashOrder(this.#port.deployment, order)
    const claim = { order, key: await this.#keyOf(order, hash, signature) }
    // Reading takes a while: a block that comes in between may have dropped what was read.
    do await this.#view.require(claim)
    while (!this.#view.knows(claim))
    return { hash, signature, ...claim }
  }

  /** The operator or session key that signed. @throws RefusedError */
  async #keyOf({ accountId }: Order, hash: Hex, signature: Hex): Promise<Address | undefined> {
    const signer = await this.#port.signer(accountId, hash, signature)
    if (signer.kind === 'nobody') {
      const message = 'The signature is not from owner, operator or session key of the account. Sign for this exchange.'
      throw new RefusedError({ code: 'BadSignature', message, details: { hash, account: accountId } })
    }
    return keyOf(signer)
  }
}
