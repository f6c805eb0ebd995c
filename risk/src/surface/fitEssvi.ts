/**
 * Calibration of eSSVI to all expiries at once under the closed-form no-arbitrage conditions.
 *
 * In the coordinates (chi, left, right) of essvi.ts these conditions are linear inequalities, so the fit is a least-squares
 * problem in a polytope: slices are fitted one by one, made monotone in expiry by isotonic regression (which keeps
 * max(left, right) <= 4 chi, because it keeps order), and then polished together by a barrier method whose
 * iterates never leave the polytope. The sequential and global calibrations of J. Corbetta et al. (2019), "Robust
 * calibration and arbitrage-free interpolation of SSVI slices", and A. Mingone (2022), "No arbitrage global parametrization
 * for the eSSVI volatility surface", Quantitative Finance 22, inspired it.
 */
import { DomainError } from '../errors.ts'
import { type BandedObjective, bandIndex, type LinearConstraint, minimiseInside } from '../math/barrier.ts'
import { type EssviParameters, essviOf } from './essvi.ts'

/** Quotes of one expiry as columns: log-moneyness, mid volatility, and the weight of one unit of volatility error. */
export type SliceQuotes = {
  years: number
  k: Float64Array
  volatility: Float64Array
  /** Residual = weight * (fitted - quoted volatility); 1 / half the bid-ask width makes it a multiple of that. */
  weight: Float64Array
}

/** Robustness of the fit. */
export type FitEssviOptions = {
  /** Residuals beyond this count linearly instead of squared (pseudo-Huber), so one bad quote cannot bend a slice. @default 3 */
  huber?: number
}

const PER_SLICE = 3
/** Later parameters exceed earlier ones by this share at least: more than what rounding to 18 decimals can lose. */
const STRICT = 1e-9

/** The polytope of surfaces without arbitrage for `count` expiries; variables chi, left, right of each in turn. */
function essviConstraints(count: number): LinearConstraint[] {
  const constraints: LinearConstraint[] = []
  const single = (i: number, a: number, c: number) => constraints.push({ i, a, j: i, b: 0, c })
  const pair = (i: number, a: number, j: number, b: number) => constraints.push({ i, a, j, b, c: 0 })
  single(1, 1, 0) // left > 0 and right > 0: psi > 0 and |rho| < 1
  single(2, 1, 0)
  for (let slice = 0; slice < count; slice++) {
    const at = PER_SLICE * slice
    pair(at, 4 * (1 - STRICT), at + 1, -1) // psi^2 (1 - rho) <= 4 theta
    pair(at, 4 * (1 - STRICT), at + 2, -1) // psi^2 (1 + rho) <= 4 theta
    if (slice > 0) for (let j = at; j < at + PER_SLICE; j++) pair(j, 1, j - PER_SLICE, -(1 + STRICT)) // calendar
  }
  const last = PER_SLICE * (count - 1)
  single(last + 1, -1, 4 * (1 - STRICT)) // psi (1 + |rho|) < 4; earlier slices are below the last
  single(last + 2, -1, 4 * (1 - STRICT))
  return constraints
}

/** Loss of one residual with its derivative and the curvature of its quadratic majorant. Units: squared residuals / 2. */
function pseudoHuber(z: number, delta: number): { loss: number; weight: number } {
  const root = Math.sqrt(1 + (z / delta) ** 2)
  return { loss: delta * delta * (root - 1), weight: 1 / root }
}

/** Mean loss of each slice, summed over slices; Gauss-Newton Hessian. */
function objectiveOf(slices: readonly SliceQuotes[], delta: number): BandedObjective {
  return {
    evaluate: (x, gradient, hessian) =>
      slices.reduce(
        (total, slice, index) => total + sliceLoss(slice, PER_SLICE * index, delta, x, gradient, hessian),
        0,
      ),
  }
}

/**
 * With s = (left + right)/2, d = (right - left)/2: w = (s chi + d k + R)/2, R = sqrt(s^2 k^2 + 2 chi s d k + s^2 chi^2).
 */
function sliceLoss(
  { years, k, volatility, weight }: SliceQuotes,
  at: number,
  delta: number,
  x: Float64Array,
  gradient?: Float64Array,
  hessian?: Float64Array,
): number {
  const [chi = 0, left = 0, right = 0] = x.subarray(at, at + PER_SLICE)
  const [s, d] = [0.5 * (left + right), 0.5 * (right - left)]
  const jacobian = new Float64Array(PER_SLICE)
  const share = 1 / k.length
  let sum = 0
  for (let q = 0; q < k.length; q++) {
    const m = k[q] ?? 0
    const root = Math.sqrt(s * s * m * m + 2 * chi * s * d * m + s * s * chi * chi)
    const fitted = Math.sqrt((0.5 * (s * chi + d * m + root)) / years)
    const scale = weight[q] ?? 0
    const { loss, weight: relief } = pseudoHuber(scale * (fitted - (volatility[q] ?? 0)), delta)
    sum += share * loss
    if (gradient === undefined || hessian === undefined) continue
    const byVariance = scale / (2 * fitted * years)
    const byS = 0.5 * (chi + (s * m * m + chi * d * m + s * chi * chi) / root)
    const byD = 0.5 * (m + (chi * s * m) / root)
    jacobian[0] = byVariance * 0.5 * (s + (s * d * m + s * s * chi) / root)
    jacobian[1] = byVariance * 0.5 * (byS - byD)
    jacobian[2] = byVariance * 0.5 * (byS + byD)
    accumulate(jacobian, scale * (fitted - (volatility[q] ?? 0)), share * relief, at, gradient, hessian)
  }
  return sum
}

