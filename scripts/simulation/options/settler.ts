/**
 * Watches series end: holds final prices against the averages of the pushed prices, and does itself what the keepers, whose
 * work it is, have not done some minutes after the end.
 */
import { type AccountId, clearing, type Instrument, isSystemAccount, settlementAbi } from '@plimsoll/sdk'
import { decodeFunctionResult, encodeFunctionData, type Hex } from 'viem'
import { PRICE_DECIMALS } from '../../market/bars.ts'
import type { Ledger } from '../ledger.ts'
import { type BlockView, call } from '../observer.ts'
import { item } from '../population.ts'
import { FEED_ABI, sign } from '../site.ts'
import type { OptionWorld } from './optionWorld.ts'

const WINDOW_SECONDS = 1_800
const MOST_ROUNDS = 20n
const ACCOUNTS_PER_CALL = 10
/** How long the keepers have. */
const PATIENCE_SECONDS = 300
const GAS = { average: 1_500_000n, settle: 15_000_000n }
const TO_WAD = 10n ** BigInt(18 - PRICE_DECIMALS)

/** One price as the feed of an underlying has it. */
type Round = { id: bigint; t: number; price: bigint }

export type SettledSeries = {
  underlying: number
  expiry: number
  /** On chain and from the pushed prices, USD with 18 decimals. */
  price: bigint
  trueAverage: bigint
  rounds: number
  accounts: number
}

export class Settler {
  /** Final prices, in the order in which they became final. */
  readonly series: SettledSeries[] = []
  readonly #world: OptionWorld
  readonly #rounds: Round[][]

  constructor(world: OptionWorld) {
    this.#world = world
    this.#rounds = world.deployment.underlyings.map(() => [])
  }

  /** Series of which the day sees the end. */
  get expiries(): number[] {
    const { steps, schedule } = this.#world.day
    const last = schedule.steps.at(-1)?.t ?? 0
    const quoted = steps.flatMap(({ surfaces }) => surfaces.flat().map(({ expiry }) => expiry))
    return [...new Set(quoted)].filter((expiry) => expiry <= last).sort((a, b) => a - b)
  }

  /** Notes the rounds that the feeds have opened at `t`. */
  async record(t: number, prices: readonly bigint[]): Promise<void> {
    const { chain, deployment } = this.#world
    const data = encodeFunctionData({ abi: FEED_ABI, functionName: 'latestRoundData' })
    const answers = await chain.rpc.batch(deployment.underlyings.map(({ feed }) => call(feed, data, 'latest')))
    for (const [i, answer] of answers.entries()) {
      const result = decodeFunctionResult({ abi: FEED_ABI, functionName: 'latestRoundData', data: answer as Hex }) // its return
      item(this.#rounds, i).push({ id: result[0], t, price: item(prices, i) })
    }
  }

  /** Transactions that complete every average that is overdue at `now`. */
  async averages(now: number): Promise<Hex[]> {
    const overdue = this.expiries.filter((expiry) => now > expiry + PATIENCE_SECONDS)
    const due = overdue.flatMap((expiry) =>
      this.#world.deployment.underlyings.map(({ id }) => ({ underlying: id, expiry })),
    )
    return Promise.all(due.filter((series) => !this.#isFinal(series)).map((series) => this.#average(series)))
  }

  #isFinal({ underlying, expiry }: Pick<Instrument, 'underlying' | 'expiry'>): boolean {
    return this.series.some((each) => each.underlying === underlying && each.expiry === expiry)
  }

  #average({ underlying, expiry }: Pick<Instrument, 'underlying' | 'expiry'>): Promise<Hex> {
    const start = this.#rounds[underlying - 1]?.findLast(({ t }) => t <= expiry - WINDOW_SECONDS)
    const args = [underlying, expiry, start?.id ?? 0n, MOST_ROUNDS] as const
    const data = encodeFunctionData({ abi: settlementAbi, functionName: 'average', args })
    return sign(this.#world.operator, { to: this.#world.deployment.settlement, data }, GAS.average)
  }

  /** Reads new final prices; transactions that settle all who still hold one of the series, when that is overdue. */
  async settlements(timestamp: number, ledger: Ledger): Promise<Hex[]> {
    for (const expiry of this.expiries.filter((each) => each <= timestamp)) {
      for (const { id } of this.#world.deployment.underlyings) {
        if (!this.#isFinal({ underlying: id, expiry })) await this.#read(id, expiry)
      }
    }
    if (!this.series.some(({ expiry }) => timestamp > expiry + PATIENCE_SECONDS)) return []
    const holders = this.holders(ledger)
    const batches: Promise<Hex>[] = []
    for (let i = 0; i < holders.length; i += ACCOUNTS_PER_CALL) {
      const args = [holders.slice(i, i + ACCOUNTS_PER_CALL)] as const
      const data = encodeFunctionData({ abi: settlementAbi, functionName: 'settle', args })
      batches.push(sign(this.#world.operator, { to: this.#world.deployment.settlement, data }, GAS.settle))
    }
    return Promise.all(batches)
  }

  /** Accounts that hold a series with a final price. */
  holders(ledger: Ledger): AccountId[] {
    return ledger.accounts().filter((account) => !isSystemAccount(account) && this.#holdsFinal(ledger, account))
  }

  #holdsFinal(ledger: Ledger, account: AccountId): boolean {
    return ledger.portfolio(account).positions.some(({ instrument }) => this.#isFinal(instrument))
  }

  async #read(underlying: number, expiry: number): Promise<void> {
    const { chain, deployment } = this.#world
    const functionName = 'finalPrice'
    const data = encodeFunctionData({ abi: settlementAbi, functionName, args: [underlying, expiry] })
    const { method, params } = call(deployment.settlement, data, 'latest')
    const answer = await chain.rpc.call<Hex>(method, params)
    const [isFinal, price] = decodeFunctionResult({ abi: settlementAbi, functionName, data: answer })
    if (isFinal) this.series.push({ underlying, expiry, price, accounts: 0, ...this.#trueAverage(underlying, expiry) })
  }

  /** Price times seconds of every round in the window, without the contract. */
  #trueAverage(underlying: number, expiry: number): Pick<SettledSeries, 'trueAverage' | 'rounds'> {
    const all = item(this.#rounds, underlying - 1)
    const parts = all.map(({ t, price }, i) => {
      const from = Math.max(t, expiry - WINDOW_SECONDS)
      const to = Math.min(all[i + 1]?.t ?? expiry, expiry)
      return { price, seconds: Math.max(0, to - from) }
    })
    const inForce = parts.filter(({ seconds }) => seconds > 0)
    const sum = inForce.reduce((total, { price, seconds }) => total + price * TO_WAD * BigInt(seconds), 0n)
    return { trueAverage: sum / BigInt(WINDOW_SECONDS), rounds: inForce.length }
  }

  /** Counts who was settled. */
  note({ transactions }: BlockView): void {
    for (const event of transactions.flatMap(({ events }) => events)) {
      if (event.kind !== 'settled') continue
      const found = this.series.find(
        ({ underlying, expiry }) => underlying === event.underlying && expiry === event.expiry,
      )
      if (found) found.accounts += 1
    }
  }

  /** Clearing accounts of all series that end. */
  clearingAccounts(): AccountId[] {
    return this.expiries.flatMap((expiry) => this.#world.deployment.underlyings.map(({ id }) => clearing(id, expiry)))
  }
}
