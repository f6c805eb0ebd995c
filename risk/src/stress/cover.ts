/**
 * Whether a fund survives the default of the one or two accounts that would lose most.
 *
 * Source: CPMI-IOSCO (2012), "Principles for Financial Market Infrastructures", Principle 4 (Cover 1 and Cover 2).
 */
import { DomainError } from '../errors.ts'

/** A loss that an account would leave behind, USD, at least 0. */
export type NamedLoss = { name: string; loss: number }

/** The `count` largest losses together against `fund`. `remaining` is what the fund keeps, negative when it fails. */
export type Cover = { count: number; accounts: string[]; loss: number; remaining: number; isCovered: boolean }

/** Throws DomainError for a negative fund or a count that is no whole number of at least 1. */
export function coverOf(losses: readonly NamedLoss[], count: number, fund: number): Cover {
  if (!(Number.isInteger(count) && count > 0)) throw new DomainError('count', count, 'an integer of at least 1')
  if (!(fund >= 0)) throw new DomainError('fund', fund, 'at least 0')
  const largest = losses
    .filter(({ loss }) => loss > 0)
    .sort((a, b) => b.loss - a.loss)
    .slice(0, count)
  const loss = largest.reduce((sum, each) => sum + each.loss, 0)
  return { count, accounts: largest.map(({ name }) => name), loss, remaining: fund - loss, isCovered: loss <= fund }
}
