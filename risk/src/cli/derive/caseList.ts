/** The forms in which Derive's test portfolios come, brought to one: a list of named cases. */
import { z } from 'zod'
import { type Input, InputError, jsonPlace, parseJson } from '../input.ts'

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

type Path = readonly (string | number)[]
type Entry = { name: string; body: unknown; path: Path }

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const entry = (body: unknown, fallback: string, path: Path): Entry => ({
  name: isRecord(body) && typeof body.name === 'string' ? body.name : fallback,
  body,
  path,
})

/**
 * `[{name, ...}]`, `{name: {...}}` or one case alone, and any of them below `cases` or one of `groups`. A key `note` is a
 * remark. Undefined when it is none of these.
 */
function listEntries(value: unknown, groups: readonly string[], path: Path = []): Entry[] | undefined {
  if (Array.isArray(value)) return value.map((body: unknown, index) => entry(body, String(index), [...path, index]))
  if (!isRecord(value)) return undefined
  if ('Scenario' in value) return [entry(value, '0', path)]
  const inside = ['cases', ...groups].filter((key) => key in value)
  if (inside.length > 0) return inside.flatMap((key) => listEntries(value[key], [], [...path, key]) ?? [])
  return Object.entries(value).flatMap(([name, body]) =>
    name === 'note' ? [] : [{ name, body, path: [...path, name] }],
  )
}

/**
 * Reads a file of cases. `groups` are keys below which a published file keeps such cases.
 * @throws InputError naming the case and the field.
 */
export function parseCases<T>(
  input: Input,
  schema: z.ZodType<T>,
  groups: readonly string[],
): { name: string; body: T; path: Path }[] {
  const entries = listEntries(parseJson(input, z.unknown()), groups)
  if (entries === undefined || entries.length === 0)
    throw new InputError(
      input.source,
      {},
      'holds no cases; an array of {"name", ...} or an object keyed by name is needed',
    )
  return entries.map(({ name, body, path: casePath }) => {
    const result = schema.safeParse(body)
    if (result.success) return { name, body: result.data, path: casePath }
    const issue = result.error.issues[0]
    const path = issue?.path.length ? issue.path.join('.') : 'the case'
    const place = jsonPlace(input.text, [...casePath, ...(issue?.path ?? [])])
    throw new InputError(input.source, place, `case ${name}: ${path}: ${issue?.message ?? 'is invalid'}`)
  })
}
