import { HOLD_OUT_FROM, TARGET_BREACHES } from '../coverage.ts'
import type { ScaledMethod, StructureRow } from '../efficiency.ts'
import type { Figures } from '../evaluate.ts'
import { STRUCTURE_METHODS } from '../structureWindows.ts'
import { image, isoDay, paragraphs, percent, table, times } from './text.ts'

type Efficiency = NonNullable<Figures['efficiency']>

const OWN = 'plimsoll-portfolio'
const METHODS = Object.entries(STRUCTURE_METHODS)
const OTHERS = METHODS.filter(([method]) => !method.startsWith('plimsoll'))

function scales(methods: readonly ScaledMethod[]): string {
  return table(
    methods.map((row) => ({
      books: row.book,
      method: STRUCTURE_METHODS[row.method] ?? '',
      level: row.level,
      'scale of equal coverage': times(row.scale, 3),
      windows: row.windows,
      breaches: percent(row.fitRate),
      'hold-out windows': row.holdOutWindows,
      'breaches, hold-out': percent(row.holdOutRate),
      'breaches at scale, hold-out': percent(row.scaledHoldOutRate),
      'scale the hold-out would ask': times(row.holdOutScale, 3),
    })),
  )
}

function byMethod(values: Readonly<Record<string, number>>, text: (value: number) => string): Record<string, string> {
  return Object.fromEntries(METHODS.map(([method, label]) => [label, text(values[method] ?? Number.NaN)]))
}

function requirements(rows: readonly StructureRow[], key: 'initial' | 'scaled' | 'fitRate' | 'holdOutRate'): string {
  return table(rows.map((row) => ({ structure: row.structure, ...byMethod(row[key], (value) => percent(value, 1)) })))
}

/** Mean requirement of a group over that of the protocol in portfolio mode. */
function relative(rows: readonly StructureRow[], key: 'initial' | 'scaled'): string {
  const groups = Map.groupBy(rows, ({ group, book }) => (book === 'linear' ? 'perpetuals' : group))
  const all = [...groups, ['all with options', rows.filter(({ book }) => book === 'options')] as const]
  return table(
    all.map(([group, members]) => {
      const mean = (method: string) => members.reduce((sum, row) => sum + (row[key][method] ?? Number.NaN), 0)
      const ratios = Object.fromEntries(METHODS.map(([method]) => [method, mean(method) / mean(OWN)]))
      return { structures: `${group} (${members.length})`, ...byMethod(ratios, (value) => times(value)) }
    }),
  )
}

/** Structures for which some other venue asks less at equal coverage. */
function dearer(rows: readonly StructureRow[]) {
  return rows
    .map((row) => ({ row, least: Math.min(...OTHERS.map(([method]) => row.scaled[method] ?? Infinity)) }))
    .map(({ row, least }) => ({ row, excess: (row.scaled[OWN] ?? Number.NaN) / least - 1 }))
    .filter(({ excess }) => excess > 0)
    .toSorted((a, b) => b.excess - a.excess)
}

function verdict({ methods, structures }: Efficiency): string {
  const [options, linear] = (['options', 'linear'] as const).map((book) =>
    methods.find((each) => each.method === OWN && each.book === book && each.level === 'initial'),
  )
  const worse = dearer(structures)
  const worst = worse.slice(0, 5).map(({ row, excess }) => `${row.structure} (+${percent(excess, 0)})`)
  const modes = structures.filter(({ scaled }) => (scaled['plimsoll-risk-neutral'] ?? 0) < (scaled[OWN] ?? 0)).length
  return [
    `- As it is, initial margin in portfolio mode was exceeded in ${percent(options?.fitRate ?? Number.NaN)} of the option windows and in ${percent(linear?.fitRate ?? Number.NaN)} of those of perpetuals alone; the target is ${percent(TARGET_BREACHES, 0)}. Equal coverage scales the former by ${times(options?.scale ?? Number.NaN)} (below 1: over-margined) and the latter by ${times(linear?.scale ?? Number.NaN)} (above 1: under-margined at 24 h, see h_lin under coverage).`,
    `- **At equal coverage the protocol is not the cheapest everywhere:** for ${worse.length} of ${structures.length} structures some other venue asks less${worst.length === 0 ? '' : `, most of all ${worst.join(', ')}`}. Initial margin counts a long option's value only up to the book's own requirement, so a book of long options needs its whole value.`,
    `- Risk-neutral mode asks less than portfolio mode at equal coverage for ${modes} of ${structures.length} structures; both tail modes lie between 0.7 of portfolio's measure and the whole of it.`,
  ].join('\n')
}

/** Capital efficiency by structure, mode and venue. */
export function efficiencySection(efficiency: Efficiency): string {
  const { methods, structures } = efficiency
  return paragraphs(
    '## Capital efficiency',
    `${structures.length} structures of BTC and ETH: strikes at 0, 1 or 2 standard deviations from the forward, 7, 30 and 90 days to expiry, 100,000 USD of spot per contract; the last ones hold both underlyings. Requirements are on equity, which holds the value of options, in percent of notional and with all charges, as means over ${Math.max(...structures.map(({ chains }) => chains))} weekly chains of Deribit in 2026 (each underlying once a week; pairs once), each fitted by an eSSVI surface. Cross and portfolio differ for the pairs only; isolated asks what cross asks, once per account.`,
    `A raw comparison rewards whoever covers less. So every method is scaled until 24 h losses exceed its initial requirement in ${percent(TARGET_BREACHES, 0)} of all pairs of structure and window before ${isoDay(HOLD_OUT_FROM)} (12 h for maintenance): one factor per method for everything with an option, another for perpetuals alone. Those windows start every five days; option values come from assumed surfaces (see "What was fitted"). The hold-out uses real smiles: one window a day from 2025-12-30 to 2026-08-22, later values at the snapshot nearest to the end of the horizon, at most 3 h away; spot is the forward of the nearest expiry there, and the scan range follows it once the hourly prices end. Windows of one structure do not overlap there by more than that; windows of different structures at one time move together, so the shares have wider errors than their numbers suggest. A scale multiplies the whole requirement, caps at option value included.`,
    verdict(efficiency),
    image('efficiency.svg', 'Mean initial requirement at equal coverage by kind of structure and method'),
    '### Scales and breaches',
    scales(methods),
    '### Relative to portfolio mode, at equal coverage',
    relative(structures, 'scaled'),
    '### Relative to portfolio mode, as the methods are',
    relative(structures, 'initial'),
    '### Mean initial requirement at equal coverage',
    requirements(structures, 'scaled'),
    '### Mean initial requirement as the methods are',
    requirements(structures, 'initial'),
    '### Share of 24 h windows with a loss beyond the initial requirement, before the hold-out',
    requirements(structures, 'fitRate'),
    '### The same on real smiles in the hold-out',
    requirements(structures, 'holdOutRate'),
  )
}
