/** Pieces of Markdown. */

/** A table with the keys of the first row as header; numbers stand right. Empty without rows. */
export function table(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const [first] = rows
  if (first === undefined) return ''
  const keys = Object.keys(first)
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const rule = keys.map((key) => (key === keys[0] ? '---' : '--:'))
  return [line(keys), line(rule), ...rows.map((row) => line(keys.map((key) => row[key] ?? '')))].join('\n')
}

export function percent(value: number, digits = 2): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(digits)} %` : ''
}

/** A p-value; 0.00 would claim too much. */
export function pValue(value: number): string {
  return value < 0.001 ? '< 0.001' : value.toFixed(3)
}

export function times(value: number, digits = 2): string {
  return Number.isFinite(value) ? `${value.toFixed(digits)} x` : ''
}

export function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

export function isoHour(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 13).replace('T', ' ')} h`
}

/** Lowest to highest of some shares: "5.02 % to 8.41 %". */
export function spanOf(values: readonly number[], digits = 2): string {
  return `${percent(Math.min(...values), digits)} to ${percent(Math.max(...values), digits)}`
}

/** Paragraphs, tables and images under each other. */
export function paragraphs(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n')
}

export function image(file: string, alt: string): string {
  return `![${alt}](${file})`
}
