/** What a run with options adds to the page: volatility, the scenarios of one book, capital efficiency, surfaces, settlement. */
import { audit, type Mode, scenarioPnl, type UnderlyingRisk } from '@plimsoll/sdk'
import { BOOK_DISTRIBUTION } from '../simulation/options/books.ts'
import { type Efficiency, METHOD_NAMES, METHODS } from '../simulation/options/efficiency.ts'
import { DESK_SPREAD } from '../simulation/options/optionDesk.ts'
import type { OptionOutcome, Stand } from '../simulation/options/optionRun.ts'
import { OPTION_DISTRIBUTION } from '../simulation/options/optionWorld.ts'
import { labelOf } from '../simulation/options/strategies.ts'
import { item } from '../simulation/population.ts'
import { chart, escapeHtml } from './charts.ts'
import { type Extra, money, table } from './html.ts'
import type { OptionFigures, OptionReport } from './optionReport.ts'
import { keeperNames } from './report.ts'

const MODE_NAMES: Readonly<Record<Mode, string>> = {
  isolated: 'Isolated',
  cross: 'Cross',
  portfolio: 'Portfolio',
  riskNeutral: 'Risk-neutral',
  quantitative: 'Quantitative',
}

const COLORS = ['a', 'b', 'c', 'd'] as const
/** Price moves of the ladder, in sixths of the scan range. */
const SIXTHS = Array.from({ length: 13 }, (_, i) => i - 6)

export function optionExtra(report: OptionReport, outcome: OptionOutcome): Extra {
  const { accounts, market, blocks, seconds, options, chain, seed } = report
  const { surfaces } = options
  return {
    title: `Plimsoll with options on ${report.day}`,
    lead: `${accounts.total} option books on ${market.symbols.join(' and ')}, ${market.steps} steps in ${blocks} blocks, ${surfaces.posted} signed surfaces, run in ${seconds} s on ${chain}, seed ${seed}. Shaded: the two hours with the widest range. Smiles between market snapshots are interpolated in time (${surfaces.times - surfaces.measured} of ${surfaces.times} surface times, isMeasured: false).`,
    charts: [volatilityChart(outcome, report), ladderChart(outcome)].filter((text) => text !== ''),
    sections: sections(options, market.symbols),
    method: optionMethod(report),
  }
}

function volatilityChart({ volatility, world }: OptionOutcome, { market }: OptionReport): string {
  const { expiry, points } = volatility
  const series = world.day.symbols.flatMap((symbol, i) => [
    {
      name: `${symbol} on chain`,
      color: item(COLORS, 2 * i),
      values: points.map(({ onChain }) => 100 * item(onChain, i)),
    },
    {
      name: `${symbol} signed`,
      color: item(COLORS, 2 * i + 1),
      values: points.map(({ quoted }) => 100 * item(quoted, i)),
      kind: 'dashes' as const,
    },
  ])
  return chart({
    title: `Implied volatility at the money, expiry ${dateOf(expiry)}, percent`,
    times: points.map(({ t }) => t),
    series,
    window: market.window,
    format: (value) => value.toFixed(0),
  })
}

/** The liquidated book with the most positions, else the first: its scenarios when opened and when it was breached. */
function ladderChart({ opened, breaches, standings, world }: OptionOutcome): string {
  const liquidated = breaches.filter(({ account }) => standings.liquidated.has(account))
  const size = ({ portfolio }: Stand) => portfolio.positions.length
  const breach = liquidated.reduce<Stand | undefined>((a, b) => (a && size(a) >= size(b) ? a : b), undefined)
  const open = opened.find(({ account }) => account === breach?.account) ?? opened[0]
  if (!open) return ''
  const trader = world.traders.find(({ account }) => account === open.account)
  const first = riskOf(open)
  const symbol = item(world.day.symbols, first.underlying - 1)
  const range = Number(open.snapshot.markets.find(({ underlying }) => underlying === first.underlying)?.scanRange ?? 0n)
  const moves = SIXTHS.map((j) => (100 * j * range) / 6e18)
  const label = trader ? labelOf(trader.book.strategy) : 'book'
  return chart({
    title: `Scenarios of one ${label}: profit and loss by move of ${symbol}, percent of spot; thousand USD`,
    times: moves,
    ticks: moves.map((at) => ({ at, text: `${at.toFixed(1)}` })),
    series: [...ladder('opened', first, 0), ...(breach ? ladder('breached', riskOf(breach), 2) : [])],
    format: (value) => (value / 1_000).toFixed(1),
  })
}

/** Of the first underlying that the book has positions in. */
function riskOf({ portfolio, snapshot }: Stand): UnderlyingRisk {
  const { risks } = audit(portfolio, snapshot)
  const held = portfolio.positions.map(({ instrument }) => instrument.underlying)
  return risks.find(({ underlying }) => held.includes(underlying)) ?? item(risks, 0)
}

function ladder(when: string, risk: UnderlyingRisk, color: number) {
  const pnl = scenarioPnl(risk).map((lane) => Number(lane) / 1e18)
  return ['up', 'down'].map((way, i) => ({
    name: `${when}, volatility ${way}`,
    color: item(COLORS, color + i),
    values: SIXTHS.map((j) => item(pnl, 2 * (j + 6) + i)),
  }))
}

