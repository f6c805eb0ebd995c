/** Stress test of a whole book: what every account would have, need and lack in every scenario. */
import { equity, type Market } from '../methods/index.ts'
import {
  type Account,
  type Requirement,
  requireDistinct,
  requirementOf,
  type StressScenario,
  stressedMarket,
  withEntries,
} from './book.ts'
import { type Cover, coverOf } from './cover.ts'

/** Equity and requirements of an account, USD. */
export type Standing = { equity: number; initial: number; maintenance: number }

/**
 * An account before and after a scenario, USD. `shortfall`: what lacks to maintenance. `deficit`: negative equity, lost to
 * others. `lossOverMargin`: the loss beyond the initial margin that was required before, whatever else the account holds.
 */
export type AccountStress = {
  name: string
  before: Standing
  after: Standing
  pnl: number
  shortfall: number
  deficit: number
  lossOverMargin: number
}

/** Sums over the accounts; `calls` counts those below maintenance, `insolvent` those with negative equity. */
export type StressTotals = {
  equity: number
  pnl: number
  shortfall: number
  deficit: number
  lossOverMargin: number
  calls: number
  insolvent: number
}

/** Cover 1 and Cover 2 by loss over margin (as clearing houses measure it) and by deficit (all equity counts). */
export type CoverReport = { lossOverMargin: Cover[]; deficit: Cover[] }

/** One scenario: every account, their sums, and whether the fund would survive. */
export type ScenarioStress = {
  scenario: StressScenario
  accounts: AccountStress[]
  totals: StressTotals
  cover: CoverReport
}

function standing(account: Account, market: Market, requirement: Requirement): Standing {
  const { initial, maintenance } = requirementOf(account, market, requirement)
  return { equity: equity(account.portfolio, market), initial, maintenance }
}

function accountStress(name: string, before: Standing, after: Standing): AccountStress {
  const pnl = after.equity - before.equity
  return {
    name,
    before,
    after,
    pnl,
    shortfall: Math.max(0, after.maintenance - after.equity),
    deficit: Math.max(0, -after.equity),
    lossOverMargin: Math.max(0, -pnl - Math.max(0, before.initial)),
  }
}

function totalsOf(accounts: readonly AccountStress[]): StressTotals {
  const sum = (of: (account: AccountStress) => number) => accounts.reduce((total, account) => total + of(account), 0)
  return {
    equity: sum(({ after }) => after.equity),
    pnl: sum(({ pnl }) => pnl),
    shortfall: sum(({ shortfall }) => shortfall),
    deficit: sum(({ deficit }) => deficit),
    lossOverMargin: sum(({ lossOverMargin }) => lossOverMargin),
    calls: accounts.filter(({ shortfall }) => shortfall > 0).length,
    insolvent: accounts.filter(({ deficit }) => deficit > 0).length,
  }
}

function coverReport(accounts: readonly AccountStress[], fund: number): CoverReport {
  const covers = (of: (account: AccountStress) => number) => {
    const losses = accounts.map((account) => ({ name: account.name, loss: of(account) }))
    return [coverOf(losses, 1, fund), coverOf(losses, 2, fund)]
  }
  return {
    lossOverMargin: covers(({ lossOverMargin }) => lossOverMargin),
    deficit: covers(({ deficit }) => deficit),
  }
}

/**
 * Revalues every account in every scenario. `fund` (USD) is what stands behind defaults.
 * @throws RiskError: DuplicateAccountError, UnjudgedAccountError, DomainError for an impossible move or fund.
 */
export function stressTest(
  accounts: readonly Account[],
  market: Market,
  scenarios: readonly StressScenario[],
  requirement: Requirement,
  fund = 0,
): ScenarioStress[] {
  requireDistinct(accounts)
  const entered = accounts.map((account) => withEntries(account, market))
  const before = entered.map((account) => standing(account, market, requirement))
  return scenarios.map((scenario) => {
    const moved = stressedMarket(market, scenario)
    const stressed = entered.flatMap((account, i) => {
      const own = before[i]
      return own === undefined ? [] : [accountStress(account.name, own, standing(account, moved, requirement))]
    })
    return { scenario, accounts: stressed, totals: totalsOf(stressed), cover: coverReport(stressed, fund) }
  })
}
