/** What the commands on surfaces share: times, roundings, files. */
import { writeFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { InputError } from './input.ts'

/** Parser of an option in unix seconds. */
export function unixTime(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isFinite(value)) return value
  throw new InvalidArgumentError('A time is given in unix seconds.')
}

/** Writes a file. @throws InputError where it cannot. */
export function writeText(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (cause) {
    throw new InputError(file, {}, `cannot be written (${cause instanceof Error ? cause.message : cause})`)
  }
}

/** For tables. */
export function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}

/** ISO time to the minute. */
export function isoMinute(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 16)}Z`
}
