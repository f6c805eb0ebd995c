/** What a scan makes of the gauges. */
import type { AccountId } from '@plimsoll/sdk'
import { formatEther } from 'viem'
import type { Metrics } from './ports/metrics.ts'
import type { Scan } from './report.ts'

export function measureRisk(metrics: Metrics, { view }: Pick<Scan, 'view'>): void {
  if (!view) return
  const counts = new Map<string, number>()
  let atRisk = 0n
  let insolvent = 0n
  for (const { standing, assessment } of view.accounts.values()) {
    counts.set(standing, (counts.get(standing) ?? 0) + 1)
    if (standing === 'liquidatable') atRisk += assessment.maintenance - assessment.equity
    if (assessment.equity < 0n) insolvent -= assessment.equity
  }
  for (const standing of ['healthy', 'uncertain', 'liquidatable', 'convertible', 'absorbable']) {
    metrics.accounts.set({ standing }, counts.get(standing) ?? 0)
  }
  metrics.valueAtRisk.set(toNumber(atRisk))
  metrics.insolvent.set(toNumber(insolvent))
  metrics.computed.set(view.computed)
}

/** Of expired and of dated instruments, and of the prices that they need. */
export function measureSeries(metrics: Metrics, { head, series, view }: Pick<Scan, 'head' | 'series' | 'view'>): void {
  const now = Number(head.timestamp)
  for (const gauge of [metrics.settlementLag, metrics.unsettled]) gauge.reset()
  for (const { underlying, expiry, end, holders } of series.ending) {
    metrics.settlementLag.set({ underlying, expiry }, now - end)
    if (now >= end) metrics.unsettled.set({ underlying, expiry }, holders.length)
  }
  const strikes = [...series.cold.values()]
  for (const [underlying, epoch] of series.epochs) {
    const cold = strikes.filter(({ instrument }) => instrument.underlying === underlying).length
    metrics.coldStrikes.set({ underlying }, cold)
    metrics.epochsCold.set({ underlying }, cold > 0 ? 1 : 0)
    metrics.epochAge.set({ underlying }, now - epoch.rolledAt)
    metrics.surfaceAge.set({ underlying }, now - epoch.surfaceAt)
  }
  for (const { underlying, status } of view?.snapshot.markets ?? []) {
    metrics.feedUp.set({ underlying }, status === 'dead' ? 0 : 1)
  }
}

/** Positions and equity of the keeper's own accounts. */
export function measureInventory(
  metrics: Metrics,
  { book, view }: Pick<Scan, 'book' | 'view'>,
  accounts: readonly AccountId[],
): void {
  metrics.inventory.reset()
  for (const account of accounts) {
    for (const { instrument, lots } of book.accounts.get(account)?.positions ?? []) {
      metrics.inventory.set({ account, underlying: instrument.underlying, kind: instrument.kind }, Number(lots))
    }
    metrics.equity.set({ account }, toNumber(view?.accounts.get(account)?.assessment.equity ?? 0n))
  }
}

/** For gauges and counters only: decisions use bigint. */
export function toNumber(usd: bigint): number {
  return Number(formatEther(usd))
}
