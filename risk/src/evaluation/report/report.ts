/** The whole report: one Markdown file, its charts, and the figures as JSON. */
import { HOLD_OUT_FROM } from '../coverage.ts'
import type { Figures, Prepared } from '../evaluate.ts'
import { coverageChart, efficiencyChart, procyclicalityChart, rangeChart, worstDaysChart } from './charts.ts'
import { coverageSection } from './coverageSection.ts'
import { efficiencySection } from './efficiencySection.ts'
import { procyclicalitySection } from './procyclicalitySection.ts'
import { image, isoDay, paragraphs, table } from './text.ts'
import { worstDaysSection } from './worstDaysSection.ts'

const RULE = `The scan range follows hourly prices: with r the log return over dt, w = 1 - 2^(-dt/H) and v <- (1 - w) v + w r^2/dt for H = 5 and 45 days;
sigma = 0.6 max(sqrt(v_5d), sqrt(v_45d), implied volatility of 30 days) + 0.4 sigma_stress; the target range is
2.6 sigma sqrt(12 h) between floor and cap, rises at once and falls at most 4 % a day; the maintenance range (PSR_M)
follows the target of the hour before upwards, by at most 2 % an hour. Linear maintenance is 0.5 (PSR_M + eps) of notional, initial 1.30 x 0.5 (target + eps).
The charges on gross notional (0.1 %) and per position, both initial only, are left out.`

function dataSection({ histories }: Figures): string {
  const day = (gaps: Figures['histories'][number]['gaps']) =>
    gaps.map(({ from, to }) => `${isoDay(from)} (${(to - from) / 3_600} h)`).join(', ')
  return paragraphs(
    '## Data',
    'Hourly closes of Binance: the spot market, before its first and after its last bar the perpetual. LINK, XRP and CRV continue with the perpetual from 2023-12-30 (CRV from 2024-02-29), from 2024-06-16 to 2025-09-13 (CRV from 2024-02-29) with bars of four hours. Nothing is filled: a missing hour is missing, and a hole of more than seven days (CRV, 2023-12-28 to 2024-02-29) starts a new history. The first 30 days of each seed both variances and are not scored. Implied volatility exists for BTC and ETH from 2025-12-30 on (Deribit, about four snapshots a day); before, and for all others, the rule runs without it. Sources, licences and checks: risk/data/SOURCES.md.',
    table(
      histories.map(({ underlying, from, to, prices, gaps }) => ({
        underlying,
        from: isoDay(from),
        to: isoDay(to),
        prices,
        'holes above 4 h': day(gaps),
      })),
    ),
  )
}

const FITTING = `## What was fitted, and on what

- **The protocol's parameters** (kappa, half-lives, stress volatility, floors, caps, h_lin, ratios) were chosen by hand while looking at prices of 2017 to 2026. Their breach rates are in-sample over the whole history, the newest twelve months included; only the rule's state at each hour is free of look-ahead. Nothing in this evaluation changes them.
- **Scales of equal coverage** are fitted here, on windows before ${isoDay(HOLD_OUT_FROM)} only. Everything from then on is "hold-out" and enters no fit.
- **No option market before 2025-12-30** is known here. Structures before it are valued on an assumed surface (the greater realised volatility at the money, a fixed symmetric smile, forwards at spot), so the scales of option structures rest on real prices of the underlying and assumed volatilities. Real smiles and chains lie in the hold-out and enter no fit.
- **Quantitative weights** are recomputed each day from the returns of the last two years alone; no bound on their change or on their tails is applied.
- **Other venues' parameters** are their published ones; nothing of them is fitted.`

const LIMITS = `## What this does not show

- Survivors: the six underlyings are those that are still traded. LUNA and FTT are not among them.
- One venue's prices. A bar's close is not an index; wicks inside an hour count on the worst days only.
- Assumed volatilities follow realised ones and move less than quoted ones; losses of option structures before the hold-out hold little of a jump in volatility.
- Other venues' requirements are computed with this project's implementation of their published rules. What they charge, net or liquidate differently is not seen.
- Tests assume independent windows and are weak on single years: about 700 windows of 12 h have 7 expected breaches.`

/** Files of the report by name. Sections that did not run are left out. */
export function reportFiles(figures: Figures, prepared: readonly Prepared[]): ReadonlyMap<string, string> {
  const { coverage, worstDays, procyclicality, efficiency } = figures
  const files = new Map<string, string>()
  if (coverage !== undefined) {
    files.set('ranges.svg', rangeChart(prepared))
    files.set('coverage.svg', coverageChart(coverage))
  }
  if (worstDays !== undefined) files.set('worst-days.svg', worstDaysChart(worstDays))
  if (procyclicality !== undefined) files.set('procyclicality.svg', procyclicalityChart(prepared))
  if (efficiency !== undefined) files.set('efficiency.svg', efficiencyChart(efficiency))
  const text = paragraphs(
    '# Evaluation of the margin on real history',
    'Generated by `npm run -s plimsoll -- evaluate`; do not edit. All figures are in figures.json beside it.',
    RULE,
    coverage === undefined ? '' : image('ranges.svg', 'Scan range and largest move of each week'),
    FITTING,
    coverage === undefined ? '' : coverageSection(coverage),
    worstDays === undefined ? '' : worstDaysSection(worstDays),
    procyclicality === undefined ? '' : procyclicalitySection(procyclicality),
    efficiency === undefined ? '' : efficiencySection(efficiency),
    dataSection(figures),
    LIMITS,
  )
  files.set('report.md', `${text}\n`)
  files.set('figures.json', figuresText(figures))
  return files
}

/** JSON with one line per row of a table: small, and a difference in version control shows the row. */
function figuresText(figures: Figures): string {
  const isTable = (value: unknown): value is object[] => Array.isArray(value) && typeof value[0] === 'object'
  const write = (value: unknown, indent: string): string => {
    if (isTable(value)) return `[\n${value.map((row) => `${indent}  ${JSON.stringify(row)}`).join(',\n')}\n${indent}]`
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return JSON.stringify(value)
    const entries = Object.entries(value).map(([key, part]) => `${indent}  "${key}": ${write(part, `${indent}  `)}`)
    return `{\n${entries.join(',\n')}\n${indent}}`
  }
  return `${write(figures, '')}\n`
}
