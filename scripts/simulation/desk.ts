/** Sells what keepers took over: their signed orders meet the market maker's at a price worse than mark. */
import { decodeAccountId, type Position } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import { PRICE_DECIMALS } from '../market/bars.ts'
import type { Ledger } from './ledger.ts'
import { item } from './population.ts'
import { type FillArgs, match, settlement } from './site.ts'
import type { World } from './world.ts'

/** What the market maker earns on every unit, basis points of spot. */
export const SPREAD_BP = 10n

/** One settlement per keeper that holds anything: a failing one does not hold up the other. */
export async function unwind(world: World, ledger: Ledger, prices: readonly bigint[]): Promise<Hex[]> {
  const raw: Hex[] = []
  for (const wallet of world.keepers) {
    const fills: FillArgs[] = []
    for (const account of ledger.accounts()) {
      if (decodeAccountId(account).owner !== wallet.address) continue
      for (const position of ledger.portfolio(account).positions) {
        const { instrument, lots } = position
        const [side, units] = lots > 0n ? [-1n, lots] : [1n, -lots]
        const price = side * quote(world, position, prices)
        const legs = [{ instrument, ratio: side }]
        fills.push(await match(world, { wallet, account, maker: world.maker, legs, units, price }))
      }
    }
    if (fills.length > 0) raw.push(await settlement(world, fills))
  }
  return raw
}

/** USD per lot, 18 decimals: below spot when the keeper sells, above when it buys back. */
function quote({ deployment, decimals }: World, { instrument, lots }: Position, prices: readonly bigint[]): bigint {
  const index = instrument.underlying - 1
  const { lotUnit } = item(deployment.underlyings, index)
  const unit = instrument.kind === 'spot' ? 10n ** BigInt(18 - item(decimals, index)) : BigInt(lotUnit)
  const mark = (item(prices, index) * unit) / 10n ** BigInt(PRICE_DECIMALS)
  return lots > 0n ? (mark * (10_000n - SPREAD_BP)) / 10_000n : (mark * (10_000n + SPREAD_BP)) / 10_000n
}
