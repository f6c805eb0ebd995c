/** When a signed surface is posted, and what is printed of it. */
import type { SurfaceMessage } from '@plimsoll/sdk'
import type { Judge } from '../feed.ts'
import type { SurfaceState } from '../ports/feedChain.ts'
import { type WorthPolicy, worthOf } from './worth.ts'

export function surfaceJudge(policy: WorthPolicy): Judge<SurfaceMessage, SurfaceState> {
  return {
    worthOf: (message, state, gasPrice) => worthOf(message, state, gasPrice, policy),
    ageOf: ({ head, series: { epoch } }) => (epoch.number === 0 ? undefined : Number(head.timestamp) - epoch.surfaceAt),
    lineOf: ({ expiries }) => ({ expiries: expiries.length }),
  }
}
