/** Price-time priority: an incoming order meets resting ones, best first. Who may trade how much is the desk's to say. */
import type { Book, Resting } from './book.ts'

/** They trade `units` at the maker's price. A desk may add what else it found out. */
export type Agreement = { readonly units: bigint }

export type Verdict<A extends Agreement = Agreement> =
  | { readonly kind: 'trade'; readonly agreement: A }
  /** Not with each other: both go on. */
  | { readonly kind: 'skip' }
  /** The order cannot trade any more, whatever comes. */
  | { readonly kind: 'dropMaker'; readonly reason: string }
  | { readonly kind: 'dropTaker'; readonly reason: string }

export interface Desk<T extends Resting, A extends Agreement = Agreement> {
  /** Units that the order may still trade. */
  left(order: T): bigint
  judge(maker: T, taker: T): Verdict<A>
  /** Books the trade: `left` of both falls by its units. */
  trade(maker: T, taker: T, agreement: A): void
  /** Takes a resting or incoming order out for good. */
  drop(order: T, reason: string): void
}

/** Trades until nothing crosses; then `taker` rests if it has units left. @returns whether it rests */
export function matchOrder<T extends Resting, A extends Agreement>(book: Book<T>, taker: T, desk: Desk<T, A>): boolean {
  for (const maker of book.against(taker)) {
    if (desk.left(taker) === 0n) return false
    if (desk.left(maker) === 0n) continue
    const verdict = desk.judge(maker, taker)
    if (verdict.kind === 'dropTaker') {
      desk.drop(taker, verdict.reason)
      return false
    }
    if (verdict.kind === 'dropMaker') {
      book.remove(maker)
      desk.drop(maker, verdict.reason)
    }
    if (verdict.kind === 'trade') {
      desk.trade(maker, taker, verdict.agreement)
      if (desk.left(maker) === 0n) book.remove(maker)
    }
  }
  if (desk.left(taker) === 0n) return false
  book.insert(taker)
  return true
}
