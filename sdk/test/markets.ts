import { linearSnapshot, type Market, type Portfolio, perpetualOf } from '../src/index.ts'

const WAD = 10n ** 18n
const PRICE = 40_000n * WAD

/** BTC at 40,000 dollars without uncertainty: worked examples can be done by hand. */
export const BTC_MARKET: Market = {
  underlying: 1,
  spot: PRICE,
  low: PRICE,
  high: PRICE,
  ema: PRICE,
  perpetualMark: PRICE,
  fundingIndex: 0n,
  tokenUnit: 10n ** 10n,
  lotUnit: 10n ** 14n,
  scanRange: (65n * WAD) / 1_000n,
  targetRange: (65n * WAD) / 1_000n,
  epsilon: WAD / 200n,
  linearRelief: WAD / 2n,
  haircut: WAD / 10n,
  slotCharge: 2n * WAD,
  stressGap: 0n,
  deficitLimit: 0n,
  openInterest: 0n,
  openInterestCap: 10n ** 9n,
  status: 'live',
  reduceOnly: false,
}

export const BTC_SNAPSHOT = linearSnapshot([BTC_MARKET])

/** `dollars` of cash beside `lots` of the perpetual; 10,000 lots are a coin. */
export function portfolioOf(dollars: bigint, lots: bigint): Portfolio {
  const positions = lots === 0n ? [] : [{ instrument: perpetualOf(1), lots }]
  return { mode: 'cross', cash: dollars * WAD, positions }
}