function sections(options: OptionFigures, symbols: readonly string[]): string {
  return [
    '<h2>Capital efficiency: initial margin of the same books, percent of notional</h2>',
    efficiencyTable('When opened', options.efficiency.open),
    efficiencyTable('In the worst hour', options.efficiency.worst),
    '<h2>Surfaces and their calibration</h2>',
    surfaceTable(options),
    ...(options.histories.length > 0 ? ['<h2>Histories</h2>', historyTable(options)] : []),
    '<h2>Settlement</h2>',
    settlementTable(options),
    '<h2>Gas of liquidations of option books</h2>',
    gasTable(options),
    `<h2>Books</h2>${booksTable(options, symbols)}`,
  ].join('\n')
}

function efficiencyTable(title: string, { t, scanRanges, rows, total }: Efficiency): string {
  const ranges = Object.entries(scanRanges).map(([symbol, range]) => `${symbol} ${(100 * range).toFixed(1)} %`)
  const heading = `<p class="lead">${escapeHtml(`${title}, ${timeOf(t)}. Scan ranges that implied volatility alone would give: ${ranges.join(', ')}.`)}</p>`
  const body = [...rows, total].map((row) => {
    const share = METHOD_NAMES.map(
      (name) => `${((100 * row.requirements[name].initial) / row.notionalUsd).toFixed(2)} %`,
    )
    return cells([row.label], [String(row.books), money(row.notionalUsd), ...share])
  })
  const multiple = METHOD_NAMES.map((name) => `${total.requirements[name].multiple.toFixed(2)} x`)
  body.push(cells(['of Plimsoll portfolio'], ['', '', ...multiple]))
  return `${heading}${table(['Strategy', '#Books', '#Notional', ...METHOD_NAMES.map((name) => `#${METHODS[name]}`)], body)}`
}

function surfaceTable({ surfaces, calibration }: OptionFigures): string {
  const { posted, quorum, signers, clamped, kept, leastFraction, times, measured } = surfaces
  const rows: [string, string][] = [
    [`Messages posted, each signed by ${quorum} of ${signers} keys`, `${posted}`],
    ['Clamped to the step budget; least fraction of the way', `${clamped}; ${leastFraction}`],
    ['Not taken, because the clamped surface would have had arbitrage', `${kept}`],
    ['Times posted; of them at a market snapshot, the others interpolated in time', `${times}; ${measured}`],
    ['Slices calibrated; quotes', `${calibration.slices}; ${calibration.quotes.toLocaleString('en')}`],
    [
      'Error of a slice, volatility points: median; 90 %; near the money',
      `${calibration.rmsMedian}; ${calibration.rms90}; ${calibration.rmsNearMedian}`,
    ],
    ['Distance of bid and ask, volatility points, median', `${calibration.widthMedian}`],
    ['Quotes whose bid and ask enclose the surface', `${(100 * calibration.insideShare).toFixed(1)} %`],
  ]
  return table(
    ['', '#'],
    rows.map(([name, value]) => cells([name], [value])),
  )
}

function historyTable({ histories }: OptionFigures): string {
  const percent = (millionths: number) => `${(millionths / 10_000).toFixed(1)} %`
  const rows = histories.map(({ symbol, t, cause, isWhole, quotedOffset, offset }) =>
    cells(
      [symbol, timeOf(t), cause, isWhole ? 'as signed' : 'within bounds'],
      [percent(quotedOffset), percent(offset)],
    ),
  )
  return table(['', 'Of', 'Cause', 'Caps taken', '#Offset signed', '#Offset supported'], rows)
}

function settlementTable({ settlements, clearing }: OptionFigures): string {
  const rows = settlements.map(({ symbol, expiry, priceUsd, trueAverageUsd, differenceWei, rounds, accounts }) =>
    cells(
      [`${symbol} ${timeOf(expiry)}`],
      [price(priceUsd), price(trueAverageUsd), differenceWei, `${rounds}`, `${accounts}`],
    ),
  )
  const left = `Left in the clearing accounts: ${clearing.instruments} instruments and ${clearing.cashUsd.toExponential(1)} USD of rounding.`
  const columns = [
    'Series',
    '#Final price',
    '#Average of the pushed prices',
    '#Difference, wei',
    '#Rounds',
    '#Accounts settled',
  ]
  return `${table(columns, rows)}<p class="lead">${escapeHtml(left)}</p>`
}

function gasTable({ liquidationGas }: OptionFigures): string {
  const rows = Object.entries(liquidationGas).map(([name, { count, median, max }]) =>
    cells(
      [name === 'warm' ? 'All risk arrays stored before' : 'Some risk array computed'],
      [count, median, max].map((each) => each.toLocaleString('en')),
    ),
  )
  return table(['', '#Liquidations', '#Median', '#Most'], rows)
}

