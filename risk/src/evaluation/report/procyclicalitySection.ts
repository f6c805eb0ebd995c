import { SCAN_RANGE_DEFAULTS } from '../../estimation/dynamicRange.ts'
import type { Figures } from '../evaluate.ts'
import { image, paragraphs, percent, spanOf, table } from './text.ts'

type Rows = NonNullable<Figures['procyclicality']>

function verdict(rows: Rows): string {
  const of = (version: string) => rows.filter((row) => row.version === version)
  const largest = (version: string, part: (row: Rows[number]) => number) => Math.max(...of(version).map(part))
  const [target, maintenance, floor, raw] = [
    'Plimsoll, target (initial)',
    'Plimsoll, maintenance',
    'ten-year floor',
    'unmitigated',
  ] as const
  const day = (version: string) =>
    percent(
      largest(version, (row) => row.oneDay),
      0,
    )
  const peak = (version: string) => largest(version, (row) => row.peakToTrough).toFixed(1)
  const atEqualCoverage = of(target).map((row) => {
    const base = of(raw).find(({ underlying }) => underlying === row.underlying)
    return row.equalCoverageMean / (base?.equalCoverageMean ?? Number.NaN) - 1
  })
  return [
    `- Peak to trough at most ${peak(target)} (protocol), ${peak(floor)} (ten-year floor) and ${peak(raw)} (unmitigated).`,
    `- **Fast moves still raise it fast:** the largest increase in one day is ${day(target)} of the initial range and ${day(maintenance)} of the maintenance range, against ${day(floor)} with the ten-year floor and ${day(raw)} unmitigated. The ramp of ${percent(SCAN_RANGE_DEFAULTS.risePerStep, 0)} an hour allows ${percent((1 + SCAN_RANGE_DEFAULTS.risePerStep) ** 24 - 1, 0)} a day.`,
    `- Damping costs margin in calm times: on average ${percent(Math.min(...of(target).map((row) => row.averageCost)), 0)} to ${percent(Math.max(...of(target).map((row) => row.averageCost)), 0)} more than the unmitigated range. At equal coverage it is ${spanOf(atEqualCoverage, 0)} more (negative: less).`,
  ].join('\n')
}

/** Procyclicality of the scan range beside a ten-year floor and no mitigation at all. */
export function procyclicalitySection(rows: Rows): string {
  return paragraphs(
    '## Procyclicality',
    'The same kappa, half-lives and horizon in four versions: the protocol\'s target (initial margin) and ramped maintenance range; the range from the greater of both volatilities alone, without stress weight, floor, cap or limit of its fall ("unmitigated"); and that with a floor at the volatility of the last ten years, or of all there is (Regulation (EU) 153/2013, Article 28(1)(c)). Sampled at midnight UTC. Increases are relative; "cost" is the mean over that of the unmitigated range, less 1; "breaches" is the share of 12 h windows with a move beyond the range. The versions differ in level, so read cost and breaches together; "mean at equal coverage" is the mean after scaling a version to breaches of 1 % before the hold-out. The measures are those of Murphy, Vasios and Vause (2014).',
    verdict(rows),
    image('procyclicality.svg', 'Scan range of BTC in four versions'),
    table(
      rows.map((row) => ({
        underlying: row.underlying,
        version: row.version,
        days: row.days,
        lowest: percent(row.lowest, 1),
        highest: percent(row.highest, 1),
        mean: percent(row.mean, 1),
        'peak / trough': row.peakToTrough.toFixed(2),
        'one day': percent(row.oneDay, 0),
        'five days': percent(row.fiveDays, 0),
        cost: percent(row.averageCost, 0),
        breaches: percent(row.breaches),
        'mean at equal coverage': percent(row.equalCoverageMean, 1),
      })),
    ),
  )
}
