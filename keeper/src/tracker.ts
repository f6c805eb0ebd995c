/** The keeper's nonces: what is on its way, what waits for finality, and which number comes next. */
import type { Pending } from './pending.ts'
import type { JournalPort } from './ports/journal.ts'
import type { Busy } from './stages/plan.ts'

export class Tracker {
  readonly #entries = new Map<number, Pending>()
  readonly #journal: JournalPort

  constructor(journal: JournalPort) {
    this.#journal = journal
    // After a restart nobody knows which node has them: all are sent again.
    for (const entry of journal.pending()) this.#entries.set(entry.nonce, { ...entry, broadcastBlock: -1n })
  }

  /** Without a receipt, in order of nonce. */
  open(): Pending[] {
    return this.#sorted().filter(({ minedBlock }) => minedBlock === undefined)
  }

  /** Jobs on their way by key. */
  busy(): Map<string, Busy> {
    return new Map(this.open().map((entry) => [entry.job.key, entry]))
  }

  nextNonce(onChain: number): number {
    const last = this.#sorted().at(-1)
    return last && last.nonce >= onChain ? last.nonce + 1 : onChain
  }

  track(pending: Pending): void {
    this.#entries.set(pending.nonce, pending)
  }

  async forget(nonce: number): Promise<void> {
    this.#entries.delete(nonce)
    await this.#journal.remove(nonce)
  }

  async mined(pending: Pending, minedBlock: bigint): Promise<void> {
    const entry = { ...pending, minedBlock }
    this.#entries.set(entry.nonce, entry)
    await this.#journal.put(entry)
  }

  /** Receipts above `block` are gone: their transactions are open again. Returns how many. */
  async reopen(block: bigint): Promise<number> {
    const gone = this.#sorted().filter(({ minedBlock }) => minedBlock !== undefined && minedBlock > block)
    for (const { minedBlock: _, ...entry } of gone) {
      this.#entries.set(entry.nonce, { ...entry, broadcastBlock: -1n })
      await this.#journal.put({ ...entry, broadcastBlock: -1n })
    }
    return gone.length
  }

  /** Forgets what has been mined for good. */
  async finalize(head: bigint, depth: bigint): Promise<void> {
    for (const { nonce, minedBlock } of this.#sorted()) {
      if (minedBlock !== undefined && head - minedBlock >= depth) await this.forget(nonce)
    }
  }

  #sorted(): Pending[] {
    return [...this.#entries.values()].sort((a, b) => a.nonce - b.nonce)
  }
}
