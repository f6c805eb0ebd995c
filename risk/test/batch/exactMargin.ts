/** The margin rules in exact arithmetic on the numbers of a matrix: a plain restatement that shares no code with the engine. */
import type { Layout } from '../../src/batch/layout.ts'
import type { RiskMatrix } from '../../src/batch/matrix.ts'
import { exactly, least, most, ONE, over, root, size, sumOf, times } from './fixedPoint.ts'

export type Held = { readonly instrument: number; readonly quantity: number }
export type ExactMargin = { equity: bigint; maintenance: bigint; initial: bigint; goodEnd: bigint }

const LANES = Array.from({ length: 30 }, (_, lane) => lane)
/** Lanes of the nodes in ascending order of price, and what undoes their weight. */
const NODES: readonly (readonly [number, number, bigint])[] = [
  [28, 28, 4n],
  [26, 26, 2n],
  ...Array.from({ length: 13 }, (_, j): [number, number, bigint] => [2 * j, 2 * j + 1, 1n]),
  [27, 27, 2n],
  [29, 29, 4n],
]

type Group = {
  underlying: number
  pnl: bigint[]
  worst: bigint
  relieved: bigint
  shortfall: bigint
  value: bigint
  goodEnd: bigint
  options: [bigint, bigint]
  own: [bigint, bigint]
  factors: bigint
  both: bigint
  initial: bigint
}

const at = (column: ArrayLike<number>, index: number): bigint => exactly(column[index] ?? Number.NaN)
const worstOf = (pnl: readonly bigint[]): bigint => most(0n, ...pnl.map((each) => -each))

/** `mode` as the engine numbers it: 0 and 1 sum, 2 offsets, 3 and 4 expected shortfall with weight set 0 and 1. */
export function exactMargin(
  layout: Layout,
  matrix: RiskMatrix,
  mode: number,
  cash: number,
  held: readonly Held[],
): ExactMargin {
  const byUnderlying = Map.groupBy(held, ({ instrument }) => layout.underlyingOf[instrument] ?? -1)
  const groups = [...byUnderlying].map(([underlying, own]) => groupOf(layout, matrix, mode, underlying, own))
  const measure = measureOf(groups, matrix, mode)
  const total = (part: (group: Group) => bigint) => sumOf(groups.map(part))
  const ratio = at(matrix.account, 0)
  const both = total(({ both }) => both)
  const options = [0, 1].map((level) => total((group) => group.options[level] ?? 0n))
  const own = [0, 1].map((level) => total((group) => group.own[level] ?? 0n))
  const initial = times(ratio, measure) + total(({ factors }) => factors) + (options[1] ?? 0n)
  return {
    equity: exactly(cash) + total(({ value }) => value),
    maintenance: least(measure + (options[0] ?? 0n), own[0] ?? 0n) + both,
    initial: least(initial, own[1] ?? 0n) + both + total((group) => group.initial),
    goodEnd: total(({ goodEnd }) => goodEnd),
  }
}

function measureOf(groups: readonly Group[], { underlyings, account }: RiskMatrix, mode: number): bigint {
  const total = (of: readonly Group[], part: (group: Group) => bigint) => sumOf(of.map(part))
  if (mode < 2) return total(groups, ({ relieved }) => relieved)
  const offsetting = [...Map.groupBy(groups, ({ underlying }) => underlyings.group[underlying]).values()]
  const portfolio = sumOf(
    offsetting.map((of) => {
      const [first = 0n, ...others] = of.map(({ underlying }) => at(underlyings.offset, underlying))
      const offset = least(first, ...others)
      const joint = worstOf(LANES.map((lane) => total(of, ({ pnl }) => pnl[lane] ?? 0n)))
      const blend =
        times(offset, joint) +
        times(
          ONE - offset,
          total(of, ({ worst }) => worst),
        )
      return least(
        total(of, ({ relieved }) => relieved),
        blend,
      )
    }),
  )
  if (mode === 2) return portfolio
  return least(
    portfolio,
    most(
      times(at(account, 3), portfolio),
      total(groups, ({ shortfall }) => shortfall),
    ),
  )
}

type Leg = Held & { readonly notional: bigint }
type Netted = { readonly strike: number; readonly puts: bigint; readonly c: bigint }
/** Positions of one underlying, with what netting leaves of its options. */
type Book = {
  readonly u: number
  readonly linear: readonly Leg[]
  readonly options: readonly Leg[]
  readonly netted: readonly Netted[]
}

