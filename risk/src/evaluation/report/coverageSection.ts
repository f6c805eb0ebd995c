import { HOLD_OUT_FROM, HORIZON_HOURS, RELIEVED_HOURS, TARGET_BREACHES } from '../coverage.ts'
import type { Figures } from '../evaluate.ts'
import { STATIC_METHODS } from '../linearMargins.ts'
import { image, isoDay, paragraphs, percent, pValue, spanOf, table, times } from './text.ts'

type Coverage = NonNullable<Figures['coverage']>
type Row = Coverage['rows'][number]

export const METHOD_LABELS: Readonly<Record<string, string>> = {
  plimsoll: 'Plimsoll, linear book',
  'plimsoll-range': 'Plimsoll, whole range',
  ...Object.fromEntries(Object.entries(STATIC_METHODS).map(([method, { label }]) => [method, label])),
}

const METHODS = Object.keys(METHOD_LABELS)

function chosen(rows: readonly Row[], where: Partial<Row>): Row[] {
  return rows.filter((row) => Object.entries(where).every(([key, value]) => row[key as keyof Row] === value))
}

function cells(row: Row) {
  return {
    windows: row.windows,
    'long / short': `${row.long} / ${row.short}`,
    breaches: percent(row.rate),
    'every hour': percent(row.hourlyRate),
    'mean requirement': percent(row.meanRequirement),
    Kupiec: pValue(row.kupiec),
    independence: pValue(row.independence),
    conditional: pValue(row.conditional),
  }
}

function totals(rows: readonly Row[], level: 'maintenance' | 'initial'): string {
  const all = chosen(rows, { level, horizonHours: HORIZON_HOURS[level], period: 'all' })
  return table(
    all.map((row) => ({ underlying: row.underlying, method: METHOD_LABELS[row.method] ?? '', ...cells(row) })),
  )
}

/** Periods with fewer windows are left out of the text. */
const LEAST_WINDOWS = 50

/** K where Kupiec's test rejects at 5 %, C where Christoffersen's test of independence does. */
function marks({ kupiec, independence }: Row): string {
  const rejected = [kupiec < 0.05 ? 'K' : '', independence < 0.05 ? 'C' : ''].join('')
  return rejected === '' ? '' : ` ${rejected}`
}

/** Breach shares by year, one line per underlying and method; years without windows stay empty. */
function yearly(rows: readonly Row[], level: 'maintenance' | 'initial', methods: readonly string[]): string {
  const own = chosen(rows, { level, horizonHours: HORIZON_HOURS[level] })
  const years = [...new Set(own.map(({ period }) => period))].filter((period) => /^\d/.test(period)).sort()
  const lines = [...new Set(own.map(({ underlying }) => underlying))].flatMap((underlying) =>
    methods.map((method) => {
      const share = (period: string) => {
        const [row] = chosen(own, { underlying, method, period })
        return row === undefined || row.windows < LEAST_WINDOWS ? '' : `${percent(row.rate)}${marks(row)}`
      }
      const periods = [...years, 'fit', 'hold-out']
      const shares = Object.fromEntries(periods.map((period) => [`${period} `, share(period)]))
      return { underlying, method: METHOD_LABELS[method] ?? '', ...shares }
    }),
  )
  return table(lines)
}

function relieved(rows: readonly Row[]): string {
  const own = chosen(rows, { method: 'plimsoll', horizonHours: RELIEVED_HOURS, period: 'all' })
  return table(own.map((row) => ({ underlying: row.underlying, ...cells(row) })))
}

function books({ books: rows }: Coverage): string {
  const lines = Map.groupBy(rows, ({ book, level }) => `${book}; ${level}`)
  return table(
    [...lines].map(([name, group]) => {
      const of = (mode: string) => group.find((row) => row.mode === mode)
      const modes = ['isolated', 'cross', 'portfolio', 'risk-neutral', 'quantitative']
      const shares = modes.map((mode) => [mode, percent(of(mode)?.rate ?? Number.NaN)])
      const requirement = (mode: string) => percent(of(mode)?.meanRequirement ?? Number.NaN)
      return {
        'book; level': name,
        windows: of('cross')?.windows ?? 0,
        ...Object.fromEntries(shares),
        'margin, cross': requirement('cross'),
        'margin, quantitative': requirement('quantitative'),
      }
    }),
  )
}

/** Greatest relative difference of the mean requirement between a mode and cross, over all books. */
function largestModeDifference({ books: rows }: Coverage): number {
  const cross = rows.filter(({ mode }) => mode === 'cross')
  return Math.max(
    0,
    ...rows.map((row) => {
      const base = cross.find(({ book, level }) => book === row.book && level === row.level)
      return Math.abs(row.meanRequirement / (base?.meanRequirement ?? Number.NaN) - 1)
    }),
  )
}

function scaleText(row: Coverage['scales'][number] | undefined): string {
  return row === undefined ? '' : `${times(row.scale)} (${percent(row.holdOutRate, 1)})`
}

