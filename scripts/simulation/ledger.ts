/** All accounts, rebuilt from events alone. */
import {
  type AccountId,
  decodePosition,
  type Mode,
  type Portfolio,
  type Position,
  type PositionWord,
} from '@plimsoll/sdk'

export type MovedEvent = {
  from: AccountId
  to: AccountId
  reason: number
  cash: bigint
  legs: readonly PositionWord[]
}

type Held = { mode: Mode; cash: bigint; lots: Map<bigint, bigint> }

const INSTRUMENT_SHIFT = 128n

export class Ledger {
  readonly #accounts = new Map<AccountId, Held>()

  accounts(): AccountId[] {
    return [...this.#accounts.keys()]
  }

  setMode(account: AccountId, mode: Mode): void {
    this.#held(account).mode = mode
  }

  apply({ from, to, cash, legs }: MovedEvent): void {
    this.#add(from, -cash, legs, -1n)
    this.#add(to, cash, legs, 1n)
  }

  portfolio(account: AccountId): Portfolio {
    const { mode, cash, lots } = this.#accounts.get(account) ?? { mode: 'cross', cash: 0n, lots: new Map() }
    return { mode, cash, positions: [...lots].map(toPosition) }
  }

  isEmpty(account: AccountId): boolean {
    return (this.#accounts.get(account)?.lots.size ?? 0) === 0
  }

  /** Lots of one instrument word. */
  lots(account: AccountId, instrument: bigint): bigint {
    return this.#accounts.get(account)?.lots.get(instrument) ?? 0n
  }

  cash(account: AccountId): bigint {
    return this.#accounts.get(account)?.cash ?? 0n
  }

  #held(account: AccountId): Held {
    const known = this.#accounts.get(account)
    if (known) return known
    const fresh: Held = { mode: 'cross', cash: 0n, lots: new Map() }
    this.#accounts.set(account, fresh)
    return fresh
  }

  #add(account: AccountId, cash: bigint, legs: readonly PositionWord[], sign: bigint): void {
    const held = this.#held(account)
    held.cash += cash
    for (const word of legs) {
      const instrument = word >> INSTRUMENT_SHIFT
      const lots = (held.lots.get(instrument) ?? 0n) + sign * BigInt.asIntN(128, word)
      if (lots === 0n) held.lots.delete(instrument)
      else held.lots.set(instrument, lots)
    }
  }
}

function toPosition([instrument, lots]: [bigint, bigint]): Position {
  return decodePosition((instrument << INSTRUMENT_SHIFT) | BigInt.asUintN(128, lots))
}
