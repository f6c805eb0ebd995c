/** Accounts as the batch engine reads them. */
import { type Accounts, instrumentNumber, type Layout, layoutOf, MODES, type RiskMatrix } from '../batch/index.ts'
import { SPOT } from '../batch/layout.ts'
import { DomainError } from '../errors.ts'
import { type Market, type Mode, underlyingOf } from '../methods/index.ts'
import type { Position } from '../methods/portfolio.ts'
import { unitNotional } from '../scenarios/riskArray.ts'
import { type Account, requireDistinct, UnjudgedAccountError } from '../stress/book.ts'

/** Compressed rows and the layout that their instrument numbers belong to. */
export type AccountRows = { readonly layout: Layout; readonly rows: Accounts }

/** USD that were paid for a perpetual or a future at entry; without an entry at today's mark. 0 for what is paid in full. */
function entryCost({ instrument, quantity, entry }: Position, market: Market): number {
  if (instrument.kind !== 'perpetual' && instrument.kind !== 'future') return 0
  return quantity * (entry ?? unitNotional(instrument, underlyingOf(market, instrument)))
}

function requireJudged({ name, portfolio }: Account): void {
  for (const { instrument, quantity } of portfolio.positions) {
    if (instrument.kind !== 'spot' || quantity >= 0) continue
    const expected = '0 or more; short a perpetual or future'
    throw new UnjudgedAccountError(name, new DomainError('spot quantity', quantity, expected))
  }
}

/**
 * All accounts in `mode`; the entry price of a perpetual or future goes into cash.
 * @throws DuplicateAccountError; UnjudgedAccountError for short spot
 */
export function accountRows(accounts: readonly Account[], market: Market, mode: Mode): AccountRows {
  requireDistinct(accounts)
  for (const account of accounts) requireJudged(account)
  const positions = accounts.flatMap(({ portfolio }) => portfolio.positions)
  const layout = layoutOf(positions.map(({ instrument }) => instrument))
  const starts = new Uint32Array(accounts.length + 1)
  const cash = new Float64Array(accounts.length)
  for (const [account, { portfolio }] of accounts.entries()) {
    starts[account + 1] = (starts[account] ?? 0) + portfolio.positions.length
    cash[account] = portfolio.positions.reduce((left, position) => left - entryCost(position, market), portfolio.cash)
  }
  const rows = {
    starts,
    instruments: Uint32Array.from(positions, ({ instrument }) => instrumentNumber(layout, instrument)),
    quantities: Float64Array.from(positions, ({ quantity }) => quantity),
    cash,
    modes: new Uint8Array(accounts.length).fill(MODES.indexOf(mode)),
  }
  return { layout, rows }
}

/** Gross derivative notional of an account, USD: what it holds of an instrument is netted first, options count at full size. */
export function grossNotional(account: number, { layout, rows }: AccountRows, { instruments }: RiskMatrix): number {
  const held = new Map<number, number>()
  for (let i = rows.starts[account] ?? 0; i < (rows.starts[account + 1] ?? 0); i++) {
    const instrument = rows.instruments[i] ?? 0
    if (layout.kindOf[instrument] === SPOT) continue
    held.set(instrument, (held.get(instrument) ?? 0) + (rows.quantities[i] ?? 0))
  }
  return [...held].reduce((sum, [number, lots]) => sum + Math.abs(lots) * (instruments.notional[number] ?? 0), 0)
}
