/** Reasons as logs tell them: once when one appears or changes, since most of them last for many blocks. */
import type { Reason } from './reasons.ts'

export class ReasonLog<K> {
  #last = new Map<K, Reason['kind']>()

  /** Those of which the kind is not the one of the last call. */
  changed(reasons: ReadonlyMap<K, Reason>): [K, Reason][] {
    const changed = [...reasons].filter(([key, { kind }]) => this.#last.get(key) !== kind)
    this.#last = new Map([...reasons].map(([key, { kind }]) => [key, kind]))
    return changed
  }
}

/** With bigints in decimal. */
export function plain(reason: Reason): unknown {
  return JSON.parse(JSON.stringify(reason, (_, value) => (typeof value === 'bigint' ? String(value) : value)))
}
