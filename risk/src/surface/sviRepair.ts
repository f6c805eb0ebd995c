/**
 * Removal of butterfly arbitrage from a raw SVI slice that keeps its at-the-money variance, its skew and its put wing.
 *
 * Source: J. Gatheral and A. Jacquier (2014), "Arbitrage-free SVI volatility surfaces", section 5.1: with jump wings
 * (v, psi, p, c, vMin) the slice with c' = p + 2 psi and vMin' = v 4 p c' / (p + c')^2 is an SSVI slice free of butterflies.
 */
import { gridOf, type MoneynessGrid, minimumDurrleman } from './arbitrage.ts'
import { type JumpWings, jumpWingsOf, type RawSvi, rawOfJumpWings, rawSmile, rawVariance } from './svi.ts'

/** The closed-form repair of jump wings. Free of butterflies where w(0) p' and w(0) c' keep Lee's bound of 2. */
export function repairJumpWings({ v, psi, p }: JumpWings): JumpWings {
  const c = p + 2 * psi
  return { v, psi, p, c, vMin: (v * 4 * p * c) / (p + c) ** 2 }
}

/** Values of vMin tried between the slice's own and the closed-form repair's. */
const LEVELS = 32
const BISECTIONS = 40

function between(from: number, to: number, share: number): number {
  return from + (to - from) * share
}

/**
 * The slice nearest to `raw` in total variance (least squares on the grid) among those between it and its closed-form
 * repair: c and vMin move, v, psi and p stay. For each of 33 levels of vMin the largest admissible move of c back towards
 * the original is found by bisection; the nearest of these slices is returned. A slice that is free of butterflies on the
 * grid is returned as it is.
 *
 * @throws DomainError for parameters that are no SVI slice.
 */
export function repairButterfly(raw: RawSvi, expiryYears: number, grid: MoneynessGrid = gridOf(rawSmile(raw))): RawSvi {
  if (isFree(raw, grid)) return raw
  const original = jumpWingsOf(raw, expiryYears)
  const repaired = repairJumpWings(original)
  let best = rawOfJumpWings(repaired, expiryYears)
  let least = distance(raw, best, grid)
  for (let level = 0; level <= LEVELS; level++) {
    const vMin = between(original.vMin, repaired.vMin, level / LEVELS)
    const slice = nearestCallWing(original, repaired.c, vMin, expiryYears, grid)
    if (slice === undefined) continue
    const far = distance(raw, slice, grid)
    if (far < least) [best, least] = [slice, far]
  }
  return best
}

/** The admissible slice with this vMin whose call wing is closest to the original's, if the repaired wing is admissible. */
function nearestCallWing(
  original: JumpWings,
  repairedWing: number,
  vMin: number,
  years: number,
  grid: MoneynessGrid,
): RawSvi | undefined {
  const slice = (share: number) =>
    rawOfJumpWings({ ...original, vMin, c: between(repairedWing, original.c, share) }, years)
  let [low, high] = [0, 1]
  let best = slice(0)
  if (!isFree(best, grid)) return undefined
  for (let i = 0; i < BISECTIONS; i++) {
    const middle = 0.5 * (low + high)
    const candidate = slice(middle)
    if (isFree(candidate, grid)) [low, best] = [middle, candidate]
    else high = middle
  }
  return best
}

function isFree(raw: RawSvi, grid: MoneynessGrid): boolean {
  return raw.b * (1 + Math.abs(raw.rho)) <= 2 && minimumDurrleman(rawSmile(raw), grid).g >= 0
}

/** Sum of squared differences of total variance on a tenth of the grid's points. */
function distance(first: RawSvi, second: RawSvi, { from, to, steps }: MoneynessGrid): number {
  let sum = 0
  for (let i = 0; i <= steps; i += 10) {
    const k = between(from, to, i / steps)
    sum += (rawVariance(first, k) - rawVariance(second, k)) ** 2
  }
  return sum
}
