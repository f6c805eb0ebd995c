/** Sells what keepers took over: their signed orders meet the market maker's at a price worse than mark. */
import {
  type AccountId,
  encodeInstrumentId,
  isSystemAccount,
  ownerOf,
  type Portfolio,
  type Position,
} from '@plimsoll/sdk'
import { PRICE_DECIMALS } from '../market/bars.ts'
import type { Ledger } from './ledger.ts'
import { item } from './population.ts'
import type { Site } from './site.ts'
import type { Interest, Trade } from './trades.ts'
import type { Wallet } from './wallet.ts'
import type { World } from './world.ts'

/** What the market maker earns on every unit, basis points of spot. */
export const SPREAD_BP = 10n

/** Of the keeper that holds `account` itself: what its reseller has, it sells by itself. */
export function keeperWallet({ keepers }: Site, account: AccountId): Wallet | undefined {
  return keepers.find(({ wallet }) => wallet.address === ownerOf(account))?.wallet
}

/** What keepers would sell: all that they hold, each position by itself. */
export function resales(world: World, ledger: Ledger, prices: readonly bigint[]): Trade[] {
  return ledger.accounts().flatMap((account) => {
    const wallet = keeperWallet(world, account)
    if (!wallet) return []
    return ledger.portfolio(account).positions.map((position) => {
      const [side, units] = position.lots > 0n ? [-1n, position.lots] : [1n, -position.lots]
      const price = side * quote(world, position, prices)
      const legs = [{ instrument: position.instrument, ratio: side }]
      return { wallet, account, maker: world.maker, legs, units, price }
    })
  })
}

/** Quotes for all that others than the market maker hold: as much as they could sell or buy back. */
export function standingQuotes(world: World, ledger: Ledger, prices: readonly bigint[]): Interest[] {
  const { maker } = world
  const account = maker.accountId()
  const others = ledger.accounts().filter((each) => each !== account && !isSystemAccount(each))
  return sidesOf(others.map((each) => ledger.portfolio(each))).map((position) => {
    const [side, units] = position.lots > 0n ? [1n, position.lots] : [-1n, -position.lots]
    const legs = [{ instrument: position.instrument, ratio: side }]
    return { wallet: maker, account, legs, units, price: side * quote(world, position, prices) }
  })
}

/** Longs and shorts of every instrument, each added up. */
export function sidesOf(portfolios: readonly Portfolio[]): Position[] {
  const sides = Map.groupBy(
    portfolios.flatMap(({ positions }) => positions),
    ({ instrument, lots }) => `${encodeInstrumentId(instrument)} ${lots > 0n}`,
  )
  return [...sides.values()].map((all) => {
    return { instrument: item(all, 0).instrument, lots: all.reduce((sum, { lots }) => sum + lots, 0n) }
  })
}

/** USD per lot, 18 decimals: below spot when the keeper sells, above when it buys back. */
function quote({ deployment, decimals }: World, { instrument, lots }: Position, prices: readonly bigint[]): bigint {
  const index = instrument.underlying - 1
  const { lotUnit } = item(deployment.underlyings, index)
  const unit = instrument.kind === 'spot' ? 10n ** BigInt(18 - item(decimals, index)) : BigInt(lotUnit)
  const mark = (item(prices, index) * unit) / 10n ** BigInt(PRICE_DECIMALS)
  return lots > 0n ? (mark * (10_000n - SPREAD_BP)) / 10_000n : (mark * (10_000n + SPREAD_BP)) / 10_000n
}
