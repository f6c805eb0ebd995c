import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { type Command, InvalidArgumentError } from 'commander'
import type { PriceHistory } from '../../estimation/priceHistory.ts'
import { FULL_CAP, LEAST_CAPS } from '../../methods/plimsoll/tailCaps.ts'
import { barChart } from '../../plot/index.ts'
import { differences, type HistoryPosting, historyPosting } from '../../posting/index.ts'
import { laneMultiple, NODE_LANES } from '../../scenarios/lanes.ts'
import { InputError, readInput } from '../input.ts'
import { print, printJson, printTable } from '../output.ts'
import { postingDocument, readPosting } from '../postingFile.ts'
import { priceHistories } from '../priceFile.ts'
import { wholeNumberFrom } from '../series.ts'
import { writeChart } from '../writeChart.ts'

type Shared = { prices: string }
type ComputeOptions = Shared & { underlying: string; group: string[]; at?: number; scanRange: bigint; plot?: string }
type VerifyOptions = Shared & { underlying?: string; group?: string[]; json?: boolean }

const SHIPPED = fileURLToPath(new URL('../../../data/hourly_close.csv.gz', import.meta.url))
/** Exit code of a posting that its inputs do not give. */
const DIFFERS = 1
const WAD_DIGITS = 18

function symbols(text: string): string[] {
  const all = text.split(',').map((symbol) => symbol.trim())
  if (all.includes('') || new Set(all).size < all.length)
    throw new InvalidArgumentError('It must be different symbols with commas between them, such as BTC,ETH.')
  return all
}

/** A decimal fraction, to the last of its digits. */
function wad(text: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,18}))?$/.exec(text)
  if (match === null) throw new InvalidArgumentError('It must be a fraction such as 0.12, with at most 18 decimals.')
  const [, whole = '', decimals = ''] = match
  return BigInt(whole + decimals.padEnd(WAD_DIGITS, '0'))
}

function membersOf(file: string, group: readonly string[], underlying: string): PriceHistory[] {
  return priceHistories(readInput(file), group.includes(underlying) ? group : [underlying, ...group])
}

function capsChart({ underlying, timestamp, caps, scanRange, offset }: HistoryPosting): string {
  const percent = (values: readonly number[]) => values.map((cap) => (100 * cap) / FULL_CAP)
  const range = ((100 * Number(scanRange)) / 1e18).toFixed(2)
  return barChart({
    title: `Caps of the tail of ${underlying} by price node`,
    subtitle: `${new Date(1000 * timestamp).toISOString()}, scan range ${range} %, offset ${(offset / 1e4).toFixed(2)} %`,
    categories: NODE_LANES.map(({ up }) => `${laneMultiple(up)} ranges`),
    series: [
      { name: 'posted', values: percent(caps) },
      { name: 'least', values: percent(LEAST_CAPS) },
    ],
    value: { label: 'share of the tail that the node may fill (%)' },
  })
}

function compute({ prices, underlying, group, at, scanRange, plot }: ComputeOptions): void {
  const histories = membersOf(prices, group, underlying)
  const empty = histories.find(({ times }) => times.length === 0)
  if (empty) throw new InputError(prices, { column: empty.symbol }, 'holds no price')
  const timestamp = at ?? Math.min(...histories.map(({ times }) => times.at(-1) ?? Number.NaN))
  const posting = historyPosting({ underlying, timestamp, scanRange }, histories)
  if (plot !== undefined) writeChart(plot, capsChart(posting))
  printJson(postingDocument(posting))
}

/** Options name what the posting itself does not: an event tells neither symbol nor group. */
function verify(file: string, { prices, underlying: named, group: members, json }: VerifyOptions): void {
  const claimed = readPosting(readInput(file))
  const [underlying, group] = [named ?? claimed.underlying, members ?? claimed.group]
  if (underlying === undefined) throw new InputError(file, {}, 'names no symbol: give --underlying')
  if (group === undefined) throw new InputError(file, {}, 'names no group: give --group')
  const { timestamp, scanRange } = claimed
  const computed = historyPosting({ underlying, timestamp, scanRange }, membersOf(prices, group, underlying))
  const found = differences(claimed, computed)
  const { inputs, code } = computed
  if (json) printJson({ equal: found.length === 0, inputs, code, differences: found })
  else if (found.length > 0) printTable(found)
  else print(`equal: ${underlying} at ${timestamp}\ninputs ${inputs}\ncode   ${code}`)
  if (found.length > 0) process.exitCode = DIFFERS
}

export function registerWeights(program: Command): void {
  const weights = program
    .command('weights')
    .description(
      'Historical weights of quantitative margin: what a publisher posts, and whether a posting is what its inputs give',
    )
  const prices = '--prices <file>'
  const table = 'CSV, gzip or not: t in unix seconds and a column of USD prices per symbol'
  weights
    .command('compute')
    .description(
      'Compute the posting of an underlying: caps of the price nodes, offset, hashes of inputs and algorithm (JSON)',
    )
    .option(prices, table, SHIPPED)
    .requiredOption('--underlying <symbol>', 'whose posting')
    .requiredOption('--group <symbols>', 'members of its offset group, such as BTC,ETH; itself alone for none', symbols)
    .requiredOption('--scan-range <fraction>', 'scan range of the nodes, PSR_M + epsilon, such as 0.12', wad)
    .option(
      '--at <unix>',
      'moment of the posting in unix seconds (default: until which all have prices)',
      wholeNumberFrom(1),
    )
    .option('--plot <file>', 'write the caps as SVG')
    .action(compute)
  weights
    .command('verify')
    .argument('<posting>', 'JSON of weights compute, or the fields of the event of the feed; - for stdin')
    .description(`Compute a posting again and compare every field; exit code ${DIFFERS} when one differs`)
    .option(prices, table, SHIPPED)
    .option('--underlying <symbol>', 'whose posting, for an event')
    .option('--group <symbols>', 'members of its offset group, for an event', symbols)
    .option('--json', 'print JSON instead of text')
    .action(verify)
}
