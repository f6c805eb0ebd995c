/** The chain's enums, in the order of their numbers. */

import type { PriceStatus } from '../exact/market.ts'
import { KINDS, type Kind, MODES, type Mode } from '../exact/portfolio.ts'
import { InvalidEncodingError } from './errors.ts'

export { KINDS, MODES }
export const PRICE_STATUSES = ['live', 'degraded', 'dead'] as const satisfies readonly PriceStatus[]
export const REASONS = [
  'deposit',
  'withdrawal',
  'trade',
  'fee',
  'tip',
  'transfer',
  'liquidation',
  'conversion',
  'payment',
  'cover',
  'haircut',
  'absorption',
  'queued',
  'released',
  'settlement',
] as const

/** Why something moved. */
export type Reason = (typeof REASONS)[number]

export const encodeKind = (kind: Kind): number => encode('Kind', KINDS, kind)
export const decodeKind = (value: number): Kind => decode('Kind', KINDS, value)
export const encodeMode = (mode: Mode): number => encode('Mode', MODES, mode)
export const decodeMode = (value: number): Mode => decode('Mode', MODES, value)
export const encodePriceStatus = (status: PriceStatus): number => encode('PriceStatus', PRICE_STATUSES, status)
export const decodePriceStatus = (value: number): PriceStatus => decode('PriceStatus', PRICE_STATUSES, value)
export const encodeReason = (reason: Reason): number => encode('Reason', REASONS, reason)
export const decodeReason = (value: number): Reason => decode('Reason', REASONS, value)

function encode<member extends string>(type: string, members: readonly member[], member: member): number {
  const value = members.indexOf(member)
  if (value < 0) throw new InvalidEncodingError({ type, value: member, expected: members.join(', ') })
  return value
}

function decode<member extends string>(type: string, members: readonly member[], value: number): member {
  const member = members[value]
  if (member === undefined) {
    throw new InvalidEncodingError({ type, value: String(value), expected: `0 to ${members.length - 1}` })
  }
  return member
}
