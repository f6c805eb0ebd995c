/** The way in: a signed order is verified against the chain before the desk sees it. */
import { hashOrder, type Order, ownerOf, recoverSigner } from '@plimsoll/sdk'
import { type Hex, isAddressEqual } from 'viem'
import type { ExchangePort } from '../chain/port.ts'
import type { ChainView } from '../chain/view.ts'
import { RefusedError } from '../errors.ts'
import type { NewOrder } from './liveOrder.ts'

export type Signed = Omit<NewOrder, 'kind'>

export class Intake {
  readonly #port: Pick<ExchangePort, 'deployment' | 'isSigner'>
  readonly #view: ChainView

  constructor(port: Pick<ExchangePort, 'deployment' | 'isSigner'>, view: ChainView) {
    this.#port = port
    this.#view = view
  }

  /** The order with its hash, once the signature is good and everything that the desk needs is known. @throws RefusedError */
  async verify(order: Order, signature: Hex): Promise<Signed> {
    const hash = hashOrder(this.#port.deployment, order)
    if (!(await this.#isSigned(order, hash, signature))) {
      const message = 'The signature is not from owner or operator of the account. Sign for this chain and exchange.'
      throw new RefusedError({ code: 'BadSignature', message, details: { hash, account: order.accountId } })
    }
    // Reading takes a while: a block that comes in between may have dropped what was read.
    do await this.#view.require(order)
    while (!this.#view.knows(order))
    return { hash, order, signature }
  }

  /** An owner's own key needs no question to the chain; operators and contracts do. */
  async #isSigned({ accountId }: Order, hash: Hex, signature: Hex): Promise<boolean> {
    const signer = await recoverSigner(hash, signature)
    if (signer && isAddressEqual(signer, ownerOf(accountId))) return true
    return this.#port.isSigner(accountId, hash, signature)
  }
}
