/** A standard manager's test portfolio as Derive publishes it: 18-decimal integers, markets ETH and BTC. */
import { z } from 'zod'
import type { DeriveExpiry } from '../../methods/derive/market.ts'
import type {
  StandardFeed,
  StandardHolding,
  StandardMarket,
  StandardPortfolio,
} from '../../methods/deriveStandard/index.ts'
import { callFlag, decimal, wad } from './caseList.ts'
import { requireSameLength } from './pmrm1Case.ts'

const MARKETS = ['ETH', 'BTC'] as const
type MarketName = (typeof MARKETS)[number]

/** Absent where the account has no such thing. */
const optionalWad = wad.nullable()
const fraction = decimal.nullable()

const scenario = z
  .object({
    OptionUnderlying: z.array(z.enum(MARKETS)),
    OptionExpiries: z.array(decimal),
    OptionStrikes: z.array(wad),
    OptionIsCall: z.array(callFlag),
    OptionAmounts: z.array(wad),
    OptionVols: z.array(wad),
    OptionVolConfidences: z.array(wad),
    FeedExpiries: z.array(decimal),
    Forwards: z.array(wad),
    ForwardConfidences: z.array(wad),
    Cash: wad,
    Perps_ETH: wad,
    Perps_BTC: wad,
    wETH: wad,
    wBTC: wad,
    LastEntryETH: optionalWad,
    LastEntryBTC: optionalWad,
    ETHGlobalFundingIndex: wad,
    BTCGlobalFundingIndex: wad,
    AccountETHFundingIndex: optionalWad,
    AccountBTCFundingIndex: optionalWad,
    ETHSpotPrice: wad,
    BTCSpotPrice: wad,
    SpotPerpConfidences: z.tuple([z.tuple([wad, wad]), z.tuple([wad, wad])]),
    PerpPrice: z.tuple([wad, wad]),
    USDCValue: wad,
    PercentFixedETH: fraction,
    PercentFixedBTC: fraction,
    TWAP_ETH: optionalWad,
    TWAP_BTC: optionalWad,
  })
  .superRefine((s, context) => {
    requireSameLength(context, s, ['OptionExpiries', 'OptionUnderlying', 'OptionStrikes', 'OptionIsCall'])
    requireSameLength(context, s, ['OptionExpiries', 'OptionAmounts', 'OptionVols', 'OptionVolConfidences'])
    requireSameLength(context, s, ['OptionExpiries', 'FeedExpiries', 'Forwards', 'ForwardConfidences'])
  })

export const standardCase = z.object({ Scenario: scenario })
type Scenario = z.infer<typeof scenario>

/** These files average the last hour: 75 % is fixed at 900 s. */
const WINDOW_SECONDS = 3_600

function optionRows(s: Scenario, market: MarketName) {
  return s.OptionUnderlying.flatMap((underlying, index) => (underlying === market ? [index] : []))
}

function readExpiry(s: Scenario, market: MarketName, rows: readonly number[], expiry: number): DeriveExpiry {
  const [first = 0] = rows
  const inWindow = expiry < WINDOW_SECONDS
  const fixed = inWindow ? (s[`PercentFixed${market}`] ?? 0) : 0
  const least = (values: readonly number[]) => Math.min(...rows.map((row) => values[row] ?? 0))
  const volatility = new Map(rows.map((row) => [s.OptionStrikes[row], s.OptionVols[row] ?? 0]))
  return {
    forwardFixed: fixed * (s[`TWAP_${market}`] ?? 0),
    forwardVariable: (1 - fixed) * (s.Forwards[first] ?? 0),
    rate: 0,
    confidence: Math.min(least(s.ForwardConfidences), least(s.OptionVolConfidences)),
    volatility: (strike) => volatility.get(strike) ?? 0,
  }
}

function readFeed(s: Scenario, market: MarketName): StandardFeed {
  const place = MARKETS.indexOf(market)
  const [spot, perpetual] = s.SpotPerpConfidences[place] ?? [0, 0]
  const byExpiry = Map.groupBy(optionRows(s, market), (row) => s.OptionExpiries[row] ?? 0)
  return {
    spot: { price: s[`${market}SpotPrice`], confidence: spot },
    perpetual: { price: s.PerpPrice[place] ?? 0, confidence: perpetual },
    expiries: new Map([...byExpiry].map(([expiry, rows]) => [expiry, readExpiry(s, market, rows, expiry)])),
  }
}

/** The perpetual's profit since the last entry, and funding since the account's index. */
function readHolding(s: Scenario, market: MarketName): StandardHolding {
  const perpetual = s[`Perps_${market}`]
  const mark = s.PerpPrice[MARKETS.indexOf(market)] ?? 0
  const funding = (s[`Account${market}FundingIndex`] ?? 0) - s[`${market}GlobalFundingIndex`]
  return {
    perpetual,
    unsettled: perpetual === 0 ? 0 : perpetual * (mark - (s[`LastEntry${market}`] ?? mark) + funding),
    base: s[`w${market}`],
    options: optionRows(s, market).map((row) => ({
      kind: s.OptionIsCall[row] ? 'call' : 'put',
      expiry: s.OptionExpiries[row] ?? 0,
      strike: s.OptionStrikes[row] ?? 0,
      quantity: s.OptionAmounts[row] ?? 0,
    })),
  }
}

/** What `deriveStandard` takes, from a published case; such files carry no parameters. */
export function readStandardCase({ Scenario: s }: z.infer<typeof standardCase>): {
  portfolio: StandardPortfolio
  market: StandardMarket
} {
  const perMarket = <T>(read: (market: MarketName) => T) =>
    Object.fromEntries(MARKETS.map((name) => [name, read(name)]))
  return {
    portfolio: { cash: s.Cash, markets: perMarket((name) => readHolding(s, name)) },
    market: { time: 0, stable: s.USDCValue, markets: perMarket((name) => readFeed(s, name)) },
  }
}
