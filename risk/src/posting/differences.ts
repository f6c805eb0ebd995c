/** What a posting claims against what its inputs give. */
import type { HistoryPosting } from './historyPosting.ts'

/** A field whose claimed value is another than the computed one, both as text. */
export type Difference = { readonly field: string; readonly claimed: string; readonly computed: string }

/** Any of a posting's fields, as a file or the event of the feed gives them. */
export type ClaimedPosting = { readonly [Field in keyof HistoryPosting]?: HistoryPosting[Field] | undefined }

/** Every claimed field that differs, in the order of the claim; nested ones by their path. */
export function differences(claimed: ClaimedPosting, computed: HistoryPosting): Difference[] {
  return Object.entries(claimed).flatMap(([field, value]) =>
    value === undefined ? [] : between(value, Reflect.get(computed, field), field),
  )
}

function between(claimed: unknown, computed: unknown, path: string): Difference[] {
  if (!isTree(claimed) || !isTree(computed)) {
    if (Object.is(claimed, computed)) return []
    return [{ field: path, claimed: textOf(claimed), computed: textOf(computed) }]
  }
  const keys = new Set([...Object.keys(claimed), ...Object.keys(computed)])
  return [...keys].flatMap((key) => between(claimed[key], computed[key], `${path}.${key}`))
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function textOf(value: unknown): string {
  return isTree(value) ? JSON.stringify(value) : String(value)
}
