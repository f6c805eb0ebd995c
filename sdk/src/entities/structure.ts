/** Prices and fees of structures, in the unit of an order: USD per unit of the structure. */
import { divCeil, divFloor, WAD } from '../exact/fixedPoint.ts'
import type { Snapshot } from '../exact/market.ts'
import { cashOf, feeOf, totals } from '../exact/trade.ts'
import type { Leg, Order } from './order.ts'

export type StructureQuote = {
  /** USD for which all legs of one unit change hands at mark: the one net price of an order. Down. */
  readonly mark: bigint
  /** Fees of a fill of `units` as the exchange takes them, USD. An option's fee is at most 12.5 % of its mark. */
  readonly takerFee: bigint
  readonly makerFee: bigint
}

/**
 * Net mark of one unit of a structure and the fees of a fill, for `limitPrice` and `maxFee` of an order.
 * @param snapshot Needs the rows of all legs, see `getMatrix`.
 * @throws MissingRowError, MissingSeriesRowError
 * @example
 * import { createOrder, encodeAccountId, getMatrix, parseInstrument, quoteStructure } from '@plimsoll/sdk'
 * import { createPublicClient, http } from 'viem'
 * import { deployment } from './deployment.ts'
 * const client = createPublicClient({ transport: http('http://127.0.0.1:8545') })
 * const instrument = (name: string) => parseInstrument(name, ['BTC', 'ETH'])
 * const legs = [
 *   { instrument: instrument('BTC-27FEB26-85000-C'), ratio: 1n },
 *   { instrument: instrument('BTC-27FEB26-95000-C'), ratio: -1n },
 * ]
 * const instruments = legs.map((leg) => leg.instrument)
 * const { mark, takerFee } = quoteStructure(await getMatrix(client, { deployment, instruments }), legs, 10n)
 * const accountId = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045' })
 * const maxFee = takerFee / 10n + 1n
 * const order = createOrder({ accountId, legs, limitPrice: mark, maxFee, units: 10n, nonce: 1n, expiry: 1_900_000_000 })
 */
export function quoteStructure(snapshot: Snapshot, legs: readonly Leg[], units = 1n): StructureQuote {
  const { value36, notional } = totals(snapshot, legs, units)
  return { mark: divFloor(value36, WAD), takerFee: feeOf('taker', notional), makerFee: feeOf('maker', notional) }
}

/** One order's part in a fill. */
export type FillPart = {
  readonly order: Order
  readonly role: 'maker' | 'taker'
  /** @default the order's `minFill` */
  readonly units?: bigint | undefined
  /** USD per unit that the account pays: the maker's price, for the taker with the other sign. @default the order's limit */
  readonly price?: bigint | undefined
}

/** USD, 18 decimals, of a whole fill. */
export type FillCost = {
  /** What the account pays the other one, funding that its price contains settled; negative: receives. */
  readonly cash: bigint
  /** As the exchange asks for it. The clearinghouse takes less from an account whose equity it would bring below 0. */
  readonly fee: bigint
  readonly tip: bigint
  /** What counts against a session key's budget: price against mark, never below 0, and fee and tip. Up. */
  readonly loss: bigint
}

/**
 * What a fill costs the account of one of its orders, to the wei as the exchange computes it.
 * @param snapshot Needs the rows of all legs, see `getMatrix`.
 * @throws MissingRowError, MissingSeriesRowError
 * @example
 * import { fillCost, type Order, type Snapshot } from '@plimsoll/sdk'
 * const loss = (snapshot: Snapshot, order: Order) => fillCost(snapshot, { order, role: 'taker', units: 10n }).loss
 */
export function fillCost(snapshot: Snapshot, part: FillPart): FillCost {
  const { order, role, units = order.minFill, price = order.limitPrice } = part
  const { value36, funding36, notional } = totals(snapshot, order.legs, units)
  const fee = feeOf(role, notional)
  const tip = order.tip * units
  const loss36 = (price * WAD - value36) * units
  const loss = loss36 > 0n ? divCeil(loss36, WAD) : 0n
  return { cash: cashOf(role, price, units, funding36), fee, tip, loss: loss + fee + tip }
}
