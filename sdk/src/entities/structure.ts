/** Prices and fees of structures, in the unit of an order: USD per unit of the structure. */
import { MissingRowError } from '../exact/errors.ts'
import { divCeil, divFloor, mulDivUp, WAD } from '../exact/fixedPoint.ts'
import { type Market, marketOf, type Snapshot } from '../exact/market.ts'
import { markOf } from '../exact/matrix.ts'
import { MAKER_FEE, OPTION_FEE_CAP, TAKER_FEE } from '../exact/parameters.ts'
import { type Instrument, isOption } from '../exact/portfolio.ts'
import type { Leg } from './order.ts'

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
  let value36 = 0n
  let notional36 = 0n
  for (const { instrument, ratio } of legs) {
    const market = marketOf(snapshot, instrument.underlying)
    if (!market) throw new MissingRowError({ underlying: instrument.underlying })
    const unit = instrument.kind === 'spot' ? market.tokenUnit : market.lotUnit
    const mark = markOf(snapshot, instrument)
    value36 += ratio * unit * mark
    notional36 += (ratio < 0n ? -ratio : ratio) * units * unit * feePrice(instrument, market, mark)
  }
  const notional = divCeil(notional36, WAD)
  return {
    mark: divFloor(value36, WAD),
    takerFee: mulDivUp(notional, TAKER_FEE, WAD),
    makerFee: mulDivUp(notional, MAKER_FEE, WAD),
  }
}

/** Notional per unit that bears the fee. */
function feePrice(instrument: Instrument, { spot }: Market, mark: bigint): bigint {
  if (instrument.kind === 'perpetual') return mark
  if (!isOption(instrument)) return spot
  const most = (mark * OPTION_FEE_CAP) / TAKER_FEE
  return most < spot ? most : spot
}