function groupOf(layout: Layout, matrix: RiskMatrix, mode: number, u: number, held: readonly Held[]): Group {
  const book = bookOf(layout, matrix, u, held)
  const { underlyings: of, account, strikes } = matrix
  const notional = sumOf(book.linear.map((leg) => leg.notional))
  const linearPnl = LANES.map((lane) => times(notional, at(of.linear, u * 30 + lane)))
  const optionPnl = optionPnlOf(book, matrix)
  const pnl = linearPnl.map((each, lane) => each + (optionPnl[lane] ?? 0n))
  const optionValue = sumOf(
    book.netted.map(
      (each) =>
        times(each.c, at(strikes.callValue, each.strike)) - times(each.puts, at(strikes.parityValue, each.strike)),
    ),
  )
  const paid = times(at(of.linearRelief, u), worstOf(linearPnl))
  const relieved = least(worstOf(pnl), paid + worstOf(optionPnl))
  const options = optionChargesOf(book, matrix)
  const ratio = times(at(account, 0), at(of.factor, u))
  const isLong = book.options.every(({ quantity }) => quantity > 0)
  const cap = (need: bigint, beside: bigint) => (isLong ? most(0n, least(need, optionValue + beside)) : need)
  const own: [bigint, bigint] = [
    cap(relieved + options[0], paid),
    cap(times(ratio, relieved) + options[1], times(ratio, paid)),
  ]
  return {
    underlying: u,
    pnl,
    worst: worstOf(pnl),
    relieved,
    shortfall: mode < 3 ? relieved : shortfallOf(matrix, u, mode - 3, pnl, relieved),
    value: notional + optionValue,
    options,
    own,
    factors: times(ratio - at(account, 0), relieved),
    ...chargesOf(layout, matrix, book, pnl, optionValue, own[1]),
  }
}

function bookOf(layout: Layout, matrix: RiskMatrix, u: number, held: readonly Held[]): Book {
  const legs = held.map((each) => ({
    ...each,
    notional: times(exactly(each.quantity), at(matrix.instruments.notional, each.instrument)),
  }))
  const options = legs.filter(({ instrument }) => (layout.kindOf[instrument] ?? 0) >= 3)
  const netted = [...Map.groupBy(options, ({ instrument }) => layout.strikeOf[instrument] ?? 0)].map(([strike, of]) => {
    const puts = of.filter(({ instrument }) => layout.kindOf[instrument] === 4)
    const count = (some: readonly Leg[]) => sumOf(some.map(({ quantity }) => exactly(quantity)))
    return { strike, puts: count(puts), c: count(of) }
  })
  return { u, options, netted, linear: legs.filter(({ instrument }) => (layout.kindOf[instrument] ?? 0) < 3) }
}

/** c * lane - unit * max(-c, 0), less the puts' forwards. */
function optionPnlOf({ u, netted }: Book, { strikes, underlyings }: RiskMatrix): bigint[] {
  const unit = at(underlyings.laneUnit, u)
  return LANES.map((lane) => {
    const move = at(underlyings.linear, u * 30 + lane)
    return sumOf(
      netted.map(({ strike, puts, c }) => {
        const parity = times(times(puts, at(strikes.parityNotional, strike)), move)
        return times(c, at(strikes.lanes, strike * 30 + lane)) - times(unit, most(-c, 0n)) - parity
      }),
    )
  })
}

function optionChargesOf({ netted }: Book, { strikes }: RiskMatrix): [bigint, bigint] {
  const charge = (short: Float64Array, long: Float64Array) =>
    sumOf(netted.map(({ strike, c }) => times(size(c), at(c < 0n ? short : long, strike))))
  return [charge(strikes.shortMaintenance, strikes.longMaintenance), charge(strikes.shortInitial, strikes.longInitial)]
}

function chargesOf(
  layout: Layout,
  matrix: RiskMatrix,
  book: Book,
  pnl: readonly bigint[],
  optionValue: bigint,
  ownInitial: bigint,
): Pick<Group, 'both' | 'initial' | 'goodEnd'> {
  const { underlyings: of, account } = matrix
  const { u, linear, options } = book
  const isSpot = ({ instrument }: Held) => layout.kindOf[instrument] === 0
  const collateral = sumOf(linear.filter(isSpot).map(({ notional }) => notional))
  const expiries = expiriesOf(layout, matrix, book)
  const calendar = times(at(of.calendarCharge, u), offsetting(expiries.map(({ unmoved }) => unmoved)))
  const basis = basisOf(expiries, at(of.basisCharge, u), at(of.basisChargePerYear, u))
  const delta = sumOf(expiries.map((each) => each.delta))
  const unmoved = options.length > 0 ? (pnl[12] ?? 0n) : 0n
  const concentration = times(worstOf(pnl), concentrationOf(delta, unmoved, at(of.range, u), of.depth[u] ?? 0))
  const gains = [0, 1, 2].map((price) => gainOf(matrix, book, pnl, 3 * u + price))
  const uncertainty = most(0n, ...gains.map((gain) => -gain))
  const gross = sumOf([...linear.filter((leg) => !isSpot(leg)), ...options].map(({ notional }) => size(notional)))
  const uncounted = most(0n, optionValue - ownInitial - uncertainty - calendar - basis - concentration)
  const slots = times(at(of.slotCharge, u), exactly(linear.length + options.length))
  const dead = times(at(of.dead, u), collateral)
  return {
    both: calendar + basis + times(at(of.haircut, u), collateral),
    initial: uncertainty + concentration + times(at(account, 1), gross) + slots + dead + uncounted,
    goodEnd: most(0n, gains[0] ?? 0n, gains[1] ?? 0n),
  }
}

