/** Stage 2 of 6: the exact health of every account that a new price or its own event may have changed. */
import {
  type AccountId,
  type Assessment,
  assess as assessPortfolio,
  isSystemAccount,
  type Market,
  type Snapshot,
} from '@plimsoll/sdk'
import { type Account, type Book, portfolioOf } from '../book.ts'
import { next, type Outcome, skip } from '../outcome.ts'
import type { Head } from '../ports/chain.ts'
import type { Reason } from '../reasons.ts'
import { rowsOf } from '../rows.ts'
import { type Anchor, anchorOf, Shifts } from './filter.ts'

type Standing =
  | 'healthy'
  /** E < MM at mark, not at the good end. */
  | 'uncertain'
  | 'liquidatable'
  /** Settled cash below its limit while healthy. */
  | 'convertible'
  /** No positions and debt. */
  | 'absorbable'

export type Assessed = {
  readonly account: AccountId
  readonly standing: Standing
  readonly assessment: Assessment
  readonly flagged: boolean
  /** Block in which it entered this standing. */
  readonly since: bigint
  /** For the fast filter; the assessment itself is as of the anchor's snapshot. */
  readonly anchor: Anchor
}

/** What the keeper knows of all accounts at one block. */
export type RiskView = {
  readonly snapshot: Snapshot
  readonly accounts: ReadonlyMap<AccountId, Assessed>
  /** How many were computed anew; the others were proved healthy, or nothing they hold moved. */
  readonly computed: number
}

export type AssessInput = {
  readonly book: Book
  readonly head: Head
  readonly snapshot: Snapshot
  readonly previous: RiskView | undefined
  /** Accounts that events changed since `previous`. */
  readonly touched: ReadonlySet<AccountId>
}

export function assess({ book, head, snapshot, previous, touched }: AssessInput): Outcome<RiskView, Reason> {
  if (snapshot.markets.length === 0) return skip({ kind: 'no-new-block', block: head.number })
  const accounts = new Map(previous?.accounts)
  const affected = previous ? new Set(touched) : new Set(book.accounts.keys())
  for (const id of previous ? movedHolders(book, previous, snapshot) : []) affected.add(id)
  for (const id of affected) {
    const account = book.accounts.get(id)
    if (!account || isSystemAccount(id)) accounts.delete(id)
    else accounts.set(id, assessOne(id, account, snapshot, head, accounts.get(id)))
  }
  return next({ snapshot, accounts, computed: affected.size })
}

/**
 * Holders of what moved that the fast filter cannot prove healthy, and every account that is no linear book: dated marks run
 * with time, and offsets hang on rows that the account does not hold.
 */
function* movedHolders(book: Book, previous: RiskView, snapshot: Snapshot): Generator<AccountId> {
  for (const { account, anchor } of previous.accounts.values()) if (!anchor.linear) yield account
  const shifts = new Shifts(snapshot)
  for (const underlying of changedRows(previous.snapshot, snapshot)) {
    for (const id of book.holdersOf(underlying)) {
      if (isSystemAccount(id)) continue
      const before = previous.accounts.get(id)
      const quiet = before?.standing === 'healthy' && !before.flagged && shifts.provesHealthy(before.anchor)
      if (!quiet) yield id
    }
  }
}

function assessOne(
  account: AccountId,
  state: Account,
  snapshot: Snapshot,
  head: Head,
  before: Assessed | undefined,
): Assessed {
  const portfolio = portfolioOf(state)
  const assessment = assessPortfolio(portfolio, rowsOf(state, snapshot))
  const standing = standingOf(state, assessment)
  const since = before?.standing === standing ? before.since : head.number
  const anchor = anchorOf(portfolio, assessment, snapshot)
  return { account, standing, assessment, flagged: state.flagged, since, anchor }
}

function standingOf(
  { positions, cash }: Account,
  { equity, maintenance, goodEnd, settledCash, debtLimit }: Assessment,
): Standing {
  if (positions.length === 0) return cash < 0n ? 'absorbable' : 'healthy'
  if (equity + goodEnd < maintenance) return 'liquidatable'
  if (equity < maintenance) return 'uncertain'
  return settledCash < -debtLimit && equity > 0n ? 'convertible' : 'healthy'
}

/** Underlyings whose rows differ in anything that an assessment of unscaled requirements reads. */
function changedRows(before: Snapshot, after: Snapshot): number[] {
  const old = new Map(before.markets.map((market) => [market.underlying, market]))
  return after.markets
    .filter((market) => differs(old.get(market.underlying), market))
    .map(({ underlying }) => underlying)
}

function differs(a: Market | undefined, b: Market): boolean {
  return (
    a === undefined ||
    a.spot !== b.spot ||
    a.low !== b.low ||
    a.high !== b.high ||
    a.perpetualMark !== b.perpetualMark ||
    a.fundingIndex !== b.fundingIndex ||
    a.scanRange !== b.scanRange ||
    a.linearRelief !== b.linearRelief ||
    a.haircut !== b.haircut
  )
}
