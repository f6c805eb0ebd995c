import { concatHex, type Hex, numberToHex } from 'viem'
import type { Chain, ExpiryRow, Market, Snapshot, StrikeRow, TailRow } from '../exact/market.ts'
import { decodePriceStatus, encodePriceStatus } from './enums.ts'
import { InvalidEncodingError } from './errors.ts'
import { unsigned } from './range.ts'
import { decodeStrike, encodeStrike } from './strikeWord.ts'
import { decodeUnderlyingSet, encodeUnderlyingSet, type UnderlyingSet } from './underlyingSet.ts'

/** Of a strike's row. */
const ROW_BYTES = 96

/** A market row as the chain has it: its underlying stands in the snapshot's set. */
export type EncodedMarket = Omit<Market, 'underlying' | 'status'> & { readonly status: number }

/** Its key is underlying << 40 | expiry. */
export type EncodedExpiry = Omit<ExpiryRow, 'underlying' | 'expiry'> & { readonly key: bigint }

export type EncodedSnapshot = {
  set: UnderlyingSet
  time: bigint
  markets: readonly EncodedMarket[]
  chains: readonly Chain[]
  expiries: readonly EncodedExpiry[]
  /** 96 bytes each: the three words of `encodeStrike`. */
  strikes: Hex
  tails: readonly TailRow[]
}

/** @throws InvalidEncodingError when rows are not in ascending order, each once, or chains or tails do not match the markets */
export function encodeSnapshot({ time, markets, chains, expiries, strikes, tails }: Snapshot): EncodedSnapshot {
  requireAscending(markets.map(({ underlying }) => BigInt(underlying)))
  const series = expiries.map(keyOf)
  requireAscending(series)
  requireAscending(strikes.map((row) => (keyOf(row) << 64n) | row.strike))
  requireParallel('chains', chains.length, markets.length)
  requireParallel('tails', tails.length, markets.length)
  return {
    set: encodeUnderlyingSet(markets.map(({ underlying }) => underlying)),
    time: BigInt(time),
    markets: markets.map(({ underlying: _, status, ...row }) => ({ ...row, status: encodePriceStatus(status) })),
    chains,
    expiries: expiries.map(({ underlying: _, expiry: __, ...row }, index) => ({ ...row, key: series[index] ?? 0n })),
    strikes: concatHex(strikes.flatMap((row) => encodeStrike(row).map((word) => numberToHex(word, { size: 32 })))),
    tails,
  }
}

/** @throws InvalidEncodingError when set and rows disagree */
export function decodeSnapshot(encoded: EncodedSnapshot): Snapshot {
  const { set, time, markets, chains, expiries, strikes, tails } = encoded
  const members = decodeUnderlyingSet(set)
  if (members.length !== markets.length) {
    throw new InvalidEncodingError({
      type: 'Snapshot',
      value: `a set of ${members.length} underlyings with ${markets.length} rows`,
      expected: 'one row per member of the set',
    })
  }
  requireParallel('chains', chains.length, markets.length)
  requireParallel('tails', tails.length, markets.length)
  return {
    time: Number(time),
    markets: markets.map((row, index) => ({
      ...row,
      underlying: members[index] ?? 0,
      status: decodePriceStatus(row.status),
    })),
    chains,
    expiries: expiries.map(({ key, ...row }) => ({
      ...row,
      underlying: Number(key >> 40n),
      expiry: Number(BigInt.asUintN(40, key)),
    })),
    strikes: strikesOf(strikes),
    tails,
  }
}

function strikesOf(bytes: Hex): StrikeRow[] {
  const count = (bytes.length - 2) / (2 * ROW_BYTES)
  if (!Number.isInteger(count)) {
    throw new InvalidEncodingError({
      type: 'Snapshot',
      value: `${bytes.length - 2} hexadecimal digits of strikes`,
      expected: `${2 * ROW_BYTES} a strike`,
    })
  }
  return Array.from({ length: count }, (_, index) => {
    const word = (n: number) => BigInt(`0x${bytes.slice(2 + 64 * (3 * index + n), 66 + 64 * (3 * index + n))}`)
    return decodeStrike(word(0), word(1), word(2))
  })
}

function keyOf({ underlying, expiry }: Pick<ExpiryRow, 'underlying' | 'expiry'>): bigint {
  return (unsigned('underlying', underlying, 8) << 40n) | unsigned('expiry', expiry, 40)
}

function requireAscending(keys: readonly bigint[]): void {
  for (const [index, key] of keys.entries()) {
    const previous = keys[index - 1] ?? -1n
    if (key > previous) continue
    throw new InvalidEncodingError({
      type: 'Snapshot',
      value: `${previous} before ${key}`,
      expected: 'rows ascending, each once',
    })
  }
}

function requireParallel(name: string, rows: number, markets: number): void {
  if (rows === 0 || rows === markets) return
  throw new InvalidEncodingError({
    type: 'Snapshot',
    value: `${rows} ${name} beside ${markets} markets`,
    expected: 'none, or one per market',
  })
}
