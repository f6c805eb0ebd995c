/** Chains for tests, read from CSV. */
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { type ChainRow, type OptionChain, type ReadChainOptions, readChain } from '../../src/surface/index.ts'

function rowsOf(file: URL): ChainRow[] {
  const bytes = readFileSync(file)
  return parse(file.pathname.endsWith('.gz') ? gunzipSync(bytes) : bytes, { columns: true })
}

/** Rows of a chain of risk/test/data, whose SOURCES.md says where it is from. */
export function sampleRows(name: string): ChainRow[] {
  return rowsOf(new URL(`../data/${name}`, import.meta.url))
}

export function sampleChain(name: string, options?: ReadChainOptions): OptionChain {
  return readChain(sampleRows(name), options).chain
}

/** A chain of the full data pack beside the project, where that is present. */
export function packChain(name: string, options?: ReadChainOptions): OptionChain | undefined {
  const folder =
    process.env.PLIMSOLL_OPTION_DATA ?? new URL('../../../../shared/data/options', import.meta.url).pathname
  const file = new URL(`file://${folder}/${name}`)
  return existsSync(file) ? readChain(rowsOf(file), options).chain : undefined
}