type Expiry = { readonly years: bigint; readonly delta: bigint; readonly unmoved: bigint }

function expiriesOf(layout: Layout, { strikes, years }: RiskMatrix, { linear, netted, options }: Book): Expiry[] {
  const expiryOfStrike = new Map(
    options.map(({ instrument }) => [layout.strikeOf[instrument], layout.expiryOf[instrument]]),
  )
  const terms = [
    ...linear.map(({ instrument, notional }) => ({
      expiry: layout.expiryOf[instrument],
      delta: notional,
      unmoved: 0n,
    })),
    ...netted.map(({ strike, puts, c }) => ({
      expiry: expiryOfStrike.get(strike),
      delta: times(c, at(strikes.callDelta, strike)) - times(puts, at(strikes.parityNotional, strike)),
      unmoved: times(c, at(strikes.lanes, strike * 30 + 12)),
    })),
  ]
  return [...Map.groupBy(terms, ({ expiry }) => expiry ?? -1)]
    .sort(([a], [b]) => a - b)
    .map(([expiry, of]) => ({
      years: at(years, expiry),
      delta: sumOf(of.map((each) => each.delta)),
      unmoved: sumOf(of.map((each) => each.unmoved)),
    }))
}

function offsetting(values: readonly bigint[]): bigint {
  return least(sumOf(values.map((each) => most(each, 0n))), sumOf(values.map((each) => most(-each, 0n))))
}

function basisOf(expiries: readonly Expiry[], rate: bigint, ratePerYear: bigint): bigint {
  const spreads = expiries.slice(1).map(({ years }, i) => {
    const left = sumOf(expiries.slice(0, i + 1).map(({ delta }) => delta))
    const right = sumOf(expiries.slice(i + 1).map(({ delta }) => delta))
    if (left < 0n === right < 0n || left === 0n || right === 0n) return 0n
    return times(years - (expiries[i]?.years ?? 0n), least(size(left), size(right)))
  })
  return times(rate, offsetting(expiries.map(({ delta }) => delta))) + times(ratePerYear, sumOf(spreads))
}

/** sqrt(max(1, N / Q)) - 1. */
function concentrationOf(delta: bigint, unmoved: bigint, range: bigint, depth: number): bigint {
  if (depth === Number.POSITIVE_INFINITY) return 0n
  return root(most(ONE, over(most(size(delta), over(size(unmoved), range)), exactly(depth)))) - ONE
}

/** What the interval's price gains: mean of up and down lanes between two nodes, less the same at the unmoved price. */
function gainOf(
  { underlyings: of }: RiskMatrix,
  { linear, options }: Book,
  pnl: readonly bigint[],
  row: number,
): bigint {
  if (options.length === 0) return times(sumOf(linear.map(({ notional }) => notional)), at(of.unitGain, row))
  const mean = (n: number) => {
    const [up, down, scale] = NODES[n] ?? [12, 13, 1n]
    return (scale * ((pnl[up] ?? 0n) + (pnl[down] ?? 0n))) / 2n
  }
  const node = of.intervalNode[row] ?? 0
  return mean(node - 1) + times(at(of.intervalShare, row), mean(node) - mean(node - 1)) - mean(8)
}

function shortfallOf(matrix: RiskMatrix, u: number, set: number, pnl: readonly bigint[], relieved: bigint): bigint {
  const { hasWeights, weights, range } = matrix.underlyings
  if (hasWeights[2 * u + set] !== 1) return relieved
  const losses = NODES.map(([up, down, scale]) => -scale * least(pnl[up] ?? 0n, pnl[down] ?? 0n))
  if (2 * (range[u] ?? 0) >= 0.9) losses[1] = losses[0] ?? 0n
  const nodes = losses.map((loss, node) => ({ loss, weight: at(weights, (2 * u + set) * 17 + node) }))
  const tail = at(matrix.account, 2)
  let left = tail
  let sum = 0n
  for (const { loss, weight } of nodes.sort((a, b) => (a.loss > b.loss ? -1 : 1))) {
    const mass = least(left, weight)
    sum += times(mass, most(0n, loss))
    left -= mass
  }
  return over(sum, tail)
}
