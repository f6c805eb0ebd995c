/** Sells what keepers took over to the makers of the day, at a price worse than mark. */
import {
  type AccountId,
  encodeInstrumentId,
  type Instrument,
  isOption,
  markOf,
  type Portfolio,
  type Position,
  type Snapshot,
} from '@plimsoll/sdk'
import { keeperWallet, sidesOf } from '../desk.ts'
import type { Ledger } from '../ledger.ts'
import { MOST_LEGS } from '../site.ts'
import type { Interest, Trade } from '../trades.ts'
import type { Wallet } from '../wallet.ts'
import { makerOf, markValue, type OptionWorld, unitOf } from './optionWorld.ts'

/** What makers earn: basis points of spot on spot, perpetuals and futures; on options of the lesser mark of the strike and of spot. */
export const DESK_SPREAD = { linearBp: 10n, markBp: 300n, spotBp: 2n } as const
const BP = 10_000n
const WAD = 10n ** 18n

/** What keepers would sell: all that they hold. */
export function optionResales(world: OptionWorld, ledger: Ledger, snapshot: Snapshot): Trade[] {
  return ledger.accounts().flatMap((account) => {
    const wallet = keeperWallet(world, account)
    return wallet ? tradesFor(world, wallet, account, ledger, snapshot) : []
  })
}

/** Structures with all that one maker trades, and an order per collateral token, whose lots are too many for a leg's ratio. */
function tradesFor(
  world: OptionWorld,
  wallet: Wallet,
  account: AccountId,
  ledger: Ledger,
  snapshot: Snapshot,
): Trade[] {
  const alive = ledger.portfolio(account).positions.filter((position) => isAlive(position, snapshot))
  const structures = Map.groupBy(alive, ({ instrument }) => {
    const maker = makerOf(world, instrument)
    return `${maker.address} ${instrument.kind === 'spot' ? instrument.underlying : ''}`
  })
  return [...structures.values()].flatMap(inStructures).flatMap((positions) => {
    const [first] = positions
    if (first === undefined) return []
    return { wallet, account, maker: makerOf(world, first.instrument), ...termsOf(positions, first, snapshot) }
  })
}

/** No more legs than an order has; neighbours in expiry and strike stay together, since they hedge each other. */
function inStructures(positions: readonly Position[]): Position[][] {
  const sorted = positions.toSorted((a, b) =>
    encodeInstrumentId(a.instrument) < encodeInstrumentId(b.instrument) ? -1 : 1,
  )
  const count = Math.ceil(sorted.length / MOST_LEGS)
  return Array.from({ length: count }, (_, i) => sorted.slice(i * MOST_LEGS, (i + 1) * MOST_LEGS))
}

/** Quotes for all that some portfolios hold and that lives: as much as they could sell or buy back. */
export function optionQuotes(world: OptionWorld, portfolios: readonly Portfolio[], snapshot: Snapshot): Interest[] {
  const alive = sidesOf(portfolios).filter((position) => isAlive(position, snapshot))
  return alive.map(({ instrument, lots }) => {
    const wallet = makerOf(world, instrument)
    const [side, units] = lots > 0n ? [1n, lots] : [-1n, -lots]
    const price = -priceOf({ instrument, lots: side }, snapshot)
    return { wallet, account: wallet.accountId(), legs: [{ instrument, ratio: side }], units, price }
  })
}

function isAlive({ instrument: { expiry } }: Position, { time }: Snapshot): boolean {
  return expiry === 0 || expiry > time
}

function termsOf(positions: readonly Position[], first: Position, snapshot: Snapshot) {
  const price = positions.reduce((sum, position) => sum + priceOf(position, snapshot), 0n)
  if (first.instrument.kind !== 'spot') {
    return { legs: positions.map(({ instrument, lots }) => ({ instrument, ratio: -lots })), units: 1n, price }
  }
  // A deposit is never short.
  return { legs: [{ instrument: first.instrument, ratio: -1n }], units: first.lots, price: price / first.lots }
}

/** What closing a position costs, USD with 18 decimals; negative: brings. */
function priceOf({ instrument, lots }: Position, snapshot: Snapshot): bigint {
  const size = lots < 0n ? -lots : lots
  return (
    markValue(instrument, -lots, snapshot) +
    (size * unitOf(instrument, snapshot) * spreadOf(instrument, snapshot)) / WAD
  )
}

/** USD per unit, 18 decimals. */
function spreadOf(instrument: Instrument, snapshot: Snapshot): bigint {
  const spot = markOf(snapshot, { ...instrument, kind: 'spot', expiry: 0, strike: 0n })
  if (!isOption(instrument)) return (spot * DESK_SPREAD.linearBp) / BP
  // The rest of a deep option is a forward.
  let mark = markOf(snapshot, { ...instrument, kind: 'call' })
  const put = markOf(snapshot, { ...instrument, kind: 'put' })
  if (put < mark) mark = put
  return (mark * DESK_SPREAD.markBp + spot * DESK_SPREAD.spotBp) / BP
}
