import { OutOfRangeError } from './errors.ts'

/** Returns `value` as a bigint when it is a whole number of `bits` unsigned bits. @throws OutOfRangeError */
export function unsigned(field: string, value: bigint | number, bits: number): bigint {
  const number = whole(field, value)
  const maximum = (1n << BigInt(bits)) - 1n
  if (number < 0n || number > maximum) throw new OutOfRangeError({ field, value: number, minimum: 0n, maximum })
  return number
}

/** Returns `value` when it fits `bits` two's complement bits. @throws OutOfRangeError */
export function signed(field: string, value: bigint, bits: number): bigint {
  const maximum = (1n << BigInt(bits - 1)) - 1n
  if (value < -maximum - 1n || value > maximum) {
    throw new OutOfRangeError({ field, value, minimum: -maximum - 1n, maximum })
  }
  return value
}

function whole(field: string, value: bigint | number): bigint {
  if (typeof value === 'bigint') return value
  if (Number.isSafeInteger(value)) return BigInt(value)
  const nearest = Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n
  throw new OutOfRangeError({ field, value: nearest, minimum: 0n, maximum: BigInt(Number.MAX_SAFE_INTEGER) })
}
