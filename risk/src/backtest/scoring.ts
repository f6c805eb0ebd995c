/**
 * Scores that compare models of value-at-risk and expected shortfall: the lower the mean score, the better the model.
 *
 * Sources: T. Fissler, J. F. Ziegel (2016), "Higher order elicitability and Osband's principle"; A. J. Patton,
 * J. F. Ziegel, R. Chen (2019), "Dynamic semiparametric models for expected shortfall (and value-at-risk)" (the FZ0 loss);
 * R. Koenker, G. Bassett (1978), "Regression Quantiles" (the quantile score).
 */
import { DomainError } from '../errors.ts'
import { requireLevel } from '../measures/sample.ts'
import type { ShortfallSeries } from './acerbiSzekely.ts'
import { exceedances, requireSameLength } from './exceedances.ts'

/**
 * Mean FZ0 loss of value-at-risk and shortfall together; differences between models do not depend on the unit.
 * @throws DomainError unless every expected shortfall is positive and at least the value-at-risk of its day.
 */
export function fisslerZiegelScore(series: ShortfallSeries, level: number): number {
  requireLevel(level)
  const hits = exceedances(series.pnl, series.valueAtRisk)
  requireSameLength('expectedShortfall', series.expectedShortfall.length, series.pnl.length)
  let sum = 0
  for (let day = 0; day < hits.length; day++) {
    const limit = series.valueAtRisk[day] ?? Number.NaN
    const shortfall = series.expectedShortfall[day] ?? Number.NaN
    if (!(shortfall > 0 && shortfall >= limit))
      throw new DomainError(`expectedShortfall[${day}]`, shortfall, `above 0 and at least the VaR, ${limit}`)
    const excess = hits[day] === 1 ? -(series.pnl[day] ?? Number.NaN) - limit : 0
    sum += excess / ((1 - level) * shortfall) + limit / shortfall + Math.log(shortfall) - 1
  }
  return sum / hits.length
}

/** Mean quantile (pinball) score of a value-at-risk, in the unit of the losses. Throws DomainError. */
export function quantileScore(pnl: ArrayLike<number>, valueAtRisk: ArrayLike<number>, level: number): number {
  requireLevel(level)
  const hits = exceedances(pnl, valueAtRisk)
  let sum = 0
  for (let day = 0; day < hits.length; day++) {
    const beyond = -(pnl[day] ?? Number.NaN) - (valueAtRisk[day] ?? Number.NaN)
    sum += beyond > 0 ? level * beyond : (level - 1) * beyond
  }
  return sum / hits.length
}