function scales({ scales: rows }: Coverage): string {
  const lines = Map.groupBy(rows, ({ underlying, level }) => `${underlying}, ${level}`)
  return table(
    [...lines].map(([name, group]) => ({
      requirement: name,
      ...Object.fromEntries(
        METHODS.map((method) => [METHOD_LABELS[method] ?? '', scaleText(group.find((row) => row.method === method))]),
      ),
    })),
  )
}

function verdict({ rows, books: bookRows }: Coverage): string {
  const rates = (where: Partial<Row>) => chosen(rows, { period: 'all', ...where }).map(({ rate }) => rate)
  const linear = rates({ method: 'plimsoll', level: 'maintenance', horizonHours: HORIZON_HOURS.maintenance })
  const initial = rates({ method: 'plimsoll', level: 'initial' })
  const short = rates({ method: 'plimsoll', horizonHours: RELIEVED_HOURS })
  const range = rates({ method: 'plimsoll-range', level: 'maintenance' })
  const all = rows.filter((row) => row.period === 'all' && row.horizonHours === HORIZON_HOURS[row.level])
  const clustered = all.filter(({ independence }) => independence < 0.05)
  const isolated = bookRows.filter(({ mode }) => mode === 'isolated').map(({ rate }) => rate)
  return [
    `- The whole scan range was exceeded in ${spanOf(range)} of the 12 h windows; the target is ${percent(TARGET_BREACHES, 0)}.`,
    `- **The linear requirement misses the target by far at the same horizon:** maintenance was exceeded in ${spanOf(linear)} of the 12 h windows, initial in ${spanOf(initial)} of the 24 h windows. This is the price of h_lin = 0.5. The relief assumes that a linear book is liquidated in ${RELIEVED_HOURS} h; there maintenance was exceeded in ${spanOf(short)} of the windows. Who needs longer than ${RELIEVED_HOURS} h is not covered to 99 %.`,
    `- Breaches come in clusters: independence is rejected at 5 % in ${clustered.length} of ${all.length} lines of the two tables below, over all methods. A breach makes another one likelier.`,
    `- An isolated account per leg breaches whenever one of its legs does: ${spanOf(isolated)} of the windows over the books below.`,
  ].join('\n')
}

/** Coverage: totals, years, the relieved horizon, books of several underlyings, equal-coverage scales. */
export function coverageSection(coverage: Coverage): string {
  const { rows } = coverage
  return paragraphs(
    '## Coverage',
    `Maintenance has to last until a liquidation is through (${HORIZON_HOURS.maintenance} h), initial margin a day (${HORIZON_HOURS.initial} h). A window is a breach when the price moved against a long or a short by more than its requirement at the start; the target is ${percent(TARGET_BREACHES, 0)} of the windows, both sides together. The counts and tests use windows without overlap; "every hour" starts one at every price. Kupiec tests the number of breaches, independence and conditional coverage are Christoffersen's; the columns are p-values.`,
    verdict(coverage),
    image('coverage.svg', 'Share of 12 h windows with a breach of maintenance, by method'),
    '"Plimsoll, linear book" is h_lin (PSR_M + eps) and 1.30 times it with the target range: what a perpetual or future needs in isolated, cross and portfolio mode, which coincide for one underlying, and in risk-neutral mode where no option market is known. The two tail modes may ask down to 0.7 of it; how far they did stands with the books below. "Whole range" is the same without the relief: what a book of options faces. Venue grids are their published ones, applied to every underlying; Derive lists its manager for BTC and ETH only and the SPAN ranges are a choice of this project. None of them has a linear relief; read breaches beside the mean requirement.',
    '### Maintenance, 12 h',
    totals(rows, 'maintenance'),
    '### Initial, 24 h',
    totals(rows, 'initial'),
    `### Linear maintenance at ${RELIEVED_HOURS} h`,
    'Prices every four hours give no such windows.',
    relieved(rows),
    '### By year: share of windows with a breach',
    `"fit" is everything before ${isoDay(HOLD_OUT_FROM)}, "hold-out" everything from then on. K: Kupiec rejects at 5 %, because of too many or too few; C: Christoffersen rejects independence. Periods of fewer than ${LEAST_WINDOWS} windows are left out; figures.json holds counts and p-values of every cell.`,
    'Maintenance, 12 h:',
    yearly(rows, 'maintenance', METHODS),
    'Initial, 24 h:',
    yearly(rows, 'initial', METHODS),
    '### Books of several underlyings, five modes',
    `Equal notional per leg, all perpetuals; isolated puts each leg into an account of its own. Losses are one-sided here: the book is what it is. The largest difference of a mean requirement from cross is ${percent(largestModeDifference(coverage), 3)}. Where it is zero **all five modes ask the same of linear books**: an offset of at most 1 - h_lin (0.5) never leaves less than h_lin times each leg's range, and a day's expected shortfall is above that. Offsets between underlyings then pay only where options are held.`,
    books(coverage),
    '### Scales of equal coverage, linear',
    `The factor at which a requirement would have met the target before ${isoDay(HOLD_OUT_FROM)}. Below 1 the method asks more than the target needs, above 1 less. In brackets: breaches in the hold-out with the requirement so scaled.`,
    scales(coverage),
  )
}
