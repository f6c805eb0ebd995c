/** Twin of `contracts/libraries/Matrix.sol`: looks values up in a snapshot. */
import { MissingRowError, MissingSeriesRowError } from './errors.ts'
import { WAD } from './fixedPoint.ts'
import type { ExpiryRow, Market, Snapshot } from './market.ts'
import type { Instrument } from './portfolio.ts'
import { indexOf, seriesKey } from './snapshotIndex.ts'

/** Strikes have 8 decimals, prices 18. */
export const STRIKE_UNIT = 10n ** 10n

/** Value now of the put of a call, by parity. R-45: the discounted strike up, so that a put is never worth less than 0. */
export function putMark(
  callMark: bigint,
  strike: bigint,
  { discount, discountedForward }: Pick<ExpiryRow, 'discount' | 'discountedForward'>,
): bigint {
  return callMark + (strike * STRIKE_UNIT * discount + WAD - 1n) / WAD - discountedForward
}

/**
 * What one unit of an instrument is marked at, USD with 18 decimals, funding not counted.
 * @throws MissingRowError, MissingSeriesRowError
 */
export function markOf(snapshot: Snapshot, instrument: Instrument): bigint {
  const { underlying, kind, strike } = instrument
  const { markets, expiries } = indexOf(snapshot)
  const market: Market | undefined = snapshot.markets[markets.get(underlying) ?? -1]
  if (!market) throw new MissingRowError({ underlying })
  if (kind === 'spot') return market.spot
  if (kind === 'perpetual') return market.perpetualMark
  const series = expiries.get(seriesKey(instrument))
  if (!series) throw new MissingSeriesRowError({ instrument })
  if (kind === 'future') return series.row.forward
  const found = series.strikes.get(strike)
  if (!found) throw new MissingSeriesRowError({ instrument })
  return kind === 'call' ? found.row.callMark : putMark(found.row.callMark, strike, series.row)
}
