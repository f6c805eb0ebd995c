/**
 * Matching of option legs to strategies: what a short is covered by. Quantities in units, positive on both sides.
 *
 * Matching is greedy and deterministic, not the minimum over all matchings.
 */

/** A leg with the quantity that is still unmatched. `value` of one unit, USD. */
export type Leg = {
  readonly kind: 'call' | 'put'
  readonly strike: number
  readonly expiry: number
  readonly value: number
  quantity: number
}

/** A short leg and the long one that covers it; the most that the pair can lose per unit, USD. */
export type Spread = {
  readonly short: Leg
  readonly long: Leg
  readonly quantity: number
  readonly maximumLoss: number
}

/** What a spread can lose at the short's expiry beyond its value now: the strikes apart, 0 when the long one is better. */
export function strikeLoss(short: Leg, long: Leg): number {
  const width = short.kind === 'call' ? long.strike - short.strike : short.strike - long.strike
  return Math.max(0, width)
}

/**
 * Pairs shorts with longs of the same right that expire no sooner, the pair that saves most first; consumes the
 * quantities. Alone a short needs its mark and `alone(short)` in cash, in a pair `strikeLoss`.
 */
export function matchSpreads(shorts: readonly Leg[], longs: readonly Leg[], alone: (short: Leg) => number): Spread[] {
  const pairs = shorts.flatMap((short) => {
    return longs
      .filter(({ kind, expiry }) => kind === short.kind && expiry >= short.expiry)
      .map((long) => ({
        short,
        long,
        maximumLoss: strikeLoss(short, long),
        saved: alone(short) + short.value - strikeLoss(short, long),
      }))
  })
  pairs.sort((a, b) => b.saved - a.saved || a.long.value - b.long.value)
  return pairs.flatMap(({ short, long, maximumLoss, saved }) => {
    const quantity = Math.min(short.quantity, long.quantity)
    if (quantity === 0 || saved <= 0) return []
    short.quantity -= quantity
    long.quantity -= quantity
    return [{ short, long, quantity, maximumLoss }]
  })
}

/** Covers shorts, the dearest first, by `units` of the underlying; consumes the quantities. Returns the units used. */
export function cover(shorts: readonly Leg[], units: number, alone: (short: Leg) => number): number {
  let left = units
  for (const short of [...shorts].sort((a, b) => alone(b) - alone(a))) {
    const used = Math.min(left, short.quantity)
    short.quantity -= used
    left -= used
  }
  return units - left
}

/**
 * Short calls beside short puts: only the greater side is charged, because both cannot lose at once. Sorted pairing is
 * the least sum of the greater sides. Returns the charge of all that is left, USD.
 */
export function straddleCharge(calls: readonly Leg[], puts: readonly Leg[], alone: (short: Leg) => number): number {
  const descending = (legs: readonly Leg[]) =>
    legs.map((leg) => ({ charge: alone(leg), left: leg.quantity })).sort((a, b) => b.charge - a.charge)
  const [left, right] = [descending(calls), descending(puts)]
  let sum = 0
  let i = 0
  let j = 0
  while (i < left.length || j < right.length) {
    const [call, put] = [left[i], right[j]]
    const quantity = Math.min(call?.left ?? Infinity, put?.left ?? Infinity)
    sum += quantity * Math.max(call?.charge ?? 0, put?.charge ?? 0)
    if (call) call.left -= quantity
    if (put) put.left -= quantity
    if (call?.left === 0) i++
    if (put?.left === 0) j++
  }
  return sum
}
