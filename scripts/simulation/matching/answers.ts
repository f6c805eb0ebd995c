/** What the matcher answered to all who sent it orders. */
import type { Hex } from 'viem'
import type { Answer } from '../../matcher/service.ts'

/** order: for a book. quote and pick: of a request for quotes. */
export type SentKind = 'order' | 'quote' | 'pick'

export class Answers {
  readonly accepted: Record<SentKind, number> = { order: 0, quote: 0, pick: 0 }
  /** By code. */
  readonly refused = new Map<string, number>()
  /** From request to answer. */
  readonly milliseconds: number[] = []
  /** Last block when an order was accepted, by its hash. */
  readonly acceptedAt = new Map<Hex, number>()

  /** Counts the answer to a signed order. */
  count(kind: SentKind, hash: Hex, { status, body }: Answer, timing: { ms: number; block: number }): void {
    this.milliseconds.push(timing.ms)
    if (status === 201) {
      this.accepted[kind] += 1
      this.acceptedAt.set(hash, timing.block)
    } else this.refuse(body)
  }

  /** Counts a refusal. */
  refuse(body: Answer['body']): void {
    const code = codeOf(body)
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1)
  }
}

/** Of a refusal: `{"error": {"code", ..}}`. */
export function codeOf({ error }: Answer['body']): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error
  return isCoded ? String(error.code) : 'UNKNOWN'
}
