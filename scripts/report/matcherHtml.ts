/** What a run through a matcher adds to the page. */
import { escapeHtml } from './charts.ts'
import { table } from './html.ts'
import { areFillsComplete, type MatcherFigures } from './matcherReport.ts'

/** How its part of the run was made. */
export const MATCHER_METHOD =
  "Matcher: a process with a wallet and a journal of its own. Opening trades and the keepers' sales are signed orders sent to it over HTTP: one instrument meets in a book, a structure through a request for quotes; makers' quotes stand from each price to the next. The keeper without capital reads them there and sells to them in the call in which it takes over. Fills are read from the exchange's events, told apart by who sent the transaction, and held against the journal once the matcher has stopped."

export function matcherSection(figures: MatcherFigures): string {
  const { onChain, byMatcher, inCallback, elsewhere, lost, doubled } = figures.fills
  const ok = areFillsComplete(figures)
  const verdict = `On the chain ${onChain} fills: ${byMatcher} settled by the matcher, ${inCallback} by keepers inside liquidations, ${elsewhere} from elsewhere. Against the journal ${lost} lost, ${doubled} doubled.`
  return [
    '<h2>Trades through the matcher</h2>',
    `<p class="${ok ? 'ok' : 'bad'}">${escapeHtml(verdict)}</p>`,
    table(
      ['', '#'],
      rows(figures).map(
        ([name, value]) => `<tr><td>${escapeHtml(name)}</td><td class="n">${escapeHtml(value)}</td></tr>`,
      ),
    ),
  ].join('\n')
}

function rows(figures: MatcherFigures): [string, string][] {
  const { accepted, refused, ended, matches, settled, unwound, batches, fillsPerBatch } = figures
  const { answerMs, settlementBlocks } = figures
  return [
    [
      'Signed orders accepted: books; quotes and picks of requests',
      `${accepted.orders}; ${accepted.quotes}; ${accepted.picks}`,
    ],
    ['Refused, by reason', counts(refused)],
    ['Accepted orders that ended, by reason', counts(ended)],
    ['Matches; settled', `${matches}; ${settled}`],
    ['Matches taken back, by reason', counts(unwound)],
    ['Transactions, by outcome', counts(batches)],
    ['Fills per transaction: mean; most', `${fillsPerBatch.mean}; ${fillsPerBatch.max}`],
    ['Answer to an order, ms: p50 / p99 (max)', `${answerMs.p50} / ${answerMs.p99} (${answerMs.max})`],
    [
      'Blocks from accepted to settled: p50 / p99 (max)',
      `${settlementBlocks.p50} / ${settlementBlocks.p99} (${settlementBlocks.max})`,
    ],
  ]
}

function counts(all: Readonly<Record<string, number>>): string {
  return (
    Object.entries(all)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none'
  )
}
