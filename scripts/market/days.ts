/** The crash days whose bars are shipped (`test/fixtures/data/README.md`). */
import { fileURLToPath } from 'node:url'

export const DAYS = {
  '2020-03-12': '5m',
  '2021-05-19': '1m',
  '2022-06-13': '5m',
  '2022-11-09': '5m',
  '2025-10-10': '5m',
} as const

export type Day = keyof typeof DAYS

export const DEFAULT_DAY: Day = '2021-05-19'

export function isDay(name: string): name is Day {
  return Object.hasOwn(DAYS, name)
}

export function barFile(day: Day, symbol: string): string {
  return fileURLToPath(new URL(`../../test/fixtures/data/${day}_${symbol}_${DAYS[day]}.csv.gz`, import.meta.url))
}
