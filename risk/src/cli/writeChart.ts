/** Writing of charts that a user asked for. */
import { writeFileSync } from 'node:fs'
import { InputError } from './input.ts'

/** Throws InputError when `file` cannot be written. */
export function writeChart(file: string, svg: string): void {
  try {
    writeFileSync(file, svg)
  } catch (cause) {
    throw new InputError(file, {}, `cannot be written (${cause instanceof Error ? cause.message : cause})`)
  }
}