function booksTable({ books, onChain, latencySeconds }: OptionFigures, symbols: readonly string[]): string {
  const { modes, instruments, expiries, makers, strategies } = books
  const rows: [string, string][] = [
    [
      'Modes: portfolio; cross; isolated; risk-neutral; quantitative',
      [modes.portfolio, modes.cross, modes.isolated, modes.riskNeutral, modes.quantitative].join('; '),
    ],
    [
      `Instruments with an expiry on ${symbols.join(' and ')}; expiries; makers`,
      `${instruments}; ${expiries}; ${makers}`,
    ],
    [
      'Initial and maintenance margin when opened, by the chain',
      `${money(onChain.initialUsd)}; ${money(onChain.maintenanceUsd)}`,
    ],
    ...Object.entries(onChain.modes).map(([mode, { initialUsd, maintenanceUsd }]): [string, string] => [
      `The same, all in ${MODE_NAMES[mode as Mode]} mode`, // keys of the record
      `${money(initialUsd)}; ${money(maintenanceUsd)}`,
    ]),
    [
      'Seconds from breach to close, p50; p99; most',
      `${latencySeconds.p50}; ${latencySeconds.p99}; ${latencySeconds.max}`,
    ],
    ...strategies.map(({ label, books: count }): [string, string] => [label, `${count}`]),
  ]
  return table(
    ['', '#'],
    rows.map(([name, value]) => cells([name], [value])),
  )
}

function cells(texts: readonly string[], numbers: readonly string[]): string {
  const left = texts.map((text) => `<td>${escapeHtml(text)}</td>`)
  return `<tr>${[...left, ...numbers.map((text) => `<td class="n">${escapeHtml(text)}</td>`)].join('')}</tr>`
}

function optionMethod({ keepers, options }: OptionReport): string[] {
  const { mode, surfaces, efficiency } = options
  const { equityUsd, headroom } = BOOK_DISTRIBUTION
  const { crossShare, isolatedShare, attentiveShare } = OPTION_DISTRIBUTION
  const percent = (share: number) => `${Math.round(share * 100)} %`
  return [
    `Market: Deribit quotes of the day, eight snapshots, calibrated to surfaces without arbitrage; prices of one-hour bars, four a bar. Smiles between snapshots are interpolated in time (isMeasured: false); forwards and discounts too. Surfaces were posted every half hour and at each snapshot, as EIP-712 messages of ${surfaces.quorum} of ${surfaces.signers} keys.`,
    `Traders: equity ${equityUsd[0]} to ${equityUsd[1]} USD, ${headroom[0]} to ${headroom[1]} times their initial margin, both uniform in the logarithm; strategies by weight. Of books in one underlying ${percent(crossShare)} are cross and ${percent(isolatedShare)} isolated, all others in ${MODE_NAMES[mode]} mode. ${percent(attentiveShare)} add a quarter of their equity at their first margin call. Books were opened at the chain's own marks by signed multi-leg orders against four makers.`,
    'Scan ranges on chain are the floors of the parameters (6 % and 8 %): no governance moved them during the day. Insurance and open-interest caps were sized to 2.5 times the books.',
    `Capital efficiency: floating-point methods of the risk engine over the same books, at the open and at ${timeOf(efficiency.worst.t)}, with the scan ranges that implied volatility alone would give.`,
    `Quantitative mode: histories of hourly prices up to the time of each message, later ones never; in a run in that mode posted by ${surfaces.quorum} of ${surfaces.signers} keys when a publisher's rules say that it is worth the gas. In the tables of capital efficiency the caps are those that would be posted for their scan ranges.`,
    `Keepers: ${keeperNames(keepers)}, processes of their own that compete for the same accounts. What they take over is sold to the makers: options ${Number(DESK_SPREAD.markBp) / 100} % of their mark and ${DESK_SPREAD.spotBp} basis points of spot worse than mark, perpetuals and collateral ${DESK_SPREAD.linearBp} basis points of spot. They also store risk arrays, average settlement windows and settle accounts. Profit is the change of the equity of all their accounts less gas at the price paid in ETH.`,
    'Taken: sizes of all that left accounts in liquidations, options at full size. Least needed: over all liquidated episodes the fraction (b MM - E) / (b MM) at the first block of the breach times the size of the account, at par and without the rule that takes accounts below 1,000 USD of maintenance whole.',
    'Latency: blocks, and seconds of the simulated day, from the first with E + goodEnd < MM to the first with E >= MM or no position. Blocks follow a price every two seconds while anybody has a transaction waiting, at most eight, and every three minutes until the next price while somebody is liquidatable.',
    "Warm and cold: whether the risk array of every strike in the account and in the keeper's had been stored in the running epoch, followed from events.",
    "INV-1 to 3: after every block the vectors of all accounts, and the lots of the clearing accounts of settled series, are read from the contracts and added up; at the end every account rebuilt from events equals the contract's. INV-6: equity before and after every owner action, at the same prices. INV-12: after every block the requirements of all accounts in a tail mode against those of the same accounts in Portfolio mode.",
  ]
}

function price(value: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: 2 })
}

function dateOf(t: number): string {
  return new Date(t * 1000).toISOString().slice(0, 10)
}

function timeOf(t: number): string {
  return `${new Date(t * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
