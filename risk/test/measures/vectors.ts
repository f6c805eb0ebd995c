/** Reading of the small vectors that the tests share. */
import { readFileSync } from 'node:fs'

const FOLDER = new URL('../vectors/', import.meta.url)

export function vectorJson<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8'))
}

/** A CSV of plain cells, header included; a leading # of the header is dropped. */
export function vectorCsv(name: string): string[][] {
  const text = readFileSync(new URL(name, FOLDER), 'utf8').trim()
  return text.split('\n').map((line) => line.replace(/^#/, '').split(','))
}
