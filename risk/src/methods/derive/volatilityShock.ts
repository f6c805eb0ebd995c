/** Derive's shocks of volatility: the nearer the expiry, the larger. */
/** `floorDays`: expiries nearer than this are shocked as if they were that far. `up`, `down` at 30 days, relative. */
export type VolatilityShock = {
  up: number
  down: number
  shortTermPower: number
  longTermPower: number
  floorDays: number
}

const DAYS_PER_YEAR = 365
const REFERENCE_DAYS = 30

/** (30 days / time to expiry) to the power for near (up to 30 days) or far expiries. */
function termMultiplier(shock: VolatilityShock, years: number): number {
  const days = years * DAYS_PER_YEAR
  const power = days <= REFERENCE_DAYS ? shock.shortTermPower : shock.longTermPower
  return (REFERENCE_DAYS / Math.max(days, shock.floorDays)) ** power
}

/** Factors on volatility in the up and the down scenario; the lower one is never negative. */
export function volatilityFactors(shock: VolatilityShock, years: number): { up: number; down: number } {
  const multiplier = termMultiplier(shock, years)
  return { up: 1 + shock.up * multiplier, down: Math.max(0, 1 - shock.down * multiplier) }
}
