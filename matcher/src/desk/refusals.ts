/** Refusals of the exchange that pass: another block may allow what this one refuses. */

/** The spot band is closed: the order waits for it to open. */
export const BAND: ReadonlySet<string> = new Set(['SpotOutsideBand', 'SpotNotLive'])

/** They say nothing against the order, only that it cannot trade now. */
export const PASSING: ReadonlySet<string> = new Set([
  'NewRiskRefused',
  'SurfaceStale',
  'MarkNotLive',
  'LossAboveBudget',
])
