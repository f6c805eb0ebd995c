/** Counts: gas per action, what keepers earned and paid, what losses cost the compartments and HOLE. */
import { type AccountId, assess, HOLE, ownerOf, type Snapshot, WAD } from '@plimsoll/sdk'
import type { Address } from 'viem'
import type { Ledger } from './ledger.ts'
import type { BlockView, Transaction } from './observer.ts'
import { toMicroUsd } from './population.ts'
import { ownersOf, type Site } from './site.ts'
import { grossValue } from './standings.ts'

export type KeeperTally = {
  name: string
  /** Its key's. */
  address: Address
  /** Of its accounts. */
  owners: readonly Address[]
  capitalUsd: number
  liquidations: number
  conversions: number
  reverted: number
  /** Reward at mark of all takeovers, USD with 18 decimals. */
  rewards: bigint
  gasPaid: bigint
  startEquity: bigint
  endEquity: bigint
  /** Positions that its accounts hold at the end, and their gross value at mark. */
  positions: number
  positionsUsd: bigint
}

export class Tally {
  readonly keepers: KeeperTally[]
  /** Gas of every successful transaction by action, and fills per settlement. */
  readonly gas = new Map<string, bigint[]>()
  slices = 0
  conversions = 0
  compartmentUsd = 0n
  holeBooked = 0n
  hole = 0n
  readonly #ethIndex: number

  constructor({ keepers, deployment }: Site) {
    this.#ethIndex = deployment.underlyings.findIndex(({ symbol }) => symbol === 'ETH')
    this.keepers = keepers.map((keeper) => ({
      name: keeper.plan.name,
      address: keeper.wallet.address,
      owners: ownersOf(keeper),
      capitalUsd: keeper.plan.capitalUsd,
      liquidations: 0,
      conversions: 0,
      reverted: 0,
      rewards: 0n,
      gasPaid: 0n,
      startEquity: toMicroUsd(keeper.plan.capitalUsd) * 10n ** 12n,
      endEquity: 0n,
      positions: 0,
      positionsUsd: 0n,
    }))
  }

  block({ transactions, snapshot }: BlockView): void {
    for (const transaction of transactions) {
      this.#gasOf(transaction)
      this.#keeperPays(transaction, snapshot)
      for (const event of transaction.events) {
        if (event.kind === 'sliced') {
          this.slices += 1
          this.#keeperEarns(event.keeper, 'liquidations', event.value - event.payment + event.topUp)
        } else if (event.kind === 'converted') {
          this.conversions += 1
          this.#keeperEarns(event.keeper, 'conversions', event.value - event.payment)
        } else if (event.kind === 'covered') {
          this.compartmentUsd += event.own + event.common
          this.holeBooked += event.hole
        }
      }
    }
  }

  /** Equity and positions of all accounts of each keeper, and what HOLE holds. */
  end(ledger: Ledger, { snapshot }: BlockView): void {
    for (const keeper of this.keepers) {
      const own = ledger.accounts().filter((account) => keeper.owners.includes(ownerOf(account)))
      const portfolios = own.map((account) => ledger.portfolio(account))
      const positions = portfolios.flatMap((portfolio) => portfolio.positions)
      keeper.endEquity = portfolios.reduce((sum, portfolio) => sum + assess(portfolio, snapshot).equity, 0n)
      keeper.positions = positions.length
      keeper.positionsUsd = grossValue(positions, snapshot)
    }
    this.hole = ledger.cash(HOLE)
  }

  #gasOf({ action, succeeded, gas }: Transaction): void {
    if (!succeeded) return
    const known = this.gas.get(action)
    if (known) known.push(gas)
    else this.gas.set(action, [gas])
  }

  #keeperPays({ from, gas, gasPrice, succeeded }: Transaction, snapshot: Snapshot): void {
    const keeper = this.keepers.find(({ address }) => address === from)
    if (!keeper) return
    const ethSpot = snapshot.markets[this.#ethIndex]?.spot ?? 0n
    keeper.gasPaid += (gas * gasPrice * ethSpot) / WAD
    if (!succeeded) keeper.reverted += 1
  }

  #keeperEarns(account: AccountId, what: 'liquidations' | 'conversions', reward: bigint): void {
    const keeper = this.keepers.find(({ owners }) => owners.includes(ownerOf(account)))
    if (!keeper) return
    keeper[what] += 1
    keeper.rewards += reward
  }
}
