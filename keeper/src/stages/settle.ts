/** Accounts that still hold a series whose final price is known. */
import type { AccountId } from '@plimsoll/sdk'
import type { Config } from '../config.ts'
import { settleKey } from '../jobs.ts'
import { SETTLED_ACCOUNT_GAS } from '../money.ts'
import { batchesOf, NOTHING, type ServiceInput, type ServicePlan, serviceJob, waits } from '../services.ts'

export function settle({ services }: Pick<Config, 'services'>, input: ServiceInput): ServicePlan {
  if (!services.settle) return NOTHING
  const coming = new Set<AccountId>()
  for (const { job } of input.busy.values()) {
    if (job.action.kind === 'settle') for (const account of job.action.accounts) coming.add(account)
  }
  const due = new Set(input.series.ending.filter(({ isFinal }) => isFinal).flatMap(({ holders }) => holders))
  const accounts = [...due].filter((account) => !coming.has(account) && !waits(input, settleKey(account))).sort()
  const jobs = batchesOf(accounts, services.accountsPerCall, input.backoffs, settleKey).map((batch) =>
    serviceJob({ kind: 'settle', accounts: batch }, input.head.number, BigInt(batch.length) * SETTLED_ACCOUNT_GAS),
  )
  return { jobs, reasons: new Map() }
}
