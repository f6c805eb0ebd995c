/**
 * Fast filter: proves without the thirty scenarios that a healthy account is still healthy. A linear book with collateral
 * value C, gross derivative notional G and quantity Q of an underlying, whose spot moved by the share rs, mark by rm and
 * funding index by dPhi, changes its equity by at most C*rs + G*rm + Q*dPhi, and its maintenance by at most
 * (scanRange * relief + haircut) * (C*rs + G*rm) <= 2 * (C*rs + G*rm), while those parameters stay; its settled cash and
 * debt limit change by less. What is inside the bound goes to the exact twin, and so does every book with dated instruments or
 * offsets, in every block: its options are no linear function of what the bound knows.
 *
 * The initial requirement of such a book, without the scale of open interest, is at most C*(k + d + haircut) + G*(k + d + 0.1 %)
 * and the charge per position, with k = 1.3 * target range * relief and d the distance from spot to the farthest of the price
 * interval and the average: all of it as of now, so that parameters and ranges may have changed.
 */
import {
  type Assessment,
  GROSS_CHARGE,
  INITIAL_RATIO,
  isOffsetting,
  type Market,
  type Portfolio,
  type Snapshot,
} from '@plimsoll/sdk'

const WAD = 10n ** 18n
/** Equity once and maintenance twice. */
const PRICE_FACTOR = 3n
/** Wei that roundings may cost, far above the few divisions of an assessment. */
const ROUNDING = 1_000n

type Exposure = {
  readonly underlying: number
  readonly collateral: bigint
  readonly gross: bigint
  readonly quantity: bigint
  readonly slots: bigint
}

/** What an account's health hung on when it was last computed. */
export type Anchor = {
  readonly snapshot: Snapshot
  readonly slack: bigint
  readonly equity: bigint
  readonly exposures: readonly Exposure[]
  /** The bound above holds for the book. */
  readonly linear: boolean
}

/**
 * Moves between two rows: WAD shares rounded up, funding in USD per unit; undefined: nothing can be proved.
 * @param sameRisk What maintenance margin hangs on is what it was.
 */
type Shift =
  | { readonly spot: bigint; readonly mark: bigint; readonly funding: bigint; readonly sameRisk: boolean }
  | undefined

export function anchorOf({ mode, positions }: Portfolio, assessment: Assessment, snapshot: Snapshot): Anchor {
  const { equity } = assessment
  const unbounded: Anchor = { snapshot, slack: -1n, equity, exposures: [], linear: false }
  if (isOffsetting(mode)) return unbounded
  const margin = equity - assessment.maintenance
  const debtRoom = assessment.settledCash + assessment.debtLimit
  const exposures = new Map<number, Exposure>()
  for (const { instrument, lots } of positions) {
    const { underlying, kind } = instrument
    const market = snapshot.markets.find((row) => row.underlying === underlying)
    if (!market || (kind !== 'spot' && kind !== 'perpetual')) return unbounded
    const before = exposures.get(underlying) ?? { underlying, collateral: 0n, gross: 0n, quantity: 0n, slots: 0n }
    exposures.set(underlying, kind === 'spot' ? withSpot(before, lots, market) : withPerpetual(before, lots, market))
  }
  return { snapshot, slack: least(margin, debtRoom), equity, exposures: [...exposures.values()], linear: true }
}

function withSpot(before: Exposure, lots: bigint, { tokenUnit, spot }: Market): Exposure {
  return { ...before, slots: before.slots + 1n, collateral: before.collateral + up(size(lots) * tokenUnit * spot) }
}

function withPerpetual(before: Exposure, lots: bigint, { lotUnit, perpetualMark }: Market): Exposure {
  const quantity = size(lots) * lotUnit
  const gross = before.gross + up(quantity * perpetualMark)
  return { ...before, slots: before.slots + 1n, quantity: before.quantity + quantity, gross }
}

/** Moves from any earlier snapshot to `now`, computed once per pair of snapshots. */
export class Shifts {
  readonly #now: ReadonlyMap<number, Market>
  readonly #known = new Map<Snapshot, Map<number, Shift>>()

  constructor(now: Snapshot) {
    this.#now = new Map(now.markets.map((market) => [market.underlying, market]))
  }

  /** True only if the account that `anchor` describes is certainly healthy now. */
  provesHealthy({ snapshot, slack, exposures }: Anchor): boolean {
    let worst = ROUNDING
    for (const { underlying, collateral, gross, quantity } of exposures) {
      const shift = this.#from(snapshot).get(underlying)
      if (!shift?.sameRisk) return false
      worst += PRICE_FACTOR * up(collateral * shift.spot + gross * shift.mark) + up(quantity * shift.funding)
    }
    return slack > worst
  }

  /** True only if the account that `anchor` describes certainly has initial margin now. */
  provesInitial({ snapshot, equity, exposures, linear }: Anchor): boolean {
    if (!linear) return false
    let room = equity - ROUNDING
    for (const { underlying, collateral, gross, quantity, slots } of exposures) {
      const shift = this.#from(snapshot).get(underlying)
      const market = this.#now.get(underlying)
      if (!shift || market?.status !== 'live') return false
      const bySpot = up(collateral * shift.spot)
      const byMark = up(gross * shift.mark)
      room -= bySpot + byMark + up(quantity * shift.funding)
      room -= initialAtMost({ collateral: collateral + bySpot, gross: gross + byMark, slots }, market)
    }
    return room > 0n
  }

  #from(snapshot: Snapshot): Map<number, Shift> {
    const known = this.#known.get(snapshot)
    if (known) return known
    const shifts = new Map(snapshot.markets.map((row) => [row.underlying, shiftOf(row, this.#now.get(row.underlying))]))
    this.#known.set(snapshot, shifts)
    return shifts
  }
}

function shiftOf(a: Market, b: Market | undefined): Shift {
  const sameRisk = b && a.scanRange === b.scanRange && a.linearRelief === b.linearRelief && a.haircut === b.haircut
  const bounded = a.scanRange <= WAD && a.linearRelief <= WAD && a.haircut <= WAD
  if (!b || a.spot === 0n || a.perpetualMark === 0n) return undefined
  return {
    sameRisk: sameRisk === true && bounded,
    spot: share(a.spot, b.spot),
    mark: share(a.perpetualMark, b.perpetualMark),
    funding: size(b.fundingIndex - a.fundingIndex),
  }
}

/** Upper bound of the initial requirement of one underlying. */
function initialAtMost(
  { collateral, gross, slots }: Omit<Exposure, 'underlying' | 'quantity'>,
  market: Market,
): bigint {
  const { spot, low, high, ema, targetRange, linearRelief, haircut, slotCharge } = market
  const distance = [low, high, ema].map((price) => share(spot, price)).reduce(most)
  const rate = up(up(INITIAL_RATIO * targetRange) * linearRelief) + distance
  return up(collateral * (rate + haircut)) + up(gross * (rate + GROSS_CHARGE)) + slots * slotCharge + ROUNDING
}

function share(from: bigint, to: bigint): bigint {
  return (size(to - from) * WAD) / from + 1n
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function most(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** 36 decimals to 18, rounded up. */
function up(value36: bigint): bigint {
  return value36 / WAD + 1n
}