/** Adds one residual's part to gradient and Hessian of its slice. */
function accumulate(
  jacobian: Float64Array,
  residual: number,
  weight: number,
  at: number,
  gradient: Float64Array,
  hessian: Float64Array,
): void {
  for (let i = 0; i < PER_SLICE; i++) {
    const slope = weight * (jacobian[i] ?? 0)
    gradient[at + i] = (gradient[at + i] ?? 0) + slope * residual
    for (let j = 0; j <= i; j++) {
      const entry = bandIndex(at + i, at + j)
      hessian[entry] = (hessian[entry] ?? 0) + slope * (jacobian[j] ?? 0)
    }
  }
}

/** Total variance at the money as the weighted mean of the three quotes nearest to it. */
function roughTheta({ years, k, volatility }: SliceQuotes): number {
  const nearest = Array.from(k, (m, q) => ({ distance: Math.abs(m), variance: (volatility[q] ?? 0) ** 2 * years }))
  const three = nearest.sort((a, b) => a.distance - b.distance).slice(0, 3)
  return three.reduce((sum, each) => sum + each.variance, 0) / three.length
}

const TILTS = [-0.7, -0.35, 0, 0.35]
/** psi = eta sqrt(theta): the butterfly condition on curvature reads eta^2 (1 + |rho|) <= 4. */
const SLOPES = [0.1, 0.4, 0.8, 1.3]

/** The best of a few slices with the rough variance at the money, as the start of a slice's own fit. */
function roughSlice(slice: SliceQuotes, objective: BandedObjective): Float64Array {
  const theta = roughTheta(slice)
  const candidates = TILTS.flatMap((rho) =>
    SLOPES.map((eta) => {
      const psi = Math.min(eta * Math.sqrt(theta), 3.9 / (1 + Math.abs(rho)))
      return Float64Array.of(theta / psi, psi * (1 - rho), psi * (1 + rho))
    }),
  ).filter(([chi = 0, left = 0, right = 0]) => Math.max(left, right) < 3.9 * chi)
  const values = candidates.map((x) => objective.evaluate(x))
  const best = candidates[values.indexOf(Math.min(...values))]
  if (best === undefined) throw new DomainError('theta', theta, 'a positive finite total variance at the money')
  return best
}

/** Nearest non-decreasing sequence in least squares, by pooling adjacent violators. */
export function isotonic(values: readonly number[]): number[] {
  const pools: { mean: number; size: number }[] = []
  for (const value of values) {
    let pool = { mean: value, size: 1 }
    for (let previous = pools.at(-1); previous !== undefined && previous.mean >= pool.mean; previous = pools.at(-1)) {
      pools.pop()
      const size = previous.size + pool.size
      pool = { mean: (previous.mean * previous.size + pool.mean * pool.size) / size, size }
    }
    pools.push(pool)
  }
  return pools.flatMap(({ mean, size }) => Array.from({ length: size }, () => mean))
}

/** A point well inside the polytope near the slices' own fits: made monotone, then spread by 0.1 % per expiry. */
function monotoneStart(fits: readonly Float64Array[]): Float64Array {
  const start = new Float64Array(PER_SLICE * fits.length)
  for (let j = 0; j < PER_SLICE; j++) {
    isotonic(fits.map((fit) => fit[j] ?? 0)).forEach((value, slice) => {
      const room = j === 0 ? 1.001 : 1
      start[PER_SLICE * slice + j] = value * room * (1 + 1e-3 * slice)
    })
  }
  const [, left = 0, right = 0] = start.slice(-PER_SLICE)
  const shrink = Math.min(1, 3.99 / Math.max(left, right))
  return start.map((value) => value * shrink)
}

function requireQuotes(slices: readonly SliceQuotes[]): void {
  if (slices.length === 0) throw new DomainError('number of expiries', 0, 'at least 1')
  slices.forEach(({ years, k }, i) => {
    if (!(years > (slices[i - 1]?.years ?? 0)))
      throw new DomainError('years', years, 'positive and increasing from slice to slice')
    if (k.length < PER_SLICE) throw new DomainError(`number of quotes of expiry ${i}`, k.length, 'at least 3')
  })
}

/**
 * eSSVI slices, one per entry of `slices` (ordered by expiry), that fit the quotes best in weighted volatility among all
 * that are free of butterfly and calendar arbitrage by the conditions above. Every expiry weighs the same.
 *
 * @throws DomainError for no expiry, expiries out of order, or an expiry with fewer than 3 quotes.
 */
export function fitEssvi(slices: readonly SliceQuotes[], { huber = 3 }: FitEssviOptions = {}): EssviParameters[] {
  requireQuotes(slices)
  if (!(huber > 0)) throw new DomainError('huber', huber, 'positive')
  const alone = essviConstraints(1)
  const fits = slices.map((slice) => {
    const objective = objectiveOf([slice], huber)
    return minimiseInside(objective, alone, roughSlice(slice, objective)).x
  })
  const { x } = minimiseInside(objectiveOf(slices, huber), essviConstraints(slices.length), monotoneStart(fits))
  return slices.map((_, i) => {
    const [chi = 0, left = 0, right = 0] = x.subarray(PER_SLICE * i, PER_SLICE * (i + 1))
    return essviOf({ chi, left, right })
  })
}
