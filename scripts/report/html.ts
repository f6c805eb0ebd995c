/** The report as one self-contained page: no scripts, no fonts, no links out. */
import type { TimelinePoint } from '../simulation/simulation.ts'
import { chart, escapeHtml } from './charts.ts'
import { MATCHER_METHOD, matcherSection } from './matcherHtml.ts'
import { method, type Report, usd } from './report.ts'

const STYLE = `
:root{color-scheme:light dark;--bg:#fbfbfa;--card:#fff;--ink:#1c2024;--soft:#60646c;--line:#e4e6e9;--shade:#f3ecdc;
--a:#2563a8;--b:#b45309;--c:#0f766e;--d:#be123c;--ok:#15803d;--bad:#be123c}
@media(prefers-color-scheme:dark){:root{--bg:#111315;--card:#191c1f;--ink:#e8eaec;--soft:#9ba1a8;--line:#2c3136;
--shade:#2a2619;--a:#6cb2f5;--b:#f2a65a;--c:#4fd1c0;--d:#fb7185;--ok:#4ade80;--bad:#fb7185}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1040px;margin:0 auto;padding:32px 20px 64px}h1{font-size:26px;margin:0 0 4px}h2{font-size:17px;margin:36px 0 12px}
p.lead{color:var(--soft);margin:0 0 24px}.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px}
.tile,figure,.table{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;margin:0}
.tile b{display:block;font-size:22px;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:13px}
figure{margin:0 0 14px}figcaption{font-weight:600;display:flex;justify-content:space-between;flex-wrap:wrap;gap:8px;margin-bottom:6px}
.legend{font-weight:400;color:var(--soft);font-size:13px;display:flex;gap:14px}.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
svg{width:100%;height:auto;display:block}.grid line{stroke:var(--line)}.grid text{fill:var(--soft);font-size:11px}.window{fill:var(--shade)}
.table{overflow-x:auto;padding:4px 16px}table{border-collapse:collapse;width:100%}th,td{padding:8px 12px 8px 0;text-align:left;border-bottom:1px solid var(--line)}
tr:last-child td{border-bottom:0}th{color:var(--soft);font-weight:500;font-size:13px}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
.ok{color:var(--ok);font-weight:600}.bad{color:var(--bad);font-weight:600}ul{padding-left:20px;color:var(--soft)}li{margin-bottom:6px}
`

const CLAIMS = {
  inv1: 'Cash of all accounts sums to zero, and the vault holds at least the USD that it owes',
  inv2: 'Lots of every derivative sum to zero over all accounts, those of settled series included',
  inv3: 'Collateral of all accounts sums to zero with custody, and the vault holds at least that',
  inv6: 'No owner action took an account from equity >= 0 to equity < 0',
  inv12: 'No requirement of a tail mode is below 0.7 of that in Portfolio mode, or above it',
} as const

/** What a run with options adds to the page. */
export type Extra = {
  title: string
  lead: string
  charts: readonly string[]
  sections: string
  method: readonly string[]
}

