import { formatUnits } from 'viem'

/** USD or a WAD fraction, 18 decimals, as a decimal number. */
export function wad(value: bigint): string {
  return formatUnits(value, 18)
}

/** Unix seconds as a date; beyond the range of dates the number itself. */
export function time(seconds: bigint): string {
  return seconds < 8_640_000_000_000n ? new Date(Number(seconds) * 1000).toISOString() : `${seconds}`
}
