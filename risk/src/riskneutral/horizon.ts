/** The distribution at a short horizon, from the first expiry that is not much shorter. */
import { DomainError } from '../errors.ts'
import { SECONDS_PER_YEAR } from '../math/year.ts'
import { requireNoButterfly } from '../surface/arbitrage.ts'
import { essviSmile, scaleEssvi } from '../surface/essvi.ts'
import type { Smile } from '../surface/smile.ts'
import type { SliceAt, Surface } from '../surface/surface.ts'

/**
 * w_h(k) = (h/T) w_T(k sqrt(T/h)) with `ratio` = h / T: the law of a process whose increments over h are those over T,
 * shrunk by sqrt(h/T). It keeps total probability, but for a general smile not the absence of arbitrage, so g >= 0 is
 * checked again.
 * @throws ArbitrageError where the scaled smile has a negative density; DomainError unless ratio > 0.
 */
export function scaleSmile(smile: Smile, ratio: number): Smile {
  if (!(ratio > 0 && ratio < Infinity)) throw new DomainError('ratio', ratio, 'a positive finite ratio of two times')
  const root = Math.sqrt(ratio)
  const scaled: Smile = (k, out) => {
    smile(k / root, out)
    out[0] = ratio * (out[0] ?? 0)
    out[1] = root * (out[1] ?? 0)
  }
  requireNoButterfly(scaled)
  return scaled
}

/** Share of the horizon that the expiry of its slice lasts at least. */
export const SHORTEST_SLICE = 0.75

/**
 * A slice scaled to a horizon of `years`; eSSVI stays eSSVI (see `scaleEssvi`), forward and discount are the slice's.
 * @throws ArbitrageError where a longer horizon breaks the butterfly condition; DomainError unless years > 0.
 */
export function scaleSlice(slice: SliceAt, years: number): SliceAt {
  if (!(years > 0 && years < Infinity)) throw new DomainError('years', years, 'positive and finite')
  const scaled = { ...slice, ...scaleEssvi(slice, years / slice.years), years }
  requireNoButterfly(essviSmile(scaled))
  return scaled
}

/**
 * The slice from which a horizon of `years` is judged: that of the first expiry T >= 0.75 horizon (the last expiry where all
 * are shorter), scaled to the horizon.
 * @throws as `scaleSlice`; DomainError for a surface without slices.
 */
export function horizonSlice({ time, slices }: Surface, years: number): SliceAt {
  const yearsOf = (expiry: number) => (expiry - time) / SECONDS_PER_YEAR
  const slice = slices.find(({ expiry }) => yearsOf(expiry) >= SHORTEST_SLICE * years) ?? slices.at(-1)
  if (slice === undefined) throw new DomainError('number of slices', 0, 'at least 1')
  return scaleSlice({ ...slice, years: yearsOf(slice.expiry) }, years)
}