export function html(report: Report, timeline: readonly TimelinePoint[], extra?: Extra): string {
  const { day, accounts, market, blocks, seconds } = report
  const title = extra?.title ?? `Plimsoll on ${day}`
  const linear = `${accounts.total} accounts, ${market.symbols.join(' and ')}, ${market.steps} price steps in ${blocks} blocks, run in ${seconds} s on ${report.chain}, seed ${report.seed}. Shaded: every bar is fed.`
  const lead = extra?.lead ?? linear
  const lines = [...(extra?.method ?? method(report)), ...(report.matcher ? [MATCHER_METHOD] : [])]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
<h1>${escapeHtml(title)}</h1><p class="lead">${escapeHtml(lead)}</p>
${tiles(report)}
<h2>Through the day (UTC)</h2>
${[charts(report, timeline), ...(extra?.charts ?? [])].join('\n')}
${extra?.sections ?? ''}
${report.matcher ? matcherSection(report.matcher) : ''}
<h2>Invariants</h2>${invariants(report)}
<h2>Keepers</h2>${keepers(report)}
<h2>Gas, median per transaction</h2>${gas(report)}
<h2>How this was made</h2><ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>
</main></body></html>
`
}

function tiles({ accounts, taken, badDebt, latencyBlocks, episodes }: Report): string {
  const ratio = taken.leastNeededUsd > 0 ? (taken.usd / taken.leastNeededUsd).toFixed(2) : 'none'
  const all: [string, string][] = [
    [`${accounts.liquidated}`, `of ${accounts.total} accounts liquidated, in ${episodes.liquidated} episodes`],
    [`${accounts.marginCalled}`, 'margin-called, not liquidated'],
    [`${accounts.untouched}`, 'never below initial margin'],
    [money(taken.usd), `taken over; least needed ${money(taken.leastNeededUsd)} (${ratio}x)`],
    [money(badDebt.holeUsd), `bad debt beyond insurance; compartments paid ${money(badDebt.compartmentUsd)}`],
    [`${badDebt.r}`, 'least withdrawal ratio r of the day'],
    [
      `${latencyBlocks.p50} / ${latencyBlocks.p99}`,
      `blocks from breach to close, p50 / p99 (max ${latencyBlocks.max})`,
    ],
  ]
  return `<div class="tiles">${all.map(([value, label]) => `<div class="tile"><b>${escapeHtml(value)}</b><span>${escapeHtml(label)}</span></div>`).join('')}</div>`
}

function charts({ market }: Report, timeline: readonly TimelinePoint[]): string {
  const times = timeline.map(({ t }) => t)
  const common = { times, window: market.window }
  const relative = market.symbols.map((name, i) => {
    const first = Number(timeline[0]?.prices[i] ?? 1n)
    const values = timeline.map(({ prices }) => (100 * Number(prices[i])) / first)
    return { name, color: i === 0 ? 'a' : 'b', values }
  })
  const total = (of: (point: TimelinePoint) => bigint) => timeline.map((point) => usd(of(point)))
  return [
    chart({ ...common, title: 'Prices, first = 100', series: relative, format: (value) => value.toFixed(0) }),
    chart({
      ...common,
      title: 'All traders together',
      series: [
        { name: 'equity', color: 'a', values: total(({ equity }) => equity) },
        { name: 'initial requirement', color: 'b', values: total(({ initial }) => initial) },
        { name: 'maintenance requirement', color: 'd', values: total(({ maintenance }) => maintenance) },
      ],
      format: money,
      fromZero: true,
    }),
    chart({
      ...common,
      title: 'Liquidations',
      series: [
        { name: 'slices per step', color: 'd', values: timeline.map(({ slices }) => slices), kind: 'bars' },
        { name: 'accounts below initial margin', color: 'b', values: timeline.map(({ called }) => called) },
      ],
      format: (value) => value.toFixed(0),
      fromZero: true,
    }),
  ].join('\n')
}

function invariants({ invariants: held, checks }: Report): string {
  const counts = { inv6: `${checks.ownerActions} actions`, inv12: `${checks.modes} requirements` }
  const rows = Object.entries(CLAIMS).flatMap(([name, claim]) => {
    const ok = held[name as keyof typeof CLAIMS]
    if (ok === undefined) return []
    const count = name === 'inv6' || name === 'inv12' ? counts[name] : `${checks.blocks} blocks`
    const label = `INV-${name.slice(3)}`
    return `<tr><td>${label}</td><td>${escapeHtml(claim)}</td><td class="n">${count}</td><td class="${ok ? 'ok' : 'bad'}">${ok ? 'held' : 'BROKEN'}</td></tr>`
  })
  const broken = checks.violations
    .slice(0, 20)
    .map(({ invariant, block, detail }) => `<li>${escapeHtml(`${invariant}, block ${block}: ${detail}`)}</li>`)
  return `${table(['', 'Claim', '#Checked', ''], rows)}${broken.length > 0 ? `<ul class="bad">${broken.join('')}</ul>` : ''}`
}

function keepers({ keepers: all }: Report): string {
  const rows = all.map((keeper) => {
    const { liquidations, callbackFills, conversions, reverted, left } = keeper
    const cells = [liquidations, callbackFills, conversions, reverted].map(String)
    const amounts = [keeper.rewardUsd, keeper.gasUsd, keeper.profitUsd].map(money)
    const held = left.positions === 0 ? 'none' : `${left.positions}: ${money(left.usd)}`
    return `<tr><td>${escapeHtml(keeper.name)}</td>${[money(keeper.capitalUsd), ...cells, ...amounts, held].map((cell) => `<td class="n">${cell}</td>`).join('')}</tr>`
  })
  const counts = ['#Capital', '#Liquidations', '#Fills in them', '#Conversions', '#Reverted']
  return table(['', ...counts, '#Reward at mark', '#Gas', '#Profit after gas', '#Positions left'], rows)
}

function gas({ gas: all }: Report): string {
  const rows = Object.entries(all).map(
    ([action, units]) => `<tr><td>${escapeHtml(action)}</td><td class="n">${units.toLocaleString('en')}</td></tr>`,
  )
  return table(['Action', '#Gas'], rows)
}

/** Columns whose name starts with # are numbers. */
export function table(columns: readonly string[], rows: readonly string[]): string {
  const head = columns.map((name) =>
    name.startsWith('#') ? `<th class="n">${escapeHtml(name.slice(1))}</th>` : `<th>${escapeHtml(name)}</th>`,
  )
  return `<div class="table"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`
}

export function money(amount: number): string {
  const size = Math.abs(amount)
  const [value, unit] = size >= 1e6 ? [amount / 1e6, ' M'] : size >= 1e4 ? [amount / 1e3, ' k'] : [amount, '']
  return `${value.toLocaleString('en', { maximumFractionDigits: size >= 1e4 ? 1 : 2 })}${unit} USD`
}
