/** Sells what keepers took over to the makers of the day, at a price worse than mark. */
import { type AccountId, type Instrument, isOption, markOf, ownerOf, type Position, type Snapshot } from '@plimsoll/sdk'
import type { Hex } from 'viem'
import type { Ledger } from '../ledger.ts'
import { type FillArgs, match, settlement } from '../site.ts'
import type { Wallet } from '../wallet.ts'
import { makerOf, markValue, type OptionWorld, unitOf } from './optionWorld.ts'

/** What makers earn: basis points of spot on spot, perpetuals and futures; on options of the lesser mark of the strike and of spot. */
export const DESK_SPREAD = { linearBp: 10n, markBp: 300n, spotBp: 2n } as const
const BP = 10_000n
const WAD = 10n ** 18n

/** One settlement per keeper that holds anything: a failing one does not hold up the other. */
export async function unwindOptions(world: OptionWorld, ledger: Ledger, snapshot: Snapshot): Promise<Hex[]> {
  const raw: Hex[] = []
  for (const wallet of world.keepers) {
    const own = ledger.accounts().filter((account) => ownerOf(account) === wallet.address)
    const fills = await Promise.all(own.map((account) => fillsFor(world, wallet, account, ledger, snapshot)))
    if (fills.flat().length > 0) raw.push(await settlement(world, fills.flat()))
  }
  return raw
}

/** One order per maker with all that it trades, and one per collateral token, whose lots are too many for a leg's ratio. */
function fillsFor(
  world: OptionWorld,
  wallet: Wallet,
  account: AccountId,
  ledger: Ledger,
  snapshot: Snapshot,
): Promise<FillArgs[]> {
  const alive = ledger.portfolio(account).positions.filter(({ instrument: { expiry } }) => {
    return expiry === 0 || expiry > snapshot.time
  })
  const structures = Map.groupBy(alive, ({ instrument }) => {
    const maker = makerOf(world, instrument)
    return `${maker.address} ${instrument.kind === 'spot' ? instrument.underlying : ''}`
  })
  return Promise.all(
    [...structures.values()].flatMap((positions) => {
      const [first] = positions
      if (first === undefined) return []
      const maker = makerOf(world, first.instrument)
      return match(world, { wallet, account, maker, ...termsOf(positions, first, snapshot) })
    }),
  )
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
