import { type Address, getAddress, type Hex, isHex, numberToHex } from 'viem'
import { InvalidEncodingError } from './errors.ts'
import { unsigned } from './range.ts'

/** owner (160 bits) . sub-id (96 bits), 32 bytes. An owner has 2^96 accounts and registers none of them. */
export type AccountId = Hex

const ZERO_OWNER = '0x0000000000000000000000000000000000000000'
const COMPARTMENT_BASE = 0x100n
const CLEARING_BIT = 1n << 95n

/**
 * The account `subId` of `owner`.
 * @example
 * import { encodeAccountId } from '@plimsoll/sdk'
 * const main = encodeAccountId({ owner: '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045', subId: 0n })
 */
export function encodeAccountId({ owner, subId = 0n }: { owner: Address; subId?: bigint | undefined }): AccountId {
  const high = BigInt(getAddress(owner)) << 96n
  return numberToHex(high | unsigned('subId', subId, 96), { size: 32 })
}

/** @throws InvalidEncodingError for anything that is not 32 bytes */
export function decodeAccountId(accountId: AccountId): { owner: Address; subId: bigint } {
  const word = wordOf(accountId)
  const owner = getAddress(numberToHex(word >> 96n, { size: 20 }))
  return { owner, subId: word & ((1n << 96n) - 1n) }
}

export function ownerOf(accountId: AccountId): Address {
  return decodeAccountId(accountId).owner
}

/** Whether nobody can sign for it. */
export function isSystemAccount(accountId: AccountId): boolean {
  return wordOf(accountId) >> 96n === 0n
}

export function isCompartment(accountId: AccountId): boolean {
  const word = wordOf(accountId)
  return word >= COMPARTMENT_BASE && word < COMPARTMENT_BASE + 256n
}

/** Counterparty of every deposit and withdrawal. */
export const CUSTODY: AccountId = '0x0000000000000000000000000000000000000000000000000000000000000001'
/** The protocol's half of the fees. */
export const FEES: AccountId = '0x0000000000000000000000000000000000000000000000000000000000000002'
/** Losses that no compartment covered, as negative cash. */
export const HOLE: AccountId = '0x0000000000000000000000000000000000000000000000000000000000000003'
/** Debited withdrawals that the outflow limit has not let out yet. */
export const QUEUE: AccountId = '0x0000000000000000000000000000000000000000000000000000000000000004'

/** Insurance compartment of `underlying`; 0 is the common one. */
export function compartment(underlying: number): AccountId {
  return encodeAccountId({ owner: ZERO_OWNER, subId: COMPARTMENT_BASE + unsigned('underlying', underlying, 8) })
}

/** Counterparty of settlement and delisting of one (underlying, expiry); expiry 0 for the perpetual. */
export function clearing(underlying: number, expiry: number): AccountId {
  const series = (unsigned('underlying', underlying, 8) << 40n) | unsigned('expiry', expiry, 40)
  return encodeAccountId({ owner: ZERO_OWNER, subId: CLEARING_BIT | series })
}

function wordOf(accountId: AccountId): bigint {
  if (!isHex(accountId) || accountId.length !== 66) {
    throw new InvalidEncodingError({ type: 'AccountId', value: String(accountId), expected: '32 bytes as hex' })
  }
  return BigInt(accountId)
}
