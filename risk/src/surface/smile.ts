/**
 * A smile: total implied variance w = volatility^2 * years as a function of log-moneyness k = ln(strike / forward), with
 * its first two derivatives. Densities, checks and prices need no more, so every model of this package gives just that.
 */

/** Writes w(k), w'(k), w''(k) into `out[0]`, `out[1]`, `out[2]`. */
export type Smile = (k: number, out: Float64Array) => void

/** A smile's values at one k as an object, for code that is not in a loop. */
export function smileAt(smile: Smile, k: number): { w: number; slope: number; curvature: number } {
  const [w = 0, slope = 0, curvature = 0] = at(smile, k)
  return { w, slope, curvature }
}

function at(smile: Smile, k: number): Float64Array {
  const out = new Float64Array(3)
  smile(k, out)
  return out
}

/** The flat smile of Black's model with total variance `w`. */
export function flatSmile(w: number): Smile {
  return (_, out) => {
    out[0] = w
    out[1] = 0
    out[2] = 0
  }
}
