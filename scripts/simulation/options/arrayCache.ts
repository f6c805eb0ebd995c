/** Which risk arrays are stored for the running epoch, followed from events: what makes a liquidation warm or cold. */
import { type AccountId, isDated, isSystemAccount } from '@plimsoll/sdk'
import type { Ledger } from '../ledger.ts'
import type { BlockView, Transaction } from '../observer.ts'

export type LiquidationGas = { warm: bigint[]; cold: bigint[] }

export class ArrayCache {
  readonly gas: LiquidationGas = { warm: [], cold: [] }
  readonly #epochs = new Map<number, bigint>()
  /** Epoch of the stored array, by strike. */
  readonly #stored = new Map<string, bigint>()

  /** Follows a block; `ledger` is as before it. */
  before({ transactions }: BlockView, ledger: Ledger): void {
    for (const transaction of transactions) this.#apply(transaction, ledger)
  }

  /** What the block's transactions brought to accounts was computed too; `ledger` is as after it. */
  after({ transactions }: BlockView, ledger: Ledger): void {
    for (const { events } of transactions) this.#store(this.#strikesOf(touched(events), ledger))
  }

  #apply({ action, succeeded, gas, events }: Transaction, ledger: Ledger): void {
    for (const event of events) if (event.kind === 'rolled') this.#epochs.set(event.underlying, event.number)
    const strikes = this.#strikesOf(touched(events), ledger)
    if (action === 'liquidate' && succeeded && strikes.size > 0) {
      const isWarm = [...strikes].every(
        ([strike, underlying]) => this.#stored.get(strike) === this.#epochs.get(underlying),
      )
      this.gas[isWarm ? 'warm' : 'cold'].push(gas)
    }
    this.#store(strikes)
  }

  #store(strikes: ReadonlyMap<string, number>): void {
    for (const [strike, underlying] of strikes) this.#stored.set(strike, this.#epochs.get(underlying) ?? 0n)
  }

  /** Keys of all strikes that the owners among `accounts` hold, with their underlyings. */
  #strikesOf(accounts: ReadonlySet<AccountId>, ledger: Ledger): Map<string, number> {
    const strikes = new Map<string, number>()
    for (const account of accounts) {
      if (isSystemAccount(account)) continue
      for (const { instrument } of ledger.portfolio(account).positions) {
        const { underlying, expiry, strike } = instrument
        if (isDated(instrument)) strikes.set(`${underlying} ${expiry} ${strike}`, underlying)
      }
    }
    return strikes
  }
}

/** Accounts that a transaction measured. */
function touched(events: Transaction['events']): Set<AccountId> {
  const accounts = events.flatMap((event): AccountId[] => {
    if (event.kind === 'moved') return [event.from, event.to]
    return event.kind === 'flagged' ? [event.account] : []
  })
  return new Set(accounts)
}
