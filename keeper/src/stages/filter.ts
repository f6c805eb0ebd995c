/**
 * Fast filter: proves without the thirty scenarios that a healthy account is still healthy. A linear book with collateral
 * value C, gross derivative notional G and quantity Q of an underlying, whose spot moved by the share rs, mark by rm and
 * funding index by dPhi, changes its equity by at most C*rs + G*rm + Q*dPhi, and its maintenance by at most
 * (scanRange * relief + haircut) * (C*rs + G*rm) <= 2 * (C*rs + G*rm), while those parameters stay; its settled cash and
 * debt limit change by less. What is inside the bound goes to the exact twin, and so does every book with dated instruments or
 * offsets, in every block: its options are no linear function of what the bound knows.
 */
import { type Assessment, isOffsetting, type Market, type Portfolio, type Snapshot } from '@plimsoll/sdk'

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
}

/** What an account's health hung on when it was last computed. */
export type Anchor = {
  readonly snapshot: Snapshot
  readonly slack: bigint
  readonly exposures: readonly Exposure[]
  /** The bound above holds for the book. */
  readonly linear: boolean
}

/** Moves between two rows: WAD shares rounded up, funding in USD per unit; undefined: nothing can be proved. */
type Shift = { readonly spot: bigint; readonly mark: bigint; readonly funding: bigint } | undefined

export function anchorOf({ mode, positions }: Portfolio, assessment: Assessment, snapshot: Snapshot): Anchor {
  const unbounded: Anchor = { snapshot, slack: -1n, exposures: [], linear: false }
  if (isOffsetting(mode)) return unbounded
  const margin = assessment.equity - assessment.maintenance
  const debtRoom = assessment.settledCash + assessment.debtLimit
  const exposures = new Map<number, Exposure>()
  for (const { instrument, lots } of positions) {
    const { underlying, kind } = instrument
    const market = snapshot.markets.find((row) => row.underlying === underlying)
    if (!market || (kind !== 'spot' && kind !== 'perpetual')) return unbounded
    const before = exposures.get(underlying) ?? { underlying, collateral: 0n, gross: 0n, quantity: 0n }
    exposures.set(underlying, kind === 'spot' ? withSpot(before, lots, market) : withPerpetual(before, lots, market))
  }
  return { snapshot, slack: least(margin, debtRoom), exposures: [...exposures.values()], linear: true }
}

function withSpot(before: Exposure, lots: bigint, { tokenUnit, spot }: Market): Exposure {
  return { ...before, collateral: before.collateral + up(size(lots) * tokenUnit * spot) }
}

function withPerpetual(before: Exposure, lots: bigint, { lotUnit, perpetualMark }: Market): Exposure {
  const quantity = size(lots) * lotUnit
  return { ...before, quantity: before.quantity + quantity, gross: before.gross + up(quantity * perpetualMark) }
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
      if (!shift) return false
      worst += PRICE_FACTOR * up(collateral * shift.spot + gross * shift.mark) + up(quantity * shift.funding)
    }
    return slack > worst
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
  const bounded = sameRisk && a.scanRange <= WAD && a.linearRelief <= WAD && a.haircut <= WAD
  if (!bounded || a.spot === 0n || a.perpetualMark === 0n) return undefined
  return {
    spot: share(a.spot, b.spot),
    mark: share(a.perpetualMark, b.perpetualMark),
    funding: size(b.fundingIndex - a.fundingIndex),
  }
}

function share(from: bigint, to: bigint): bigint {
  return (size(to - from) * WAD) / from + 1n
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function size(value: bigint): bigint {
  return value < 0n ? -value : value
}

/** 36 decimals to 18, rounded up. */
function up(value36: bigint): bigint {
  return value36 / WAD + 1n
}
