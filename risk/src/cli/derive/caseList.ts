/** The forms in which Derive's test portfolios come, brought to one: a list of named cases. */
import { z } from 'zod'

/** A JSON number, or a decimal in a string as some published files have it. */
export const decimal = z.union([z.number(), z.string().trim().min(1)]).transform((value, context) => {
  const number = Number(value)
  if (Number.isFinite(number)) return number
  context.addIssue({ code: 'custom', message: `is "${value}"; a finite number is needed` })
  return z.NEVER
})

/** 18-decimal fixed point, as contracts count. */
export const wad = decimal.transform((value) => value / 1e18)

/** 1 or true for a call. */
export const callFlag = z.union([z.boolean(), z.literal(0), z.literal(1)]).transform(Boolean)

type Named<T> = { name: string; body: T }

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `[{name, ...}]`, `{name: {...}}`, and either of them below `cases` or one of `groups`. */
function listEntries(value: unknown, groups: readonly string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((body: unknown, index) => ({
      name: isRecord(body) && 'name' in body ? body.name : String(index),
      body,
    }))
  }
  if (!isRecord(value)) return value
  const inside = ['cases', ...groups].filter((key) => key in value)
  if (inside.length > 0) return inside.flatMap((key) => listEntries(value[key], []))
  return Object.entries(value).map(([name, body]) => ({ name, body }))
}

/**
 * Schema of a file of cases. `groups` are keys below which a published file keeps lists of such cases.
 */
export function caseList<T>(body: z.ZodType<T>, groups: readonly string[]): z.ZodType<Named<T>[]> {
  const entries = z.array(z.object({ name: z.string(), body }), {
    error: 'is no list of cases; an array of {"name", ...} or an object keyed by name is needed',
  })
  return z.preprocess((value) => listEntries(value, groups), entries)
}
