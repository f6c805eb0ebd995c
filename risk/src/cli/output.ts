/** Writing of results: stdout carries the result alone, so that it can be piped. */
import process from 'node:process'

export type Cell = string | number | boolean | null | undefined

/** One CSV field by RFC 4180. Numbers keep all their digits; null and undefined are empty. */
export function field(value: Cell): string {
  const text = value === null || value === undefined ? '' : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function print(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2))
}

/** CSV with the keys of the first row as header. */
export function printCsv(rows: readonly Record<string, Cell>[]): void {
  const columns = Object.keys(rows[0] ?? {})
  print(
    [columns.map(field), ...rows.map((row) => columns.map((name) => field(row[name])))]
      .map((line) => line.join(','))
      .join('\n'),
  )
}

/** Left-aligned text and right-aligned numbers under a header, for people. */
export function printTable(rows: readonly Record<string, Cell>[]): void {
  const columns = Object.keys(rows[0] ?? {})
  const width = (name: string) => Math.max(name.length, ...rows.map((row) => String(row[name] ?? '').length))
  const line = (cell: (name: string) => Cell, numeric: (name: string) => boolean) =>
    columns
      .map((name) =>
        numeric(name) ? String(cell(name) ?? '').padStart(width(name)) : String(cell(name) ?? '').padEnd(width(name)),
      )
      .join('  ')
      .trimEnd()
  const numeric = (name: string) => typeof rows[0]?.[name] === 'number'
  print([line((name) => name, numeric), ...rows.map((row) => line((name) => row[name], numeric))].join('\n'))
}
