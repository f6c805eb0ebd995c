/** What the keeper says of margin calls: gauges, and a line when one appears or ends. */
import type { AccountId } from '@plimsoll/sdk'
import type { Logger } from 'pino'
import { formatEther } from 'viem'
import type { Metrics } from './ports/metrics.ts'
import { type MarginView, NO_MARGIN } from './stages/margin.ts'

export class MarginReport {
  readonly #log: Logger
  readonly #metrics: Metrics
  #last: MarginView = NO_MARGIN

  constructor({ log, metrics }: { readonly log: Logger; readonly metrics: Metrics }) {
    this.#log = log
    this.#metrics = metrics
  }

  scanned(view: MarginView): void {
    const { calls, breaches } = view
    this.#metrics.marginCalls.set(calls.size)
    this.#metrics.marginCallUsd.set(topUpOf(calls))
    this.#metrics.rampBreaches.set(breaches.size)
    this.#metrics.rampTopUpUsd.set(topUpOf(breaches))
    this.#logCalls(view)
    this.#logBreaches(view)
    this.#last = view
  }

  #logCalls({ calls }: MarginView): void {
    for (const [account, { equity, initial, topUp }] of calls) {
      if (this.#last.calls.has(account)) continue
      const amounts = { equityUsd: formatEther(equity), initialUsd: formatEther(initial), topUpUsd: formatEther(topUp) }
      this.#log.info({ event: 'margin-call', account, ...amounts }, 'below initial margin')
    }
    for (const account of ended(this.#last.calls, calls)) {
      this.#log.info({ event: 'margin-call-ended', account }, 'no longer between maintenance and initial margin')
    }
  }

  #logBreaches({ breaches }: MarginView): void {
    for (const [account, { at, topUp }] of breaches) {
      if (this.#last.breaches.has(account)) continue
      const breachAt = new Date(at * 1_000).toISOString()
      this.#log.warn(
        { event: 'ramp-breach', account, breachAt, topUpUsd: formatEther(topUp) },
        'the ramp of a scan range will take it below maintenance margin',
      )
    }
    for (const account of ended(this.#last.breaches, breaches)) {
      this.#log.info({ event: 'ramp-breach-ended', account }, 'no ramp takes it below maintenance margin any more')
    }
  }
}

function ended(before: ReadonlyMap<AccountId, unknown>, now: ReadonlyMap<AccountId, unknown>): AccountId[] {
  return [...before.keys()].filter((account) => !now.has(account))
}

/** For gauges only. */
function topUpOf(amounts: ReadonlyMap<AccountId, { readonly topUp: bigint }>): number {
  return Number(formatEther([...amounts.values()].reduce((sum, { topUp }) => sum + topUp, 0n)))
}
