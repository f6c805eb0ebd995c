/** Seconds of a year under ACT/365: years = seconds / this. */
export const SECONDS_PER_YEAR = 31_536_000
